import type { Client, Locks } from './client.ts'
import { createFloor, type Failing } from './floor.ts'
import type { Line } from './line.ts'
import { createOutboxStore, type KeptMessage, type OutboxStore, type Problem } from './outbox-store.ts'
import { randomId } from './random-id.ts'
import { createSending, type SentMessage } from './sending.ts'
import { findTabs, type Tabs } from './tabs.ts'

export type { OutboxStore, Problem } from './outbox-store.ts'
export type { SentMessage } from './sending.ts'

type SendBody = Parameters<Client['api']['v1']['conversations'][':id']['messages']['$post']>[0]['json']

/** What `POST /conversations/{id}/messages` takes. Attachments are named by the ids of completed uploads. */
export type OutgoingMessage = Omit<SendBody, 'clientMessageId'>

/** A message that is not yet known to be stored. */
export interface OutboxEntry {
  readonly clientMessageId: string
  readonly conversationId: string
  readonly message: OutgoingMessage
  readonly shown: unknown
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
  /**
   * `waiting`: for those before it, the line, or the time the API named; `sending`: on its way; `not_sent`: it was
   * refused, or is too old to be sent without being asked for. Then it waits for `again` or `cancel`.
   */
  readonly status: 'waiting' | 'sending' | 'not_sent'
  /** Why it waits, or was not sent; null where nothing went wrong. */
  readonly problem: Problem | null
  /** Milliseconds since the epoch: not sooner, as the API asked. Null: as soon as possible. */
  readonly retryAt: number | null
}

export interface OutboxOptions extends Failing {
  readonly client: Client
  /** Who writes. It is theirs alone, and goes out only while they are the one who is signed in. */
  readonly userId: string
  /** The same that the client was given: then its return wakes whatever waits. */
  readonly line?: Line
  /** Called once for each message when it is known to be stored, in every tab. */
  readonly onSent?: (entry: OutboxEntry, message: SentMessage | null) => void
  /** The session is over, or is somebody else's. What waits stays, and goes out after `start` when the person is back. */
  readonly onSignedOut?: (reason: 'signed_out' | 'somebody_else') => void
  /** For how long a message goes out without being asked for again. Default 24 hours. */
  readonly keepMs?: number
  /** Default: IndexedDB, and the memory of the page where there is none. */
  readonly store?: (onForgotten: () => void) => OutboxStore<OutgoingMessage>
  /** Default: `navigator.locks`, where there is one; else a lease in the store. */
  readonly locks?: Locks | null
  /** Default: `BroadcastChannel`, where there is one. */
  readonly tabs?: Tabs | null
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** 0 up to 1. */
  readonly random?: () => number
}

const dayMs = 24 * 60 * 60_000

/** It was sent, and no answer said what became of it. */
const mayBeStored = ({ attempts, isRefused, problem }: KeptMessage): boolean =>
  attempts > 0 && !(isRefused && problem?.status !== null && (problem?.status ?? 500) < 500)

/**
 * Messages on their way: one queue for each conversation. A message is sent when the one before it is answered, as often
 * as it takes, and stored as one message however often. One that is refused holds up none behind it. What waits outlives
 * a reload, and is shown in every tab; the tabs take turns.
 */
export function createOutbox(options: OutboxOptions) {
  const { userId, now = Date.now, onSent = () => {}, keepMs = dayMs } = options
  const floor = createFloor(options.onError)
  const tabs = options.tabs === undefined ? findTabs(floor) : options.tabs
  const store = (options.store ?? createOutboxStore<OutgoingMessage>)(() => forgotten())
  /** Not kept yet, in the order they were written. */
  const fresh = new Map<string, Omit<KeptMessage<OutgoingMessage>, 'order'>>()
  let kept: readonly KeptMessage<OutgoingMessage>[] = []
  const listeners = new Set<(conversationId: string) => void>()
  let writing: Promise<unknown> = Promise.resolve()
  let stopHearing = () => {}

  const tell = (conversationIds: Iterable<string>) => {
    for (const id of new Set(conversationIds))
      for (const listener of [...listeners]) floor(() => listener(id))
  }
  const sending = createSending({
    ...options,
    floor,
    store,
    changed: (conversationId) => floor(() => refresh().then(() => tell([conversationId]))),
    async isSent(done, message) {
      await refresh()
      tabs?.say({ userId, sent: done.clientMessageId, conversationId: done.conversationId, message })
      floor(() => onSent(shownOf(done), message))
      tell([done.conversationId])
    },
  })

  const shownOf = (each: Omit<KeptMessage<OutgoingMessage>, 'order'>): OutboxEntry => ({
    clientMessageId: each.clientMessageId,
    conversationId: each.conversationId,
    message: each.message,
    shown: each.shown,
    writtenAt: each.writtenAt,
    status: each.isRefused ? 'not_sent' : sending.isUnderWay(each.clientMessageId) ? 'sending' : 'waiting',
    problem: each.problem,
    retryAt: each.retryAt > now() ? each.retryAt : null,
  })
  const all = () => [...kept, ...fresh.values()]
  const find = (clientMessageId: string) => kept.find((each) => each.clientMessageId === clientMessageId)

  async function refresh(): Promise<void> {
    kept = await store.list(userId)
    for (const { clientMessageId } of kept) fresh.delete(clientMessageId)
  }
  /** One after the other, so that what was written first is kept first. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = writing.then(work)
    writing = done.catch(() => {})
    return done
  }
  function keep(entry: Omit<KeptMessage<OutgoingMessage>, 'order'>): Promise<void> {
    fresh.set(entry.clientMessageId, entry)
    tell([entry.conversationId])
    return inTurn(async () => {
      if (!fresh.has(entry.clientMessageId)) return
      await store.add(entry)
      await refresh()
      tabs?.say({ userId, changed: entry.conversationId })
      sending.go(entry.conversationId)
    })
  }
  async function drop(clientMessageId: string): Promise<KeptMessage<OutgoingMessage> | null> {
    await writing
    const entry = find(clientMessageId)
    if (!entry || !(await store.remove(entry.order))) return null
    await refresh()
    tabs?.say({ userId, changed: entry.conversationId })
    tell([entry.conversationId])
    return entry
  }
  function forgotten(): void {
    sending.forget()
    const ids = all().map(({ conversationId }) => conversationId)
    kept = []
    fresh.clear()
    tell(ids)
  }

  return {
    /** Begins to send what waits, and what is written from now on. Removes what others left in this browser. */
    async start(): Promise<void> {
      stopHearing()
      stopHearing =
        tabs?.listen((said) => {
          if (said.userId !== userId) return
          const before = 'sent' in said ? find(said.sent) : undefined
          floor(async () => {
            await refresh()
            if ('sent' in said && before)
              floor(() => onSent(shownOf(before), said.message as SentMessage | null))
            const id = 'sent' in said ? said.conversationId : said.changed
            tell([id])
            if ('changed' in said) sending.go(id)
          })
        }) ?? (() => {})
      await inTurn(async () => {
        await store.keepOnly(userId, now() - 7 * keepMs)
        await refresh()
      })
      sending.start()
      const ids = new Set(kept.map(({ conversationId }) => conversationId))
      for (const id of ids) sending.go(id)
      tell(ids)
    },
    /** Nothing goes out any more, not even what is under way. What waits is kept for the person. */
    stop(): void {
      stopHearing()
      stopHearing = () => {}
      sending.stop()
      tell(all().map(({ conversationId }) => conversationId))
    },
    /** For signing out and for leaving quickly: stops, and removes what anybody left in this browser. */
    async forget(): Promise<void> {
      stopHearing()
      forgotten()
      await writing
      await store.forget()
    },
    /** Takes its place behind what was written before. It is shown at once. */
    add(conversationId: string, message: OutgoingMessage, shown: unknown = null): OutboxEntry {
      const entry = {
        userId,
        conversationId,
        clientMessageId: randomId(),
        message,
        shown,
        writtenAt: now(),
        attempts: 0,
        faults: 0,
        retryAt: 0,
        problem: null,
        isRefused: false,
      }
      floor(() => keep(entry))
      return shownOf(entry)
    },
    /** `may_be_sent`: it is given up, but had been on its way, and may show up. */
    async cancel(clientMessageId: string): Promise<'cancelled' | 'may_be_sent' | 'gone'> {
      const isUnderWay = sending.isUnderWay(clientMessageId)
      const entry = await drop(clientMessageId)
      if (!entry) return 'gone'
      sending.letGo(clientMessageId)
      return isUnderWay || mayBeStored(entry) ? 'may_be_sent' : 'cancelled'
    },
    /** Sends what was not sent once more, behind what was written since. */
    async again(clientMessageId: string): Promise<void> {
      const entry = await drop(clientMessageId)
      if (!entry) return
      const { order: _, ...rest } = entry
      const attempts = mayBeStored(entry) ? entry.attempts : 0
      await keep({
        ...rest,
        writtenAt: now(),
        attempts,
        faults: 0,
        retryAt: 0,
        problem: null,
        isRefused: false,
      })
    },
    /** Another way told that it is stored, such as its event. Nothing waits for its answer any more. */
    async arrived(clientMessageId: string): Promise<void> {
      const entry = find(clientMessageId)
      if (entry) await sending.arrived(entry)
    },
    /** In the order they were written. */
    entriesOf: (conversationId: string): readonly OutboxEntry[] =>
      all()
        .filter((each) => each.conversationId === conversationId)
        .map(shownOf),
    /** Every conversation with something on its way. */
    conversationIds: (): readonly string[] => [...new Set(all().map(({ conversationId }) => conversationId))],
    /** Called with the conversation in which something changed. Answers what stops it. */
    onChange(listener: (conversationId: string) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Tries now what waits for the line. */
    wake: (): void => sending.wake(),
    /** Resolves once all that was written so far is kept. */
    async kept(): Promise<void> {
      await writing
    },
    /** Whether what waits outlives a reload. */
    isLasting: (): boolean => store.isLasting(),
  }
}

export type Outbox = ReturnType<typeof createOutbox>
