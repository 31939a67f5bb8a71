import { z } from 'zod'
import type { Subject } from './kinds.model.ts'

/** What a channel is to tell somebody, unless that is over by then. */
export interface Telling {
  readonly userId: string
  /** Derived from what caused it: the same for each retry. */
  readonly noticeId: string
  readonly subject: Subject
  /** Of a call or of the account: it does not wait for a better moment of the network. */
  readonly urgency: 'normal' | 'high'
  /** ISO. Before it nothing is sent: the person may be looking, or quiet hours go on. */
  readonly notBefore: string
}

/** What became of a telling, on one device or at the one address. */
export const ToldOutcome = z
  .object({
    deviceClass: z.enum(['browser', 'phone', 'tablet', 'mailbox']).nullable(),
    outcome: z.enum(['waiting', 'sent', 'not_sent']),
    rule: z.string().nullable().meta({ description: 'Why not. Null when it was sent, or waits.' }),
    at: z.iso.datetime(),
  })
  .meta({ id: 'ToldOutcome' })
export type ToldOutcome = z.infer<typeof ToldOutcome>

/** A channel that leads out of the app. */
export interface Teller {
  /**
   * Durable when it resolves, and called **before** the notification is committed, so that a crash in between loses none.
   * Again with the same `noticeId`: nothing more is sent. Right before each sending `mayStillBeTold` is asked: it answers
   * `later` for what is not there yet.
   */
  enqueue(telling: Telling): Promise<void>
  /** What became of it, as far as that is still known. */
  explain(userId: string, noticeId: string): Promise<readonly ToldOutcome[]>
}

/** Asked right before each sending; `rule` says why it is sent or not, also to the person who asks. */
export interface StillToBeTold {
  readonly userId: string
  readonly noticeId: string
  readonly channel: 'push' | 'mail'
  /** ISO: when `enqueue` was called. */
  readonly enqueuedAt: string
}
