import type { Needs } from '../../../ports/ports.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { type DuePush, pushOutbox, shardOf } from './outbox.model.ts'
import type { ToTell } from './push.model.ts'
import type { PushSubscription } from './subscriptions.model.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const usefulMs = 12 * hourMs
/** For so long what stands on a screen leads somewhere when it is tapped. */
const openableMs = 14 * 24 * hourMs

/** Where one thing waits to be told to one device. */
export interface DueKey {
  readonly partition: string
  readonly id: string
  readonly host: string
}

/** Keeps, for each device of a person, what it is to be told. */
export function createEnqueuePush(
  { clock, documents }: Needs<'clock' | 'documents'>,
  {
    keys,
    listSubscriptions,
  }: {
    readonly keys: Pick<Keys, 'sign'>
    readonly listSubscriptions: (userId: string) => Promise<readonly PushSubscription[]>
  },
) {
  const iso = (ms: number) => new Date(ms).toISOString()

  /** The same each time that it is asked for. */
  async function namesOf(subscriptionId: string, about: string) {
    const subject = `${subscriptionId} ${about}`
    const [id, topic, more] = await Promise.all([
      keys.sign('push', subject),
      keys.sign('push topic', subject),
      keys.sign('push topic, continued', subject),
    ])
    return { id, topic: topic + more.slice(0, 10) }
  }

  async function enqueueFor(
    subscription: PushSubscription,
    { userId, notificationId, about, urgency, notBefore, usefulForMs = usefulMs }: ToTell,
  ): Promise<DueKey> {
    const { id, topic } = await namesOf(subscription.id, about)
    const shard = shardOf(subscription.pushService, userId)
    await retryOnConflict(async () => {
      const now = clock.now()
      const dueAt = iso(Math.max(now, notBefore ? Date.parse(notBefore) : now))
      const known = await documents.read(pushOutbox, { partition: shard, id })
      // Under a lease it stays under it: whoever has that looks again before letting go.
      const isWaiting = known?.value.state === 'waiting'
      const next: DuePush = {
        id,
        shard,
        userId,
        subscriptionId: subscription.id,
        host: subscription.host,
        notificationId,
        topic,
        urgency: isWaiting && known.value.urgency === 'high' ? 'high' : urgency,
        state: 'waiting',
        dueAt: isWaiting && known.value.dueAt > dueAt && known.value.attempts > 0 ? known.value.dueAt : dueAt,
        attempts: isWaiting ? known.value.attempts : 0,
        usefulUntil: iso(Date.parse(dueAt) + usefulForMs),
        told: known?.value.told ?? null,
        goneAt: iso(Date.parse(dueAt) + openableMs),
      }
      if (known) await documents.replace(pushOutbox, next, known.version)
      else await documents.insert(pushOutbox, next)
    })
    return { partition: shard, id, host: subscription.host }
  }

  return async (toTell: ToTell): Promise<readonly DueKey[]> => {
    const subscriptions = await listSubscriptions(toTell.userId)
    return Promise.all(subscriptions.map((each) => enqueueFor(each, toTell)))
  }
}
export type EnqueuePush = ReturnType<typeof createEnqueuePush>
