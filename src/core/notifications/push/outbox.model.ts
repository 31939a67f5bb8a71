import { collection } from '../../../ports/documents.ts'
import type { PushUrgency } from '../../../ports/pusher.ts'

/** A thing that a device is to be told of, and, once it was, what stands on its screen. */
export interface DuePush {
  /** Keyed hash of the subscription and what it is about: what comes to open when it is tapped. */
  readonly id: string
  readonly shard: string
  readonly userId: string
  readonly subscriptionId: string
  /** Who is called for it. */
  readonly host: string
  /** The latest of this subject. */
  readonly notificationId: string
  /** So that the later one takes the place of the earlier on the screen: keyed hash, 32 characters. */
  readonly topic: string
  readonly urgency: PushUrgency
  /** `done` once it was told, or is not to be. */
  readonly state: 'waiting' | 'done'
  /** Of what waits: when it is to be tried; under a lease: when that is over. */
  readonly dueAt: string
  readonly attempts: number
  /** After this nobody needs to be told any more. */
  readonly usefulUntil: string
  /** What the device was told of last, and when. */
  readonly told: { readonly notificationId: string; readonly at: string } | null
  readonly goneAt: string
}

/**
 * Partition `shard`: a push service and a part of the people told by it. What is due is found by a query of one partition;
 * where a push service is down, nobody looks into its partitions, and nothing of it stands before what others could take.
 */
export const pushOutbox = collection<DuePush>()({
  name: 'PushOutbox',
  partition: 'shard',
  paths: { byDue: { by: ['state'], order: 'dueAt' }, byUser: { by: ['userId'], order: 'dueAt' } },
  ttl: 'goneAt',
})

/** For each push service: more would be asked for by every run of the job, one is what a partition takes a second. */
const parts = 2

/** Where what a person is told by a push service waits. */
export function shardOf(pushService: string, userId: string): string {
  let sum = 0
  for (const unit of userId) sum = (sum * 31 + (unit.codePointAt(0) ?? 0)) % 65_536
  return `${pushService} ${sum % parts}`
}

export const shardsOf = (pushService: string): readonly string[] =>
  Array.from({ length: parts }, (_, part) => `${pushService} ${part}`)
