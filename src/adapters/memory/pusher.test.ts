import { type ContractDevice, pusherContract } from '../../../test/contracts/pusher.contract.ts'
import { newBrowser } from '../../../test/core/notifications/push-people.ts'
import type { PushOutcome } from '../../ports/pusher.ts'
import { retryAfterSeconds } from '../web-push/retry-after.ts'
import { createMemoryPusher } from './pusher.ts'

/** As a push service answers: the double knows outcomes alone. */
function outcomeOf(status: number, headers: Readonly<Record<string, string>>): PushOutcome {
  if ([403, 404, 410].includes(status)) return { is: 'gone', status }
  if (status < 429) return { is: 'refused', status }
  return {
    is: 'later',
    status,
    retryAfterSeconds: retryAfterSeconds(headers['retry-after'] ?? null, Date.now()),
  }
}

pusherContract('memory', async () => {
  const pusher = createMemoryPusher()
  const outcomes = new Map<string, PushOutcome>()
  pusher.answer(({ to }) =>
    to.kind === 'web'
      ? (outcomes.get(to.endpoint) ?? { is: 'sent', status: 201 })
      : { is: 'sent', status: 201 },
  )
  const [key] = await pusher.publicKeys()
  const newDevice = async (): Promise<ContractDevice> => {
    const { endpoint, keys, publicKey } = await newBrowser(key?.publicKey ?? '')
    let seen = 0
    return {
      target: { kind: 'web', endpoint, ...keys, publicKey },
      async received() {
        const mine = pusher.pushes().filter(({ to }) => to.kind === 'web' && to.endpoint === endpoint)
        const fresh = mine.slice(seen)
        seen = mine.length
        return fresh.map(({ wake }) => ({ text: JSON.stringify(wake), bytes: 4_096 }))
      },
      answers: (status, headers = {}) => void outcomes.set(endpoint, outcomeOf(status, headers)),
      breaks: null,
    }
  }
  return { pusher, newDevice, now: Date.now }
})
