import { deleteDB, type IDBPDatabase, openDB } from 'idb'
import { unsentDatabase } from './unsent.ts'

/** A message as it is kept until it is answered. Times are milliseconds since the epoch. */
export interface KeptMessage<Message = unknown> {
  /** Its place among all that this browser keeps. */
  readonly order: number
  readonly userId: string
  readonly conversationId: string
  readonly clientMessageId: string
  readonly message: Message
  /** What the page wants to know of it later, such as the names of its files. JSON. */
  readonly shown: unknown
  readonly writtenAt: number
  /** How often it was sent, whatever came of it. */
  readonly attempts: number
  /** How often the API answered that it failed over it. */
  readonly faults: number
  /** Not sooner, by the answer that it got; 0: at once. */
  readonly retryAt: number
  /** The last that was heard of it. */
  readonly problem: Problem | null
  /** It waits for a person: to send it again, or to give it up. */
  readonly isRefused: boolean
}

export interface Problem {
  /** A code of the API, or `unreachable`, `foreign_answer`, `expired`. */
  readonly code: string
  /** For a person. */
  readonly message: string
  /** Null where it was no answer of the API. */
  readonly status: number | null
}

/** Keeps messages in the order they were added. Calls that run at the same time act one after the other. */
export interface OutboxStore<Message = unknown> {
  /** Whether what is kept survives a reload. Known after the first call. */
  isLasting(): boolean
  /** Of one person, in order. */
  list(userId: string): Promise<readonly KeptMessage<Message>[]>
  /** Answers its place, behind all others. */
  add(kept: Omit<KeptMessage<Message>, 'order'>): Promise<number>
  /** False where it is gone. */
  replace(kept: KeptMessage<Message>): Promise<boolean>
  /** False where it was gone. */
  remove(order: number): Promise<boolean>
  /** Removes what is somebody else's, and what was written before `since`. After `forget` nothing is kept until then. */
  keepOnly(userId: string, since: number): Promise<void>
  /** Who holds a name that nobody else holds until `until`; true for the holder it was given to. */
  lease(name: string, holder: string, until: number, now: number): Promise<boolean>
  /** Removes everything of everybody, here and in the other tabs, and the place it was kept in. */
  forget(): Promise<void>
  close(): void
}

const openWithinMs = 3_000

/** For where the browser has no place to keep anything: gone with the page. */
export function createMemoryOutboxStore<Message>(
  known: Iterable<KeptMessage<Message>> = [],
): OutboxStore<Message> {
  const all = new Map([...known].sort((a, b) => a.order - b.order).map((kept) => [kept.order, kept]))
  const leases = new Map<string, { readonly holder: string; readonly until: number }>()
  let last = Math.max(0, ...all.keys())
  return {
    isLasting: () => false,
    list: async (userId) => [...all.values()].filter((kept) => kept.userId === userId),
    async add(kept) {
      last++
      all.set(last, structuredClone({ ...kept, order: last }))
      return last
    },
    async replace(kept) {
      if (!all.has(kept.order)) return false
      all.set(kept.order, structuredClone(kept))
      return true
    },
    remove: async (order) => all.delete(order),
    async keepOnly(userId, since) {
      for (const [order, kept] of all) if (kept.userId !== userId || kept.writtenAt < since) all.delete(order)
    },
    async lease(name, holder, until, now) {
      const held = leases.get(name)
      if (held && held.holder !== holder && held.until > now) return false
      leases.set(name, { holder, until })
      return true
    },
    forget: async () => all.clear(),
    close: () => {},
  }
}

interface Schema<Message> {
  readonly kept: { key: number; value: KeptMessage<Message>; indexes: { readonly by_user: string } }
  readonly leases: {
    key: string
    value: { readonly name: string; readonly holder: string; readonly until: number }
  }
}

const rejectAfter = (ms: number) =>
  new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no database within ${ms} ms`)), ms))

/**
 * Keeps what is written over a reload, for all tabs of the browser. `onForgotten`: another tab has removed everything.
 * Throws what the browser throws, which keeps this from a page now and then.
 */
export function createLastingOutboxStore<Message>(onForgotten: () => void): OutboxStore<Message> {
  let opening: Promise<IDBPDatabase<Schema<Message> & Record<string, any>>> | undefined
  const open = () =>
    openDB<Schema<Message> & Record<string, any>>(unsentDatabase, 1, {
      upgrade(database) {
        const kept = database.createObjectStore('kept', { keyPath: 'order', autoIncrement: true })
        kept.createIndex('by_user', 'userId')
        database.createObjectStore('leases', { keyPath: 'name' })
      },
      blocking(_current, wanted, event) {
        ;(event.target as IDBDatabase).close()
        opening = undefined
        if (wanted === null) onForgotten()
      },
      terminated() {
        opening = undefined
      },
    })
  const database = () => {
    // A browser has been seen that never answers; a page that waits for it would never send anything.
    opening ??= Promise.race([open(), rejectAfter(openWithinMs)])
    return opening
  }
  return {
    isLasting: () => true,
    list: async (userId) => (await database()).getAllFromIndex('kept', 'by_user', userId),
    add: async (kept) => (await database()).add('kept', kept as KeptMessage<Message>),
    async replace(kept) {
      const change = (await database()).transaction('kept', 'readwrite')
      const isThere = (await change.store.getKey(kept.order)) !== undefined
      if (isThere) await change.store.put(kept)
      await change.done
      return isThere
    },
    async remove(order) {
      const change = (await database()).transaction('kept', 'readwrite')
      const isThere = (await change.store.getKey(order)) !== undefined
      await change.store.delete(order)
      await change.done
      return isThere
    },
    async keepOnly(userId, since) {
      const change = (await database()).transaction('kept', 'readwrite')
      for (const kept of await change.store.getAll())
        if (kept.userId !== userId || kept.writtenAt < since) await change.store.delete(kept.order)
      await change.done
    },
    async lease(name, holder, until, now) {
      const change = (await database()).transaction('leases', 'readwrite')
      const held = await change.store.get(name)
      const isFree = !held || held.holder === holder || held.until <= now
      if (isFree) await change.store.put({ name, holder, until })
      await change.done
      return isFree
    },
    async forget() {
      void opening?.then((opened) => opened.close()).catch(() => {})
      opening = undefined
      await deleteDB(unsentDatabase)
    },
    close() {
      void opening?.then((opened) => opened.close()).catch(() => {})
      opening = undefined
    },
  }
}

/**
 * Keeps what is written over a reload where the browser has a place for it, and in this page alone from the moment on
 * that it has not: private windows, a full disk, a database that was taken away.
 */
export function createOutboxStore<Message>(onForgotten: () => void): OutboxStore<Message> {
  const known = new Map<number, KeptMessage<Message>>()
  let isForgotten = false
  const forgetHere = () => {
    isForgotten = true
    known.clear()
  }
  const lasting = globalThis.indexedDB
    ? createLastingOutboxStore<Message>(() => {
        forgetHere()
        onForgotten()
      })
    : null
  let memory = lasting ? null : createMemoryOutboxStore<Message>()
  const use = async <T>(otherwise: T, work: (store: OutboxStore<Message>) => Promise<T>): Promise<T> => {
    // Asking would bring the database back.
    if (isForgotten) return otherwise
    if (lasting && !memory)
      try {
        return await work(lasting)
      } catch {
        // What was under way when it was taken away fails too.
        if (isForgotten) return otherwise
        memory ??= createMemoryOutboxStore(known.values())
      }
    return work(memory as OutboxStore<Message>)
  }
  return {
    isLasting: () => !memory,
    async list(userId) {
      const found = await use([], (store) => store.list(userId))
      if (isForgotten) return []
      for (const kept of found) known.set(kept.order, kept)
      return found
    },
    async add(kept) {
      const order = await use(0, (store) => store.add(kept))
      if (!isForgotten) known.set(order, { ...kept, order })
      return order
    },
    async replace(kept) {
      const isThere = await use(false, (store) => store.replace(kept))
      if (isThere && !isForgotten) known.set(kept.order, kept)
      return isThere
    },
    async remove(order) {
      known.delete(order)
      // What was given up is not to come back with the database.
      if (memory) void lasting?.remove(order).catch(() => {})
      return use(false, (store) => store.remove(order))
    },
    async keepOnly(userId, since) {
      isForgotten = false
      await use(undefined, (store) => store.keepOnly(userId, since))
    },
    lease: (name, holder, until, now) => use(false, (store) => store.lease(name, holder, until, now)),
    async forget() {
      forgetHere()
      await Promise.allSettled([lasting?.forget(), memory?.forget()])
    },
    close: () => lasting?.close(),
  }
}
