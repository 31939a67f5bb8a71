import { html } from 'hono/html'
import type { Forms } from '../../core/forms/forms.ts'
import { inLanguage } from '../../core/kernel/messages/said.ts'
import { mailedPages } from '../../core/platform/mail/mailed-pages.model.ts'
import type { DeletionView } from '../../core/privacy/erasure/erasure.model.ts'
import { Receipt } from '../../core/privacy/erasure/erasure.model.ts'
import type { Erasure } from '../../core/privacy/erasure/erasure.ts'
import { languageOf } from '../../http/language.ts'
import { type Asked, facts, form, input, type MailedPage, paragraph, type Shown, time } from './page.ts'

function shownDeletion({ c, words, token }: Asked, deletion: DeletionView): Shown {
  const language = languageOf(c)
  const said = words.accountDeletion
  const { state, requestedAt, eraseAfter, finishedAt, steps, kept } = deletion
  return {
    title: said.title,
    content: [
      paragraph(said[state]),
      facts([
        [said.asked, time(words, requestedAt)],
        finishedAt === null ? [said.due, time(words, eraseAfter)] : [said.finished, time(words, finishedAt)],
        ...(steps.done.length === 0
          ? []
          : [[said.steps, said.stepsOf(steps.done.length, steps.total)] as const]),
      ]),
      ...(kept.length === 0
        ? []
        : [
            html`<h2>${said.kept}</h2>`,
            html`<ul>${kept.map(({ what, rule, until }) => html`<li>${inLanguage(what, language)} ${inLanguage(rule, language)}${until === null ? '' : ` (${said.until} ${until.slice(0, 10)})`}</li>`)}</ul>`,
          ]),
      ...(state === 'scheduled' || state === 'on_hold' ? [form(token, said.button)] : []),
    ],
  }
}

export const deletionPage = (erasure: Erasure): MailedPage => ({
  path: mailedPages.accountDeletion.ours,
  hasToken: true,
  titleIn: (words) => words.accountDeletion.title,
  show: async (asked) => shownDeletion(asked, await erasure.read(Receipt.parse(asked.token))),
  async act(asked) {
    const receipt = Receipt.parse(asked.token)
    await erasure.cancel(receipt, asked.caller)
    return shownDeletion(asked, await erasure.read(receipt))
  },
})

export const referralPage = ({ follow }: Pick<Forms, 'follow'>): MailedPage => ({
  path: mailedPages.referralStatus.ours,
  hasToken: false,
  titleIn: (words) => words.referralStatus.title,
  async show({ words }) {
    const { title, question, number, code, button } = words.referralStatus
    const inputs = [
      input({ name: 'trackingNumber', label: number, autocomplete: 'off' }),
      input({ name: 'code', label: code, autocomplete: 'off' }),
    ]
    return { title, content: [paragraph(question), form('', button, inputs)] }
  },
  async act({ words, hrefOf }, { trackingNumber = '', code = '' }) {
    const said = words.referralStatus
    const progress = await follow.read({ trackingNumber, code })
    return {
      title: said.title,
      content: [
        html`<p>${progress.trackingNumber}: <strong>${said.states[progress.status]}</strong></p>`,
        facts([
          [said.sent, time(words, progress.submittedAt)],
          [said.changed, time(words, progress.updatedAt)],
          ...(progress.status === 'pending' ? [[said.due, time(words, progress.dueAt)] as const] : []),
        ]),
        html`<p><a href="${hrefOf(mailedPages.referralStatus.ours)}">${said.another}</a></p>`,
      ],
    }
  },
})
