import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { PushDevices } from './push-devices.ts'
import type { TestedPush } from './subscribe.model.ts'
import { wakeOf } from './wake.ts'

const ttlSeconds = 60

/** Tells one device of the person who asks, at once, in the words of everything else. */
export const createSendTest =
  (
    { pusher }: Needs<'pusher'>,
    {
      devices,
      keys,
      takeTurn,
    }: {
      readonly devices: PushDevices
      readonly keys: Pick<Keys, 'sign'>
      /** Counts what a push service would be asked. Throws where it is too much. */
      readonly takeTurn: (actor: Actor) => Promise<void>
    },
  ) =>
  async (actor: Actor, id: string): Promise<TestedPush> => {
    const { userId } = actor
    const reachable = await devices.findReachable(userId, id)
    if (!reachable) throw notFound()
    await takeTurn(actor)
    const { subscription, version, target, language } = reachable
    const [opaque, topic, more] = await Promise.all([
      keys.sign('push test', id),
      keys.sign('push topic', `${id} test`),
      keys.sign('push topic, continued', `${id} test`),
    ])
    const wake = wakeOf({
      language,
      origin: subscription.origin,
      opaque,
      topic: topic + more.slice(0, 10),
      badge: 0,
    })
    try {
      const { is } = await pusher.push(target, wake, {
        ttlSeconds,
        urgency: 'high',
        topic: wake.notification.tag,
      })
      if (is === 'gone') await devices.forget(userId, id, version)
      return { outcome: is }
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      return { outcome: 'later' }
    }
  }
