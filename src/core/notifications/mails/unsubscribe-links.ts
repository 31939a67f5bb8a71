import type { Keys } from '../../platform/keys/keys.ts'
import { linkTo, MailList, type Unsubscribe } from '../../platform/mail/mail.model.ts'
import type { MailsSettings } from './mails.model.ts'

const purpose = 'unsubscribe'

/** Of whom, and which mails. */
export interface Subscription {
  readonly userId: string
  readonly list: MailList
}

/**
 * Tokens that end mails of one list to one person, without signing in. They are encrypted rather than kept, so that nobody
 * learns from a link whom it is of, and two links of one person have nothing in common. They are good for nothing else, and
 * for as long as the master key they were made under is known.
 */
export function createUnsubscribeLinks(keys: Pick<Keys, 'seal' | 'open'>, { pages, own }: MailsSettings) {
  const sealed = (place: string, { userId, list }: Subscription): Promise<string> =>
    keys.seal(purpose, place, new TextEncoder().encode(`${list} ${userId}`))

  async function read(place: string, token: string): Promise<Subscription | null> {
    const bytes = await keys.open(purpose, place, token)
    const [name, userId] = bytes ? new TextDecoder().decode(bytes).split(' ') : []
    const list = MailList.safeParse(name).data
    return list === undefined || userId === undefined ? null : { userId, list }
  }

  return {
    async linkFor(subscription: Subscription): Promise<Unsubscribe> {
      const token = await sealed('link', subscription)
      return { page: linkTo(pages.unsubscribe, token), oneClick: linkTo(own.pages.unsubscribe, token) }
    },
    /** Null where it is none of ours, or not whole. */
    read: (token: string): Promise<Subscription | null> => read('link', token),
    /** For who pressed the button, and for nobody who has the link alone. */
    undoFor: (subscription: Subscription): Promise<string> => sealed('undo', subscription),
    readUndo: (token: string): Promise<Subscription | null> => read('undo', token),
  }
}

export type UnsubscribeLinks = ReturnType<typeof createUnsubscribeLinks>
