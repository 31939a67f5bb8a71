import { pushHostOf, pushHosts } from '../../ports/push-endpoint.ts'
import { isAuthSecret, isPublicKey } from '../../ports/push-keys.ts'
import {
  checkPush,
  type Pusher,
  type PushKey,
  type PushOptions,
  type PushOutcome,
  type PushTarget,
  type Wake,
} from '../../ports/pusher.ts'

export interface KeptPush {
  readonly to: PushTarget
  readonly wake: Wake
  readonly options: PushOptions
}

type Answer = (push: KeptPush) => PushOutcome | Promise<PushOutcome>

/** The point from which P-256 counts: a public key of which nobody has the private one. */
const point = 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU'

export interface MemoryPusher extends Pusher {
  /** Those that were taken, the oldest first. */
  readonly pushes: () => readonly KeptPush[]
  /** What becomes of those that follow. */
  readonly answer: (answer: Answer) => void
}

/** Keeps the last pushes instead of sending them. */
export function createMemoryPusher({
  keys = [{ publicKey: point, isCurrent: true }],
  allowedHosts = pushHosts,
  keep = 500,
}: {
  readonly keys?: readonly PushKey[]
  readonly allowedHosts?: readonly string[]
  readonly keep?: number
} = {}): MemoryPusher {
  let pushes: readonly KeptPush[] = []
  let answer: Answer = () => ({ is: 'sent', status: 201 })

  const examine: Pusher['examine'] = async (to) => {
    if (to.kind !== 'web') return { is: 'good', service: to.kind, host: to.kind }
    const service = pushHostOf(to.endpoint, allowedHosts)
    if (service === null) return { is: 'wrong-endpoint' }
    if (!(await isPublicKey(to.p256dh)) || !isAuthSecret(to.auth)) return { is: 'wrong-keys' }
    if (!keys.some(({ publicKey }) => publicKey === to.publicKey)) return { is: 'unknown-key' }
    return { is: 'good', service, host: new URL(to.endpoint).host }
  }
  return {
    services: [...allowedHosts, 'fcm', 'apns'],
    publicKeys: async () => keys,
    examine,
    async push(to, wake, options) {
      checkPush(wake, options)
      const push = { to, wake, options }
      if ((await examine(to)).is !== 'good') return { is: 'gone', status: 403 }
      const outcome = await answer(push)
      if (outcome.is === 'sent') pushes = [...pushes, push].slice(-keep)
      return outcome
    },
    pushes: () => pushes,
    answer(next) {
      answer = next
    },
  }
}
