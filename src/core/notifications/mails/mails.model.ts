import { collection } from '../../../ports/documents.ts'
import type { Count } from '../../platform/mail/mail.model.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'

/** That it is somebody's turn to be written to, if there is anything to say then. */
export interface MailTurn {
  readonly id: string
  /** By the person: see `turnOf`. */
  readonly shard: string
  readonly kind: 'weekly'
  readonly userId: string
  /** ISO day of the Monday that the summary is of. */
  readonly week: string
  readonly dueAt: string
  /** From then on it is too late. */
  readonly expiresAt: string
}

/** How far everybody has been given their turn for a week. */
export interface Round {
  readonly id: 'weekly'
  readonly shard: 'rounds'
  readonly kind: 'round'
  readonly week: string
  /** Null: from the beginning. */
  readonly after: string | null
  readonly isDone: boolean
  readonly dueAt: string
  readonly expiresAt?: undefined
}

/** How many partitions those who wait for their turn are spread over: each is asked once in each run of the job. */
export const shards = ['0', '1', '2', '3'] as const

/**
 * Partition `shard`: what is due is found along one index, in a few questions, whoever it is for; no partition holds more than
 * a share of the people.
 */
export const mailTurns = collection<MailTurn | Round>()({
  name: 'MailTurns',
  partition: 'shard',
  paths: { due: { by: [], order: 'dueAt' } },
  ttl: 'expiresAt',
})

/** What waits for somebody, in numbers: what a mail may say. Absent: nothing. */
export interface Waiting {
  readonly conversations?: number
  readonly courses?: { readonly count: number; readonly percent: number }
}

/** As a mail says it. */
export interface WaitingWords {
  readonly conversations?: Count
  readonly notifications?: Count
  readonly courses?: { readonly count: Count; readonly percent: Count }
}

export interface MailsSettings {
  /** A portal's, or ours. */
  readonly pages: Pick<MailedPages, 'unsubscribe'>
  /** Ours, whatever a portal has: it takes the one request of RFC 8058. */
  readonly own: { readonly pages: Pick<MailedPages, 'unsubscribe'> }
}
