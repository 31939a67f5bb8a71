import type { Client } from './client.ts'
import { createFloor, type Failing } from './floor.ts'
import type { Line } from './line.ts'

export interface ReceiptsOptions extends Failing {
  readonly client: Client
  /** Whose they are. */
  readonly userId: string
  readonly line?: Line
  /** At most one mark in so many milliseconds for each conversation, the first at once. Default 3,000. */
  readonly readEveryMs?: number
  /** At most so often the others are told that somebody is typing. Default 3,000. */
  readonly typingEveryMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

interface Mark {
  /** The newest that was looked at, and the newest that the API knows of. */
  seq: number
  told: number
  toldAt: number
  isUnderWay: boolean
  timer: ReturnType<typeof setTimeout> | undefined
}

const againMs = 5_000

/**
 * What a page says of what people do in it, in as few requests as tell the same: of many messages that were read the newest,
 * of many letters that were typed one in three seconds. A mark that did not get through is told later; that somebody was
 * typing is not.
 */
export function createReceipts(options: ReceiptsOptions) {
  const { client, userId, line, readEveryMs = 3_000, typingEveryMs = 3_000, now = Date.now } = options
  const floor = createFloor(options.onError)
  const marks = new Map<string, Mark>()
  const typedAt = new Map<string, number>()
  const expected = { 'X-Expected-User': userId }
  let isStopped = false

  function tellLater(conversationId: string, mark: Mark, ms: number): void {
    if (isStopped || mark.isUnderWay || mark.timer !== undefined || mark.seq <= mark.told) return
    mark.timer = setTimeout(() => floor(() => tell(conversationId, mark)), ms)
  }
  async function tell(conversationId: string, mark: Mark): Promise<void> {
    clearTimeout(mark.timer)
    mark.timer = undefined
    const { seq } = mark
    mark.isUnderWay = true
    mark.toldAt = now()
    // A page says so by itself, when something comes while it is open: nobody need be there.
    const response = await client.api.v1.conversations[':id'].read
      .$post(
        { param: { id: conversationId }, json: { seq } },
        { headers: { ...expected, 'X-Background': 'true' } },
      )
      .catch(() => null)
    mark.isUnderWay = false
    const status: number = response?.status ?? 503
    const isPassing = status === 429 || status >= 500
    if (!isPassing) mark.told = Math.max(mark.told, seq)
    const seconds = Number(response?.headers.get('retry-after'))
    const againAfterMs = seconds > 0 ? seconds * 1_000 : againMs
    tellLater(
      conversationId,
      mark,
      isPassing ? againAfterMs : Math.max(0, readEveryMs - (now() - mark.toldAt)),
    )
  }
  const sayTyping = (conversationId: string, state: 'start' | 'stop') =>
    void client.api.v1.conversations[':id'].typing
      .$post({ param: { id: conversationId }, json: { state } }, { headers: expected })
      .catch(() => {})

  const stopWaiting = line?.onReturn(() => {
    for (const [conversationId, mark] of marks) {
      clearTimeout(mark.timer)
      mark.timer = undefined
      tellLater(conversationId, mark, 0)
    }
  })

  return {
    /** Somebody has looked at everything up to this number. */
    read(conversationId: string, seq: number): void {
      const mark = marks.get(conversationId) ?? {
        seq: 0,
        told: 0,
        toldAt: Number.NEGATIVE_INFINITY,
        isUnderWay: false,
        timer: undefined,
      }
      marks.set(conversationId, mark)
      mark.seq = Math.max(mark.seq, seq)
      tellLater(conversationId, mark, Math.max(0, readEveryMs - (now() - mark.toldAt)))
    },
    /** For each letter. */
    typing(conversationId: string): void {
      const at = now()
      if (isStopped || at - (typedAt.get(conversationId) ?? Number.NEGATIVE_INFINITY) < typingEveryMs) return
      typedAt.set(conversationId, at)
      sayTyping(conversationId, 'start')
    },
    /** The text was sent or given up. */
    stoppedTyping(conversationId: string): void {
      if (typedAt.delete(conversationId) && !isStopped) sayTyping(conversationId, 'stop')
    },
    /** Nothing is told any more. */
    stop(): void {
      isStopped = true
      stopWaiting?.()
      for (const mark of marks.values()) clearTimeout(mark.timer)
      marks.clear()
      typedAt.clear()
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>
