import { ForeignAnswer, readError } from './answers.ts'
import type { Client, Locks } from './client.ts'
import type { Floor } from './floor.ts'
import type { Line } from './line.ts'
import type { KeptMessage, OutboxStore, Problem } from './outbox-store.ts'
import { randomId } from './random-id.ts'

type Send = Client['api']['v1']['conversations'][':id']['messages']['$post']
type Outgoing = Omit<Parameters<Send>[0]['json'], 'clientMessageId'>
type Kept = KeptMessage<Outgoing>

/** As the API answers it. */
export type SentMessage = Extract<Awaited<ReturnType<Awaited<ReturnType<Send>>['json']>>, { id: string }>

export interface SendingOptions {
  readonly floor: Floor
  readonly client: Client
  readonly userId: string
  readonly line?: Line
  readonly store: OutboxStore<Outgoing>
  readonly locks?: Locks | null
  readonly keepMs?: number
  readonly now?: () => number
  readonly random?: () => number
  readonly changed: (conversationId: string) => void
  readonly isSent: (entry: Kept, message: SentMessage | null) => Promise<void>
  readonly onSignedOut?: (reason: 'signed_out' | 'somebody_else') => void
}

type Outcome =
  | { readonly is: 'stored'; readonly message: SentMessage }
  | { readonly is: 'refused'; readonly problem: Problem }
  /** `isFault`: the API failed over it, and may do so for ever. */
  | { readonly is: 'later'; readonly problem: Problem; readonly afterMs: number; readonly isFault: boolean }
  | { readonly is: 'not_yet'; readonly problem: Problem; readonly retryAt: number }
  | { readonly is: 'signed_out'; readonly reason: 'signed_out' | 'somebody_else' }
  /** Nobody waits for the answer any more. */
  | { readonly is: 'let_go' }

interface Lane {
  isRunning: boolean
  isWanted: boolean
  failures: number
  timer: ReturnType<typeof setTimeout> | undefined
  current:
    | {
        readonly clientMessageId: string
        readonly controller: AbortController
        readonly letGo: () => void
      }
    | undefined
}

const minBackoffMs = 500
const maxBackoffMs = 30_000
const maxFaults = 6
/** Whoever died with the turn in their hands holds up the others for so long, and a request that is slow does no harm. */
const leaseMs = 5_000
const lockWaitMs = 15_000
const leaseAgainMs = 200

const expired: Problem = {
  code: 'expired',
  message: 'This waited too long to be sent without being asked again.',
  status: null,
}
const unreachable: Problem = {
  code: 'unreachable',
  message: 'The server could not be reached. It is sent when there is a connection.',
  status: null,
}
const isPassing = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || status >= 500

/**
 * Works off the queues. Whatever the tabs do at the same time, a message goes out only after the one before it was answered:
 * each turn sends the oldest that is kept, under its own name. That they take turns spares requests.
 */
export function createSending(options: SendingOptions) {
  const { client, userId, line, floor, store, changed, isSent, onSignedOut = () => {} } = options
  const { keepMs = 24 * 60 * 60_000, now = Date.now, random = Math.random } = options
  const locks =
    options.locks === undefined ? (globalThis.navigator?.locks as Locks | undefined) : options.locks
  const holder = randomId()
  const lanes = new Map<string, Lane>()
  /** A new one with each start: what began before does nothing more. */
  let session: object | null = null
  let stopWaiting = () => {}
  /** Then even a word to the store would bring it back. */
  let isForgotten = false

  const backoffMs = (failures: number) =>
    (0.5 + random() / 2) * Math.min(maxBackoffMs, minBackoffMs * 2 ** failures)

  async function ask(entry: Kept, signal: AbortSignal): Promise<Outcome> {
    const { conversationId, clientMessageId, message } = entry
    const failures = lanes.get(conversationId)?.failures ?? 0
    try {
      const response = await client.api.v1.conversations[':id'].messages.$post(
        { param: { id: conversationId }, json: { ...message, clientMessageId } },
        { headers: { 'X-Expected-User': userId }, init: { signal } },
      )
      if (response.ok) return { is: 'stored', message: await response.json() }
      const error = await readError(response)
      const status: number = response.status
      const problem: Problem = { code: error?.code ?? 'unknown', message: error?.message ?? '', status }
      if (status === 401) return { is: 'signed_out', reason: 'signed_out' }
      if (problem.code === 'account_mismatch') return { is: 'signed_out', reason: 'somebody_else' }
      const seconds = Number(response.headers.get('retry-after') ?? error?.retryAfter ?? 0)
      if (status === 429) return { is: 'not_yet', problem, retryAt: now() + Math.max(1, seconds) * 1_000 }
      if (!isPassing(status)) return { is: 'refused', problem }
      const afterMs = seconds > 0 ? seconds * 1_000 : backoffMs(failures)
      return { is: 'later', problem, afterMs, isFault: status === 500 || status < 500 }
    } catch (error) {
      const problem =
        error instanceof ForeignAnswer
          ? { code: 'foreign_answer', message: error.message, status: null }
          : unreachable
      return { is: 'later', problem, afterMs: backoffMs(failures), isFault: false }
    }
  }

  /** Once, and in one tab, whoever learned it first. */
  async function settle(entry: Kept, message: SentMessage | null): Promise<void> {
    if (!isForgotten && (await store.remove(entry.order))) await isSent(entry, message)
  }

  /** Sends the oldest. Answers after how long to go on; null: nothing to do. */
  async function step(conversationId: string, lane: Lane, isStale: () => boolean): Promise<number | null> {
    if (isStale()) return null
    const waiting = await store.list(userId)
    const entry = waiting.find((each) => each.conversationId === conversationId && !each.isRefused)
    if (!entry || isStale()) return null
    const note = async (change: Partial<Kept>) => {
      await store.replace({ ...entry, attempts: entry.attempts + 1, ...change })
      changed(conversationId)
    }
    if (now() - entry.writtenAt > keepMs) {
      await note({ attempts: entry.attempts, isRefused: true, problem: expired })
      return 0
    }
    if (entry.retryAt > now()) return entry.retryAt - now()
    if (!(await store.replace({ ...entry, attempts: entry.attempts + 1 })) || isStale()) return 0

    const controller = new AbortController()
    const letGo = new Promise<Outcome>((resolve) => {
      const { clientMessageId } = entry
      lane.current = { clientMessageId, controller, letGo: () => resolve({ is: 'let_go' }) }
    })
    changed(conversationId)
    const outcome = await Promise.race([ask(entry, controller.signal), letGo])
    lane.current = undefined
    if (isStale() && outcome.is !== 'stored') return null
    if (outcome.is === 'later') lane.failures++
    else lane.failures = 0
    switch (outcome.is) {
      case 'stored':
        await settle(entry, outcome.message)
        return 0
      case 'refused':
        await note({ isRefused: true, problem: outcome.problem })
        return 0
      case 'not_yet':
        await note({ retryAt: outcome.retryAt, problem: outcome.problem })
        return outcome.retryAt - now()
      case 'later': {
        const faults = entry.faults + (outcome.isFault ? 1 : 0)
        const isRefused = faults >= maxFaults
        await note({ faults, isRefused, problem: outcome.problem })
        return isRefused ? 0 : outcome.afterMs
      }
      case 'let_go':
        return 0
      case 'signed_out':
        stop()
        changed(conversationId)
        onSignedOut(outcome.reason)
        return null
    }
  }

  /** A tab that sleeps with the lock in its hands holds up the others for a while, not for ever. */
  function withLock(found: Locks, name: string, work: () => Promise<number | null>): Promise<number | null> {
    return new Promise((resolve, reject) => {
      let hasBegun = false
      const begin = async () => {
        if (hasBegun) return
        hasBegun = true
        clearTimeout(timer)
        await work().then(resolve, reject)
      }
      const timer = setTimeout(() => floor(begin), lockWaitMs)
      found.request(name, begin).catch(reject)
    })
  }
  async function turn(conversationId: string, lane: Lane, isStale: () => boolean): Promise<number | null> {
    const name = `tools-inc-outbox:${userId}:${conversationId}`
    if (locks) return withLock(locks, name, () => step(conversationId, lane, isStale))
    if (!(await store.lease(name, holder, now() + leaseMs, now()))) return leaseAgainMs
    try {
      return await step(conversationId, lane, isStale)
    } finally {
      if (!isForgotten) await store.lease(name, holder, now(), now())
    }
  }

  async function run(conversationId: string, lane: Lane): Promise<void> {
    const mine = session
    const isStale = () => session === null || session !== mine
    while (lane.isWanted && !isStale()) {
      lane.isWanted = false
      let afterMs: number | null = 0
      // A store that fails is asked again after a while; nothing is lost by it.
      while (afterMs === 0) afterMs = await turn(conversationId, lane, isStale).catch(() => maxBackoffMs)
      if (afterMs !== null && !isStale() && !lane.isWanted)
        lane.timer = setTimeout(() => floor(() => go(conversationId)), Math.min(afterMs, 2 ** 31 - 1))
    }
  }

  function go(conversationId: string): void {
    if (session === null) return
    const lane = lanes.get(conversationId) ?? {
      isRunning: false,
      isWanted: false,
      failures: 0,
      timer: undefined,
      current: undefined,
    }
    lanes.set(conversationId, lane)
    clearTimeout(lane.timer)
    lane.isWanted = true
    if (lane.isRunning) return
    lane.isRunning = true
    floor(() =>
      run(conversationId, lane).finally(() => {
        lane.isRunning = false
        if (lane.isWanted) go(conversationId)
      }),
    )
  }

  function wake(): void {
    for (const [conversationId, lane] of lanes) {
      lane.failures = 0
      go(conversationId)
    }
  }

  function stop(): void {
    session = null
    stopWaiting()
    stopWaiting = () => {}
    for (const lane of lanes.values()) {
      clearTimeout(lane.timer)
      lane.current?.controller.abort()
    }
  }

  const laneOf = (clientMessageId: string) =>
    [...lanes.values()].find(({ current }) => current?.clientMessageId === clientMessageId)

  return {
    start(): void {
      if (session !== null) return
      session = {}
      isForgotten = false
      stopWaiting = line?.onReturn(wake) ?? (() => {})
    },
    stop,
    forget(): void {
      isForgotten = true
      stop()
    },
    go,
    wake,
    isUnderWay: (clientMessageId: string): boolean => laneOf(clientMessageId) !== undefined,
    /** It was given up. */
    letGo(clientMessageId: string): void {
      const current = laneOf(clientMessageId)?.current
      current?.letGo()
      current?.controller.abort()
    },
    async arrived(entry: Kept): Promise<void> {
      await settle(entry, null)
      laneOf(entry.clientMessageId)?.current?.letGo()
    },
  }
}
