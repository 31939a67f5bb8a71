import type { Needs } from '../../../ports/ports.ts'
import { languageOf } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { countOf, greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { ListSwitch } from './lists.ts'
import type { Waiting, WaitingWords } from './mails.model.ts'
import { hasMailbox, wasHereLately } from './may-be-mailed.ts'
import type { TakeTurn } from './take-turns.ts'
import type { UnsubscribeLinks } from './unsubscribe-links.ts'

const most = 999
const numberOf = (count: number) => countOf(Math.min(most, count))

/** Null when there is nothing to say. */
export function wordsFor({ conversations = 0, courses }: Waiting): WaitingWords | null {
  const words: WaitingWords = {
    ...(conversations > 0 && { conversations: numberOf(conversations) }),
    ...(courses &&
      courses.count > 0 && {
        courses: { count: numberOf(courses.count), percent: numberOf(Math.floor(courses.percent)) },
      }),
  }
  return Object.keys(words).length === 0 ? null : words
}

/** What waits for somebody, in a mail that says how much and never what. Once a week, however often it is asked for. */
export const createWeeklySummary = (
  { clock }: Needs<'clock'>,
  {
    users,
    mail,
    links,
    list,
    waitingFor,
  }: {
    readonly users: Pick<Users, 'read'>
    readonly mail: Pick<Mailing, 'enqueue'>
    readonly links: Pick<UnsubscribeLinks, 'linkFor'>
    readonly list: ListSwitch
    readonly waitingFor: (userId: string) => Promise<Waiting>
  },
): TakeTurn => {
  return async ({ id, userId }) => {
    const user = (await users.read(userId))?.value
    if (!user || !hasMailbox(user) || !wasHereLately(user, clock.now()) || !(await list.isOn(user))) return
    const words = wordsFor(await waitingFor(userId))
    if (!words) return
    const unsubscribe = await links.linkFor({ userId, list: 'weekly' })
    const whom = { to: user.email, language: languageOf(user), greeting: greetingOf(user.name) }
    await mail.enqueue({ template: 'weekly_summary', ...whom, ...words, unsubscribe }, id)
  }
}
