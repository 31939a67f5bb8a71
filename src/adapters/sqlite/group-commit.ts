import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Connection } from './connection.ts'
import { isBusy, patienceMs } from './driver.ts'
import type { LogFile } from './log-file.ts'
import type { Snapshot } from './snapshot.ts'

/** Thrown by work inside `write` to refuse it: its own changes are undone, its neighbours' are kept. */
export type Refusal = new (...values: any[]) => Error

/** The disk did not take what was committed. What is on it nobody knows, so nothing more is written by this process. */
export class DiskFailed extends Error {
  override readonly name = 'DiskFailed'
  constructor(cause: unknown) {
    super('the disk did not take what was written: nothing is written any more until a restart', { cause })
  }
}

/** A log that is flushed beside SQLite, and the way to read what lies before it. */
export interface Flushing {
  readonly log: LogFile
  readonly snapshot: Snapshot
}

/** When a file that somebody else writes to is tried again. */
const tryAgainMs = 40

interface Waiting {
  readonly since: number
  readonly port: string
  readonly refusals: readonly Refusal[]
  readonly work: () => unknown
  readonly mayBeUndone: boolean
  readonly resolve: (value: any) => void
  readonly reject: (error: unknown) => void
}

/** A group that is committed, and on its way to the disk. */
interface Flight {
  readonly group: readonly Waiting[]
  readonly tell: () => void
  readonly over: Promise<void>
  readonly end: () => void
}

/**
 * Writes of one turn of the event loop, and those that came while the disk was at work, in one transaction. Only one group is on
 * its way to the disk: what a piece of work finds is on the disk already.
 */
export function createGroupCommit({
  main: { driver, prepare },
  flushing,
  endReading,
  leaveSnapshot,
  whenLanded,
  whenLost,
}: {
  readonly main: Connection
  /** Null where there is no disk, or where SQLite waits for it. */
  readonly flushing: Flushing | null
  /** What is read from now on is younger. May throw. */
  readonly endReading: () => void
  /** What is read from now on is not read in the snapshot. */
  readonly leaveSnapshot: () => void
  /** Called between two groups. */
  readonly whenLanded: () => void
  /** Called once, after everybody who waits was told. */
  readonly whenLost: (error: DiskFailed) => void
}) {
  let waiting: Waiting[] = []
  let flight: Flight | undefined
  let lost: DiskFailed | undefined
  let [isWorking, isClosing] = [false, false]
  /** No group begins before it is over. */
  let held: Promise<void> | undefined
  /** Of other connections. */
  let versionAtCommit: unknown

  const numberOf = (sql: string) => Object.values(prepare(sql).get() ?? {})[0]
  const dataVersion = () => numberOf('pragma data_version')
  let changesSeen = numberOf('select total_changes()')
  /** Since this was asked last. What was undone counts, too. */
  const hasChanged = () => {
    const before = changesSeen
    changesSeen = numberOf('select total_changes()')
    return changesSeen !== before
  }

  function rollBack() {
    try {
      if (driver.isTransaction) driver.exec('rollback')
    } catch {
      // Whoever writes next is told: a transaction is open.
    }
  }

  const refuse = (group: readonly Waiting[], cause: unknown) => {
    for (const { port, reject } of group) reject(new PortUnavailable(port, { cause }))
  }

  /** False where somebody else is writing: what has waited for long enough is told, the rest goes on waiting. */
  function begin(group: readonly Waiting[]): boolean {
    try {
      endReading()
      prepare('begin immediate').run()
      return true
    } catch (cause) {
      const latest = performance.now() - patienceMs
      const goesOn = (each: Waiting) => isBusy(cause) && !isClosing && each.since > latest
      waiting = [...group.filter(goesOn), ...waiting]
      if (waiting.length > 0) setTimeout(nextGroup, tryAgainMs)
      refuse(
        group.filter((each) => !goesOn(each)),
        cause,
      )
      return false
    }
  }

  function storeWaiting() {
    const group = waiting
    waiting = []
    if (lost) return refuse(group, lost)
    if (group.length === 0 || !begin(group)) return
    const outcomes: (() => void)[] = []
    const tell = () => {
      for (const outcome of outcomes) outcome()
    }
    let isToFlush = false
    try {
      isWorking = true
      for (const [index, { refusals, work, mayBeUndone, resolve, reject }] of group.entries()) {
        const hasSavepoint = mayBeUndone && index > 0
        if (hasSavepoint) prepare('savepoint work').run()
        try {
          const result = work()
          outcomes.push(() => resolve(result))
        } catch (error) {
          if (!refusals.some((refusal) => error instanceof refusal)) throw error
          outcomes.push(() => reject(error))
          if (hasSavepoint) prepare('rollback to work').run()
          else if (mayBeUndone) {
            // Nothing was done before it: all of the transaction is its own.
            prepare('rollback').run()
            const others = group.slice(index + 1)
            if (others.length === 0 || !begin(others)) return tell()
          }
        }
        if (hasSavepoint) prepare('release work').run()
      }
      isToFlush = flushing !== null && hasChanged()
      if (flushing && isToFlush) {
        versionAtCommit = dataVersion()
        flushing.snapshot.take()
      }
      prepare('commit').run()
    } catch (cause) {
      rollBack()
      flushing?.snapshot.release()
      return refuse(group, cause)
    } finally {
      isWorking = false
    }
    if (flushing && isToFlush) takeOff(flushing, group, tell)
    else tell()
  }

  function takeOff({ log }: Flushing, group: readonly Waiting[], tell: () => void) {
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const own: Flight = { group, tell, over, end }
    flight = own
    if (isClosing) return landNow()
    log.flush().then(
      () => {
        if (flight === own) land(own)
      },
      (cause: unknown) => {
        if (flight === own) crash(own, cause)
      },
    )
  }

  function land({ tell, end }: Flight) {
    leaveSnapshot()
    flushing?.snapshot.release()
    flight = undefined
    tell()
    end()
    whenLanded()
    if (waiting.length > 0) setImmediate(nextGroup)
  }

  /** Who flushes again after an error is told that all is well, whatever the disk has lost (https://wiki.postgresql.org/wiki/Fsync_Errors). */
  function crash({ group, end }: Flight, cause: unknown) {
    lost = new DiskFailed(cause)
    flight = undefined
    refuse([...group, ...waiting], lost)
    waiting = []
    end()
    whenLost(lost)
  }

  function landNow() {
    if (!flight) return
    try {
      flushing?.log.flushNow()
    } catch (cause) {
      return crash(flight, cause)
    }
    land(flight)
  }

  function nextGroup() {
    if (!held && !flight) storeWaiting()
  }

  async function landed(): Promise<void> {
    while (flight) await flight.over
    if (lost) throw lost
  }

  return {
    write<T>(
      port: string,
      refusals: readonly Refusal[],
      work: () => T,
      { refusesFirst = false }: { readonly refusesFirst?: boolean } = {},
    ): Promise<T> {
      if (waiting.length === 0 && !flight && !held) setImmediate(nextGroup)
      return new Promise((resolve, reject) => {
        const mayBeUndone = refusals.length > 0 && !refusesFirst
        waiting.push({ since: performance.now(), port, refusals, work, mayBeUndone, resolve, reject })
      })
    },
    /** Where what is on the disk is read. Null: on the main connection. */
    storedSnapshot(): Snapshot | null {
      if (!flushing?.snapshot.isTaken() || isWorking) return null
      // What another process has acknowledged meanwhile has to be seen, so what is on the way to the disk is seen as well.
      return lost || dataVersion() === versionAtCommit ? flushing.snapshot : null
    },
    isWorking: () => isWorking,
    /** Resolves between two groups. */
    landed,
    /** Runs `work` between two groups: what is asked for meanwhile is stored afterwards. */
    async between<T>(work: () => Promise<T>): Promise<T> {
      while (flight || held) await (flight?.over ?? held)
      if (lost) throw lost
      const { promise, resolve: letGo } = Promise.withResolvers<void>()
      held = promise
      try {
        endReading()
        return await work()
      } finally {
        held = undefined
        letGo()
        if (waiting.length > 0) setImmediate(nextGroup)
      }
    },
    /** Stores what is waiting, and waits for the disk with everything. */
    close(): void {
      isClosing = true
      landNow()
      storeWaiting()
    },
  }
}
