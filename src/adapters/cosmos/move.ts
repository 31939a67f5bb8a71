import type { Database } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import type { AnyCollection } from '../../ports/documents.ts'
import type { Log } from '../../ports/log.ts'
import { CosmosFailure } from './client.ts'
import { createCopy } from './copy.ts'
import { layout, layoutBefore } from './layout.ts'
import { type LeaseLost, leaseOf } from './lease.ts'
import { moveIn, type StoredMove } from './moves.ts'
import { createRequests, notFound, unavailable } from './requests.ts'

export interface MoveOptions {
  readonly database: Database
  readonly collections: readonly AnyCollection[]
  readonly clock: Clock
  readonly log: Log
  readonly sleep?: (ms: number) => Promise<void>
  /** That no process of the version before runs any more. Only then can a move come to its end. */
  readonly isAppStopped?: boolean
}

export interface MoveReport {
  readonly changes: readonly string[]
  readonly problems: readonly string[]
}

const patienceMs = 60_000
/** While nobody writes to where documents come from, the second pass finds nothing to do. */
const mostPasses = 3

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function open({ database, clock, log, sleep = later }: MoveOptions) {
  const settings = { database, clock, log, sleep, patienceMs }
  return {
    from: createRequests({ ...settings, layout: layoutBefore }),
    to: createRequests({ ...settings, layout }),
  }
}

/** The collections that have a container of their own from before, and share one now. */
async function leftBehind({ database, collections }: MoveOptions) {
  const { resources } = await database.containers.readAll().fetchAll()
  const pathOf = new Map(resources.map(({ id, partitionKey }) => [id, String(partitionKey?.paths)]))
  const found = collections.filter((c) => layout(c).prefix !== undefined && pathOf.has(c.name))
  const isOurs = (c: AnyCollection) => pathOf.get(c.name) === `/${String(c.partition)}`
  return {
    left: found.filter(isOurs),
    // No document of ours can be in it, or none that we could find.
    problems: found
      .filter((c) => !isOurs(c))
      .map(
        (c) =>
          `${c.name}: is partitioned by ${pathOf.get(c.name)}, and never was by this app; remove or rename it`,
      ),
  }
}

/**
 * Brings the documents of each collection that had a container of its own to the one that it shares now. Nothing is taken away from where
 * they were. May be broken off anywhere and run again, may run twice at once, and while the version before runs, as often as one
 * likes; it comes to its end, and the new version may ask for the documents, when nobody writes to the old place any more.
 */
export async function moveCosmos(options: MoveOptions): Promise<MoveReport> {
  const { clock, isAppStopped = false } = options
  const { from, to } = open(options)
  const { left, problems } = await leftBehind(options)
  const changes: string[] = []
  for (const c of left) {
    const lease = leaseOf({ requests: to, clock }, c)
    const begun = await lease.take()
    if (begun === 'moved') continue
    const say = (text: string) => problems.push(`${c.name}: ${text}`)
    if (begun === 'held') {
      say('is being moved by somebody else; if that was broken off, it is free again in two minutes')
      continue
    }
    const copy = createCopy({ from, to, clock, renew: lease.renew }, c)
    let [written, removed, isQuiet] = [0, 0, false]
    try {
      for (let pass = 1; pass <= mostPasses && !isQuiet; pass++) {
        const done = await copy()
        written += done.written
        removed += done.removed
        isQuiet = done.written + done.removed === 0
      }
      if (written + removed > 0) changes.push(`${c.name}: ${written} written, ${removed} removed`)
      if (!isAppStopped) await lease.release()
      else if (isQuiet) {
        await lease.finish()
        changes.push(`${c.name}: moved to ${layout(c).container}`)
      } else {
        await lease.release()
        say(
          'is still being written to where it was: stop every process of the version before, and run this again',
        )
      }
    } catch (error) {
      if ((error as LeaseLost).name !== 'LeaseLost') {
        await lease.release().catch(() => {})
        throw error
      }
      say('was taken over by somebody else who moves it')
    }
  }
  return { changes, problems }
}

/**
 * Removes the containers whose documents have been moved, unless something was written there since. Only what the new version has: what
 * the version before has written after the move is nowhere else.
 */
export async function removeMoved(options: MoveOptions): Promise<MoveReport> {
  const { from, to } = open(options)
  const { left, problems } = await leftBehind(options)
  const changes: string[] = []
  for (const c of left) {
    const { answer: move } = await to.ask(c, 'read', () =>
      moveIn(to.containerOf(c), c.name).read<StoredMove>(),
    )
    const stored = move?.resource
    if (stored?.state !== 'moved') {
      problems.push(`${c.name}: has not been moved`)
      continue
    }
    const late = await createCopy({ from, to, clock: options.clock, renew: async () => {} }, c).writtenSince(
      stored._ts,
    )
    if (late > 0) {
      problems.push(
        `${c.name}: ${late} documents were written to where it was after it had been moved, and are nowhere else; it is left as it is`,
      )
      continue
    }
    await options.database
      .container(c.name)
      .delete()
      .catch((error: { code?: number }) => {
        // Somebody else was faster.
        if (error.code !== notFound) throw unavailable(new CosmosFailure({ cause: error }))
      })
    changes.push(`${c.name}: the container it had alone is removed`)
  }
  return { changes, problems }
}
