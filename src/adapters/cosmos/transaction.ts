import type { OperationInput } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import {
  type AnyCollection,
  checkSize,
  checkTransaction,
  DocumentExists,
  type Key,
  type Stored,
  VersionMismatch,
  valuesOf,
  type Write,
} from '../../ports/documents.ts'
import { CosmosFailure } from './client.ts'
import { type Item, isExpired, itemIdOf, keyOf, matchOf } from './items.ts'
import { chargeIn, isDone, noTag, type Requests, rounds, unavailable, unknown, verdicts } from './requests.ts'

/** What was written is known here and need not travel back; the SDK can say so for batches alone. */
const minimal = { contentResponseOnWriteEnabled: false }

/** A step of a transaction, with its value as it was when asked. */
type Step =
  | { readonly kind: 'insert'; readonly item: Item }
  | { readonly kind: 'replace'; readonly item: Item; readonly match: string }
  | { readonly kind: 'remove'; readonly id: string; readonly match: string | undefined }

/** Several writes of one partition, all or none of them. */
export function createTransact(
  { addressIn, ask, containerOf, find, itemFor, left }: Requests,
  clock: Clock,
  /** What a removal has to insist on: undefined for whatever is there, null when nothing is. */
  removable: (c: AnyCollection, key: Key, version: string | undefined) => Promise<string | undefined | null>,
) {
  async function stepsOf(
    c: AnyCollection,
    partition: string,
    writes: readonly Write<any>[],
    write: string,
  ): Promise<readonly Step[]> {
    const now = clock.now()
    const steps = writes.map((asked): Step | Promise<Step> => {
      if ('insert' in asked) return { kind: 'insert', item: itemFor(c, asked.insert, write) }
      if ('replace' in asked)
        return {
          kind: 'replace',
          item: itemFor(c, asked.replace, write),
          match: matchOf(asked.version, now) ?? noTag,
        }
      const { remove: id, version } = asked
      return removable(c, { partition, id }, version).then((match) => ({
        kind: 'remove',
        id: itemIdOf(id),
        match: match === null ? noTag : match,
      }))
    })
    return Promise.all(steps)
  }

  const operationOf = (step: Step, takenOver: string | undefined): OperationInput => {
    if (step.kind === 'remove')
      return {
        operationType: 'Delete',
        id: step.id,
        ...(step.match === undefined ? {} : { ifMatch: step.match }),
      }
    const resourceBody = step.item as any
    const match = step.kind === 'replace' ? step.match : takenOver
    return match === undefined
      ? { operationType: 'Create', resourceBody }
      : { operationType: 'Replace', id: step.item.id, resourceBody, ifMatch: match }
  }

  const readBack = (c: AnyCollection, steps: readonly Step[], tags: readonly (string | undefined)[] = []) =>
    Promise.all(steps.map(async (step, i) => (step.kind === 'remove' ? null : left(c, step.item, tags[i]))))
  const hasHappened = async (c: AnyCollection, steps: readonly Step[]): Promise<boolean> => {
    const [written] = steps.flatMap((step) => (step.kind === 'remove' ? [] : [step.item]))
    return written !== undefined && (await find(c, keyOf(c, written)))?._write === written._write
  }

  return async function transact(
    c: AnyCollection,
    partition: string,
    writes: readonly Write<any>[],
  ): Promise<readonly (Stored<any> | null)[]> {
    checkTransaction(c, partition, writes)
    checkSize(c, valuesOf(writes))
    if (writes.length === 0) return []
    const steps = await stepsOf(c, partition, writes, crypto.randomUUID())
    /** Tags of expired items in whose place an insert goes. */
    const takenOver = new Map<Step, string>()
    const address = addressIn(c, { partition, id: '' })
    let isRepeated = false
    for (let round = 1; round <= rounds; round++) {
      const operations = steps.map((step) => operationOf(step, takenOver.get(step)))
      const { answer, status, ...outcome } = await ask(c, 'transact', async () => {
        const batch = await containerOf(c).items.batch(operations, address.partition, minimal)
        const charge = chargeIn((batch as { headers?: Readonly<Record<string, any>> }).headers)
        for (const { statusCode } of batch.result ?? []) {
          const failure = new CosmosFailure({ status: statusCode, charge })
          if (failure.isPassing) throw failure
        }
        return { code: batch.code, result: batch.result, requestCharge: charge }
      })
      isRepeated ||= outcome.isRepeated
      const results = answer?.result ?? []
      if (isDone(status))
        return readBack(
          c,
          steps,
          results.map(({ eTag }) => eTag),
        )
      const index = results.findIndex(({ statusCode }) => verdicts.includes(statusCode))
      const refused = steps[index]
      if (!refused)
        throw unavailable(
          new CosmosFailure({ status: results.find((r) => r.statusCode !== 424)?.statusCode ?? status }),
        )
      if (isRepeated && (await hasHappened(c, steps))) return readBack(c, steps)
      if (refused.kind !== 'insert') {
        if (isRepeated) throw unknown()
        throw new VersionMismatch(c.name)
      }
      takenOver.delete(refused)
      const existing = c.ttl !== undefined || isRepeated ? await find(c, keyOf(c, refused.item)) : undefined
      if (existing === undefined || (existing && !isExpired(existing, clock.now())))
        throw new DocumentExists(c.name)
      if (existing) takenOver.set(refused, existing._etag)
    }
    throw unknown()
  }
}
