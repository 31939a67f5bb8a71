import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { PushOutcome, PushTarget } from '../../../ports/pusher.ts'
import type { RandomBytes } from '../../../ports/random-bytes.ts'
import { closedSet } from '../../../ports/telemetry-facts.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Language } from '../../kernel/language.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { DueKey } from './enqueue-push.ts'
import { type DuePush, pushOutbox } from './outbox.model.ts'
import type { Patience } from './patience.ts'
import type { AskStillToTell } from './push.model.ts'
import type { PushSubscription } from './subscriptions.model.ts'
import { wakeOf } from './wake.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
/** Longer than a pusher takes to answer, and what is asked before. */
const leaseMs = minuteMs
const shortestDelayMs = 30 * secondMs
const longestDelayMs = 30 * minuteMs
const maxAttempts = 8
/** After so long a device is told again of what it was told of and nobody opened. */
const toldForMs = 12 * 60 * minuteMs

/** A device that may be told directly after this was answered. */
export interface Reachable {
  readonly subscription: PushSubscription
  readonly version: string
  readonly target: PushTarget
  readonly language: Language
}

type Fate =
  | { readonly is: 'told' }
  /** It stands on the screen already. */
  | { readonly is: 'absorbed' }
  | { readonly is: 'dropped' }
  | { readonly is: 'waits'; readonly untilMs: number; readonly isTried: boolean }

/** Tells devices what is due. Safe in many processes at once: each is told under a lease that one of them has. */
export function createSendPush(
  needs: Needs<'clock' | 'documents' | 'log' | 'pusher' | 'telemetry'>,
  {
    random,
    patience,
    stillToTell,
    findReachable,
    forget,
  }: {
    readonly random: RandomBytes
    readonly patience: Patience
    readonly stillToTell: AskStillToTell
    /** Null where the device is not to be told any more: then it is forgotten. */
    readonly findReachable: (userId: string, subscriptionId: string) => Promise<Reachable | null>
    readonly forget: (userId: string, subscriptionId: string, version: string) => Promise<boolean>
  },
) {
  const { clock, documents, log, pusher, telemetry } = needs
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const serviceName = closedSet(() => pusher.services)
  /** 0 to 1. */
  const chance = (): number => (random(1)[0] ?? 0) / 255

  const delayMs = (attempts: number): number => {
    const longest = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(attempts, 20))
    return longest / 2 + (longest / 2) * chance()
  }
  /** No sooner than asked, and not all of them at once. */
  const waits = (attempts: number, retryAfterMs: number | null, isTried: boolean): Fate => ({
    is: 'waits',
    isTried,
    untilMs: clock.now() + (retryAfterMs === null ? delayMs(attempts) : retryAfterMs + delayMs(0) * chance()),
  })

  async function claim(key: DueKey): Promise<Stored<DuePush> | null> {
    const due = await documents.read(pushOutbox, key)
    const now = clock.now()
    if (due?.value.state !== 'waiting' || due.value.dueAt > iso(now)) return null
    try {
      return await documents.replace(
        pushOutbox,
        { ...due.value, dueAt: iso(now + leaseMs), attempts: due.value.attempts + 1 },
        due.version,
      )
    } catch (error) {
      if (error instanceof VersionMismatch) return null
      throw error
    }
  }

  async function isOnScreen({ userId, told }: DuePush): Promise<boolean> {
    if (!told || Date.parse(told.at) + toldForMs <= clock.now()) return false
    return (await stillToTell({ userId, notificationId: told.notificationId })).is === 'yes'
  }

  async function fateOf(due: DuePush): Promise<Fate> {
    const now = clock.now()
    if (due.usefulUntil <= iso(now)) return { is: 'dropped' }
    const rest = patience.restsUntilMs(due.host)
    if (rest !== null) return waits(0, rest - now, false)
    const [reachable, still, isShown] = await Promise.all([
      findReachable(due.userId, due.subscriptionId),
      stillToTell(due),
      isOnScreen(due),
    ])
    if (!reachable || still.is === 'no') return { is: 'dropped' }
    if (still.is === 'later') return { is: 'waits', untilMs: Date.parse(still.notBefore), isTried: false }
    if (isShown) return { is: 'absorbed' }
    return tell(due, reachable, still.badge)
  }

  async function tell(
    due: DuePush,
    { subscription, version, target, language }: Reachable,
    badge: number,
  ): Promise<Fate> {
    const wake = wakeOf({ language, origin: subscription.origin, opaque: due.id, topic: due.topic, badge })
    const ttlSeconds = Math.max(1, Math.floor((Date.parse(due.usefulUntil) - clock.now()) / secondMs))
    const outcome = await handOn(() =>
      pusher.push(target, wake, { ttlSeconds, urgency: due.urgency, topic: due.topic }),
    )
    const { pushService } = subscription
    telemetry.count('push.sent', {
      'app.push.service': serviceName(pushService),
      'app.push.outcome': outcome.is,
    })
    if (outcome.is !== 'later') patience.succeeded(due.host)
    switch (outcome.is) {
      case 'sent':
        return { is: 'told' }
      case 'gone':
        await forget(due.userId, due.subscriptionId, version)
        return { is: 'dropped' }
      case 'refused':
        log.warn('push_refused', { pushService, status: outcome.status })
        return { is: 'dropped' }
      case 'later': {
        const retryAfterMs = outcome.retryAfterSeconds === null ? null : outcome.retryAfterSeconds * secondMs
        patience.failed(due.host, retryAfterMs ?? 0)
        if (due.attempts < maxAttempts) return waits(due.attempts, retryAfterMs, true)
        log.warn('push_given_up', { pushService, status: outcome.status })
        return { is: 'dropped' }
      }
    }
  }

  /** What did not answer is asked again later, as if it had said so. */
  async function handOn(push: () => Promise<PushOutcome>): Promise<PushOutcome> {
    try {
      return await push()
    } catch (error) {
      // What a failed call says may name whom it was for.
      if (!(error instanceof PortUnavailable)) throw error
      return { is: 'later', status: 0, retryAfterSeconds: null }
    }
  }

  const settle = (key: DueKey, handled: DuePush, fate: Fate) =>
    put(pushOutbox, key, (latest): DuePush | null => {
      if (latest?.state !== 'waiting') return latest
      const isOther = latest.notificationId !== handled.notificationId
      const attempts = fate.is === 'waits' && !fate.isTried ? latest.attempts - 1 : latest.attempts
      if (fate.is === 'waits') return { ...latest, dueAt: iso(fate.untilMs), attempts: Math.max(0, attempts) }
      const told =
        fate.is === 'told' ? { notificationId: handled.notificationId, at: iso(clock.now()) } : latest.told
      if (isOther) return { ...latest, told, dueAt: iso(clock.now()), attempts: 0 }
      if (fate.is === 'dropped' && told === null) return null
      return { ...latest, told, state: 'done', attempts: 0 }
    })

  return async (key: DueKey): Promise<void> => {
    const claimed = await claim(key)
    if (claimed) await settle(key, claimed.value, await fateOf(claimed.value))
  }
}

export type SendPush = ReturnType<typeof createSendPush>
