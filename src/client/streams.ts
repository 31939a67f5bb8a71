import type { ChatEvent } from '../app/create-app.ts'
import type { Client } from './client.ts'
import type { Floor } from './floor.ts'

/** One that has its place among the changes of its conversation. */
export type NumberedEvent = Extract<ChatEvent, { seq: number }>

export interface StreamOptions {
  readonly floor: Floor
  readonly client: Client
  readonly onEvent: (event: ChatEvent) => void
  readonly onReload: (conversationId: string, reason: 'forbidden' | 'too_old' | 'ahead') => void
  /** For how long a missing number may still come by itself. */
  readonly gapWaitMs: number
  /** Runs `work` after a while, unless all has been stopped by then. */
  readonly later: (ms: number, work: () => void) => () => void
  /** Milliseconds before what failed so often is tried again. */
  readonly backoffMs: (failures: number) => number
}

interface Stream {
  seq: number
  /** Numbers that came before those they follow. */
  readonly early: Map<number, NumberedEvent>
  isWaiting: boolean
}

const maxStreams = 200
const maxEarly = 1_000

/** It speaks of a number, and is not the change that has it. */
const tellsOfOthers = new Set<string>(['conversation.active'])

/** In each conversation every number once, in order, without a gap, whatever is lost, doubled or late on the way. */
export function createStreams(options: StreamOptions) {
  const { client, floor, onEvent, onReload, gapWaitMs, later, backoffMs } = options
  const streams = new Map<string, Stream>()
  let asking: Promise<boolean> | undefined
  /** What is to be asked next. */
  const wanted = new Set<string>()
  const unanswered = new Set<string>()
  let failures = 0
  let cancelRetry = () => {}

  function take(event: NumberedEvent): void {
    const { conversationId, seq } = event
    const stream = streams.get(conversationId)
    if (!stream || seq <= stream.seq) return
    if (seq > stream.seq + 1) {
      if (stream.early.size < maxEarly) stream.early.set(seq, event)
      if (stream.isWaiting) return
      stream.isWaiting = true
      later(gapWaitMs, () => {
        stream.isWaiting = false
        if (stream.early.size > 0) floor(() => check([conversationId]))
      })
      return
    }
    let next: NumberedEvent | undefined = event
    while (next) {
      stream.seq = next.seq
      onEvent(next)
      if (streams.get(conversationId) !== stream) return
      next = stream.early.get(stream.seq + 1)
      stream.early.delete(stream.seq + 1)
    }
    for (const early of stream.early.keys()) if (early <= stream.seq) stream.early.delete(early)
  }

  /** Those that were not answered to their end. */
  async function ask(ids: readonly string[]): Promise<readonly string[]> {
    const positions = ids.flatMap((id) => {
      const stream = streams.get(id)
      return stream ? [[id, stream.seq] as const] : []
    })
    if (positions.length === 0) return []
    const response = await client.api.v1.sync.$post({ json: { streams: Object.fromEntries(positions) } })
    if (!response.ok) return ids
    const answer = await response.json()
    const unfinished: string[] = []
    for (const [id, answered] of Object.entries(answer.streams)) {
      if ('resync' in answered) {
        streams.delete(id)
        onReload(id, answered.reason)
        continue
      }
      for (const event of answered.events) take(event as NumberedEvent)
      if (answered.more) unfinished.push(id)
    }
    return unfinished.length === 0 ? [] : ask(unfinished)
  }

  async function askAll(): Promise<boolean> {
    const left = new Set<string>()
    while (wanted.size > 0) {
      const ids = [...wanted].slice(0, maxStreams)
      for (const id of ids) wanted.delete(id)
      for (const id of await ask(ids).catch(() => ids)) left.add(id)
    }
    cancelRetry()
    failures = left.size === 0 ? 0 : failures + 1
    if (left.size > 0) {
      for (const id of left) unanswered.add(id)
      cancelRetry = later(backoffMs(failures), () => floor(() => check([])))
    }
    return left.size === 0
  }

  /**
   * Asks now what happened since, in these or in all. What calls while it is being asked is answered by asking once more.
   * True when all were answered to their end.
   */
  function check(ids: Iterable<string> = streams.keys()): Promise<boolean> {
    for (const id of [...ids, ...unanswered]) wanted.add(id)
    unanswered.clear()
    asking ??= Promise.resolve()
      .then(askAll)
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  return {
    /** What came over the connection. */
    receive(data: unknown): void {
      const event = data as ChatEvent
      const isNumbered = 'seq' in event && event.seq !== undefined
      if (isNumbered && !tellsOfOthers.has(event.event)) {
        take(event)
        return
      }
      onEvent(event)
      if (tellsOfOthers.has(event.event) && 'conversationId' in event && streams.has(event.conversationId))
        floor(() => check([event.conversationId]))
    },
    follow(conversationId: string, seq: number): void {
      streams.set(conversationId, { seq, early: new Map(), isWaiting: false })
      floor(() => check([conversationId]))
    },
    forget: (conversationId: string): void => void streams.delete(conversationId),
    positionIn: (conversationId: string): number | undefined => streams.get(conversationId)?.seq,
    check,
    /** Nothing waits any more: whoever starts again asks for everything. */
    reset(): void {
      cancelRetry()
      failures = 0
      for (const stream of streams.values()) stream.isWaiting = false
    },
  }
}

export type Streams = ReturnType<typeof createStreams>
