import { type Clock, isRecent } from '../../ports/clock.ts'
import type { AnyCollection } from '../../ports/documents.ts'
import { type Move, moveIn, moveOf, type StoredMove } from './moves.ts'
import { isDone, type Requests } from './requests.ts'

const heldMs = 120_000

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * One at a time moves a collection. Otherwise one that has come late could bring a document as it was, when the app has
 * changed it in its new place.
 */
export function leaseOf(
  { requests: { ask, containerOf }, clock }: { readonly requests: Requests; readonly clock: Clock },
  c: AnyCollection,
) {
  const holder = crypto.randomUUID()
  const container = containerOf(c)
  let etag = ''
  let heldSince = 0

  const find = async () => {
    const { answer } = await ask(c, 'read', () => moveIn(container, c.name).read<StoredMove>())
    return answer?.resource as StoredMove | undefined
  }

  /** False where somebody else was faster. */
  async function write(state: Move['state'], heldUntil: number, condition: string | undefined) {
    const move = moveOf(c.name, { state, holder, until: heldUntil })
    const { status, answer, isRepeated } = await ask(c, condition === undefined ? 'insert' : 'replace', () =>
      condition === undefined
        ? container.items.create<Move>(move)
        : moveIn(container, c.name).replace<Move>(move, {
            accessCondition: { type: 'IfMatch', condition },
          }),
    )
    const tag = isDone(status) ? answer?.etag : undefined
    if (tag) etag = tag
    else {
      const there = isDone(status) || isRepeated ? await find() : undefined
      const isOurs = there?.holder === holder && there.state === state && there.until === heldUntil
      if (!isOurs) return false
      etag = there._etag
    }
    heldSince = clock.now()
    return true
  }

  async function mine(state: Move['state'], heldUntil: number): Promise<void> {
    if (!(await write(state, heldUntil, etag)))
      throw new LeaseLost(`the move of ${c.name} is somebody else's`)
  }

  return {
    async take(): Promise<'taken' | 'held' | 'moved'> {
      const there = await find()
      if (there?.state === 'moved') return 'moved'
      if (there && there.until > clock.now()) return 'held'
      return (await write('moving', clock.now() + heldMs, there?._etag)) ? 'taken' : 'held'
    },
    /** Before each handful of documents: whoever was asleep for longer than it is held does not go on. */
    async renew(): Promise<void> {
      if (!isRecent(heldSince, heldMs / 2, clock.now())) await mine('moving', clock.now() + heldMs)
    },
    release: () => mine('moving', 0),
    finish: () => mine('moved', 0),
  }
}
