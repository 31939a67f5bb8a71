import { isRecent, stillLasts } from '../../../ports/clock.ts'
import { DocumentExists, type Stored, VersionMismatch, type Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { defineError, notFound } from '../../kernel/errors.ts'
import type { Announcer } from './announcer.ts'
import { type Entry, type Head, messages, type Numbered, type StoredMessage } from './entries.model.ts'

/** What a plan makes of the head it is shown. */
export interface Planned<T> {
  readonly head: Head
  /** Numbered from the old head's number upwards, without gaps. Empty: nothing is written. */
  readonly entries: readonly Numbered[]
  readonly replaced?: readonly { readonly message: StoredMessage; readonly version: string }[]
  /** What else is written with it, and is told to nobody. */
  readonly beside?: readonly Write<Entry>[]
  readonly result: T
}

type Plan<T> = (head: Head) => Planned<T> | Promise<Planned<T>>

interface Waiting {
  readonly plan: Plan<unknown>
  readonly sharesBatch: boolean
  /** About as much as it adds. */
  readonly bytes: number
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Of those who try at once one succeeds each time, so this many fail only where hundreds write. */
const attempts = 40
/** One head and as many messages: below what one transaction may hold, in number and in bytes. */
const maxBatch = 80
const maxBatchBytes = 1_000_000
/** A head seen longer ago than this is read again rather than bet on. */
const headFreshMs = 5_000
/** After another process came first, heads are read before each commit for this long: a lost bet costs more. */
const sharedMs = 10_000
const rememberedHeads = 2_000

const tooManyWriters = defineError(
  'unavailable',
  'unavailable',
  'Too many people are writing here at the same time. Try again shortly.',
)

interface Remembered {
  stored: Stored<Head> | null
  atMs: number
  sharedUntilMs: number
}

/**
 * Commits numbered changes: one transaction replaces the head, if nobody did meanwhile, and inserts what it numbers.
 * Calls for one conversation wait for each other in this process, and messages that wait share a transaction.
 */
export function createConversationLog(needs: Needs<'documents' | 'clock'>, announcer: Announcer) {
  const { documents, clock } = needs
  const lanes = new Map<string, Waiting[]>()
  const heads = new Map<string, Remembered>()

  const remembered = (conversationId: string): Remembered => {
    const known = heads.get(conversationId) ?? { stored: null, atMs: 0, sharedUntilMs: 0 }
    heads.delete(conversationId)
    heads.set(conversationId, known)
    const [oldest] = heads.keys()
    if (heads.size > rememberedHeads && oldest !== undefined) heads.delete(oldest)
    return known
  }
  const remember = (conversationId: string, stored: Stored<Head> | null) => {
    const entry = remembered(conversationId)
    entry.stored = stored
    entry.atMs = clock.now()
  }

  async function readHead(conversationId: string): Promise<Stored<Head> | null> {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id: 'head' })
    const head = stored as Stored<Head> | null
    remember(conversationId, head)
    return head
  }

  async function commit(conversationId: string, batch: readonly Waiting[]): Promise<void> {
    let open = batch
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const known = remembered(conversationId)
      const now = clock.now()
      const mayBet =
        attempt === 1 &&
        isRecent(known.atMs, headFreshMs, now) &&
        !stillLasts(known.sharedUntilMs, sharedMs, now)
      const stored = (mayBet ? known.stored : null) ?? (await readHead(conversationId))
      if (!stored) {
        for (const { reject } of open) reject(notFound())
        return
      }
      let head = stored.value
      const entries: Numbered[] = []
      const replaced: { readonly message: StoredMessage; readonly version: string }[] = []
      const beside: Write<Entry>[] = []
      const settled = new Set<Waiting>()
      /** What is told once this is stored: what follows from a change that may yet fail is not so before. */
      const told: (() => void)[] = []
      for (const waiting of open) {
        const tell = (outcome: () => void) => {
          if (entries.length > 0) {
            told.push(outcome)
            return
          }
          settled.add(waiting)
          outcome()
        }
        try {
          const planned = await waiting.plan(head)
          if (planned.entries.length === 0) {
            tell(() => waiting.resolve(planned.result))
            continue
          }
          head = planned.head
          entries.push(...planned.entries)
          replaced.push(...(planned.replaced ?? []))
          beside.push(...(planned.beside ?? []))
          told.push(() => waiting.resolve(planned.result))
        } catch (error) {
          tell(() => waiting.reject(error))
        }
      }
      open = open.filter((waiting) => !settled.has(waiting))
      if (entries.length === 0) return
      const writes: Write<Entry>[] = [
        { replace: head, version: stored.version },
        ...entries.map((insert) => ({ insert })),
        ...replaced.map(({ message, version }) => ({ replace: message, version })),
        ...beside,
      ]
      try {
        await announcer.intend(conversationId, stored.value.seq)
        const [newHead] = await documents.transact(messages, conversationId, writes)
        remember(conversationId, newHead as Stored<Head>)
      } catch (error) {
        remember(conversationId, null)
        if (error instanceof VersionMismatch) {
          if (mayBet) remembered(conversationId).sharedUntilMs = clock.now() + sharedMs
          continue
        }
        if (error instanceof DocumentExists && open.length > 1) {
          // One of them is a repeat; the store does not say which.
          for (const waiting of open) await commit(conversationId, [waiting])
          return
        }
        if (!(error instanceof DocumentExists)) announcer.doubt(conversationId)
        for (const { reject } of open) reject(error)
        return
      }
      announcer.handOver(
        head,
        entries,
        replaced.map(({ message }) => message),
      )
      for (const tell of told) tell()
      return
    }
    for (const { reject } of open) reject(tooManyWriters({ retryAfterSeconds: 1 }))
  }

  /** Those who are about to write and have only to compute something: whoever writes now takes them along. */
  const arriving = new Map<
    string,
    { count: number; readonly allHere: Promise<void>; readonly tell: () => void }
  >()
  function arrive(conversationId: string): () => void {
    let group = arriving.get(conversationId)
    if (!group) {
      let tell = () => {}
      const allHere = new Promise<void>((resolve) => {
        tell = resolve
      })
      group = { count: 0, allHere, tell }
      arriving.set(conversationId, group)
    }
    const mine = group
    mine.count++
    let isHere = false
    return () => {
      if (isHere) return
      isHere = true
      if (--mine.count > 0) return
      mine.tell()
      if (arriving.get(conversationId) === mine) arriving.delete(conversationId)
    }
  }

  /** Who comes after this was asked is waited for by whoever writes next. */
  async function untilAllAreHere(conversationId: string): Promise<void> {
    const group = arriving.get(conversationId)
    arriving.delete(conversationId)
    await group?.allHere
  }

  async function drain(conversationId: string, lane: Waiting[]): Promise<void> {
    for (let first = lane.shift(); first; first = lane.shift()) {
      if (first.sharesBatch) await untilAllAreHere(conversationId)
      const batch = [first]
      let bytes = first.bytes
      for (let next = lane[0]; first.sharesBatch && next?.sharesBatch; next = lane[0]) {
        bytes += next.bytes
        if (batch.length >= maxBatch || bytes > maxBatchBytes) break
        batch.push(next)
        lane.shift()
      }
      try {
        await commit(conversationId, batch)
      } catch (error) {
        remember(conversationId, null)
        for (const { reject } of batch) reject(error)
      }
    }
    lanes.delete(conversationId)
  }

  return {
    readHead,

    /** Says that a `change` that shares a batch comes in a moment; what it answers is called when it comes, or does not. */
    arrive,

    /** The head as it was at most `headFreshMs` ago: for what may be lost anyway. */
    async recentHead(conversationId: string): Promise<Head | null> {
      const { stored, atMs } = remembered(conversationId)
      if (stored && isRecent(atMs, headFreshMs, clock.now())) return stored.value
      return (await readHead(conversationId))?.value ?? null
    },

    /**
     * Shows `plan` the head and commits what it makes of it; shows it again when somebody else was first. With
     * `sharesBatch` a plan reads and replaces nothing, so that several commit together. Throws what the plan throws,
     * and `DocumentExists` for an entry that is there already.
     */
    change<T>(conversationId: string, plan: Plan<T>, { sharesBatch = false, bytes = 0 } = {}): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const waiting = { plan, sharesBatch, bytes, resolve: resolve as (result: unknown) => void, reject }
        const lane = lanes.get(conversationId)
        if (lane) lane.push(waiting)
        else {
          const opened: Waiting[] = [waiting]
          lanes.set(conversationId, opened)
          drain(conversationId, opened).catch((error: unknown) => {
            // Nobody may wait behind what nobody foresaw.
            lanes.delete(conversationId)
            for (const { reject } of opened) reject(error)
          })
        }
      })
    },
  }
}

export type ConversationLog = ReturnType<typeof createConversationLog>
