import { html } from 'hono/html'
import { notFound } from '../../core/kernel/errors.ts'
import type { Mails } from '../../core/notifications/mails/mails.ts'
import { mailedPages } from '../../core/platform/mail/mailed-pages.model.ts'
import { type Asked, form, type MailedPage, paragraph, type Shown } from './page.ts'

const undoField = 'undo'

const undoForm = ({ words, token }: Asked, undo: string) =>
  form(token, words.unsubscribe.undo, [html`<input type="hidden" name="${undoField}" value="${undo}" />`])

/** Ends mails of one kind, and takes that back. Says the same of every account, and of none. */
export const unsubscribePage = ({ unsubscribing }: Pick<Mails, 'unsubscribing'>): MailedPage => ({
  path: mailedPages.unsubscribe.ours,
  hasToken: true,
  titleIn: (words) => words.unsubscribe.title,
  async show({ words, token }) {
    const subscription = await unsubscribing.read(token)
    if (!subscription) throw notFound()
    const { title, question, lists, still, button } = words.unsubscribe
    return {
      title,
      content: [
        paragraph(question),
        html`<p><strong>${lists[subscription.list]}</strong></p>`,
        form(token, button),
        paragraph(still),
      ],
    }
  },
  async actAtOnce(asked) {
    const { title, done } = asked.words.unsubscribe
    await unsubscribing.stop(asked.token, asked.caller)
    return { title, content: [paragraph(done)] }
  },
  async act(asked, { [undoField]: undo }): Promise<Shown> {
    const { words, token, caller } = asked
    const { title, done, undone, again } = words.unsubscribe
    if (undo !== undefined) {
      await unsubscribing.undo(undo, caller)
      return { title, content: [paragraph(undone), form(token, again)] }
    }
    const stopped = await unsubscribing.stop(token, caller)
    return {
      title,
      content: [
        paragraph(done),
        ...(stopped.undo === null ? [] : [undoForm(asked, stopped.undo)]),
        paragraph(words.wayBack),
      ],
    }
  },
})
