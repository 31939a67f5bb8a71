import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { createQuestion } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { createLists } from './lists.ts'
import { type MailsSettings, mailTurns, type Waiting } from './mails.model.ts'
import { hasMailbox } from './may-be-mailed.ts'
import { createMailsPersonalData } from './personal-data.ts'
import { createPlanRound } from './plan-round.ts'
import { createTakeTurns } from './take-turns.ts'
import { createPlaceOf } from './turn-places.ts'
import { createUnsubscribe } from './unsubscribe.ts'
import { createUnsubscribeLinks } from './unsubscribe-links.ts'
import { createWeeklySummary } from './weekly-summary.ts'

const minuteMs = 60_000

export interface MailsBorrows {
  readonly keys: Pick<Keys, 'seal' | 'open' | 'pseudonym'>
  readonly users: Pick<Users, 'read' | 'scan' | 'changeUser'>
  readonly audit: Recording
  readonly limits: Pick<Limits, 'take'>
  readonly mail: Pick<Mailing, 'enqueue' | 'counts' | 'stillWanted'>
}

export interface MailsConfig {
  readonly mails: MailsSettings
  readonly limits: { readonly unsubscribe: Limit }
}

/** Mails that people can end: what they say, when they come, and how they are ended. */
export function createMails(
  needs: Needs<'cache' | 'ciphers' | 'clock' | 'documents' | 'log'>,
  { keys, users, audit, limits, mail }: MailsBorrows,
  { mails: settings, limits: { unsubscribe: limit } }: MailsConfig,
) {
  const { clock } = needs
  /** What waits for somebody, in numbers, of those who have it. */
  const waiting = createQuestion<'chat' | 'enrollments', (userId: string) => Promise<Waiting>>(
    'mails.waiting',
  )
  const placeOf = createPlaceOf(needs)
  const links = createUnsubscribeLinks(keys, settings)
  const lists = createLists({ users, now: () => new Date(clock.now()).toISOString() })
  const weekly = createWeeklySummary(needs, {
    ...{ users, mail, links, list: lists.weekly },
    waitingFor: async (userId) =>
      Object.assign({}, ...(await Promise.all(waiting.all().map((ask) => ask(userId))))),
  })

  return {
    ...emptyFace,
    limits: [limit],
    personalData: createMailsPersonalData(needs, placeOf),
    jobs: [
      { name: 'plan-summaries', everyMs: minuteMs, run: createPlanRound(needs, { users, placeOf }) },
      {
        name: 'send-summaries',
        everyMs: minuteMs,
        run: createTakeTurns(needs, { mail, takeTurn: { weekly } }),
      },
    ],
    listeners: [
      mail.stillWanted.listener('mails', async (token) => {
        const subscription = await links.read(token)
        const user = subscription && (await users.read(subscription.userId))?.value
        return Boolean(user && hasMailbox(user) && (await lists[subscription.list].isOn(user)))
      }),
    ],
    waiting,
    linkFor: links.linkFor,
    unsubscribing: createUnsubscribe(needs, {
      ...{ keys, links, lists, audit, limit },
      take: limits.take,
    }),
  }
}

export type Mails = ReturnType<typeof createMails>

export const mailsDomain = { collections: [mailTurns], create: createMails }
