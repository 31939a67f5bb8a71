import type { CheckpointMode } from './checkpoint.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { LogFile } from './log-file.ts'

/** While the log is brought into the database it grows to so many times its length at most: then who writes waits. */
const mostGrowth = 4

/**
 * When the log is brought into the database: once it is long, first beside the groups that are written meanwhile, then what those
 * have added, between two groups. What is written next begins it anew. So it is bounded, however long it is written to without a pause.
 */
export function createCheckpoints({
  log,
  checkpointer,
  between,
  pagesBeforeCheckpoint,
}: {
  readonly log: LogFile
  readonly checkpointer: Checkpointer
  /** Runs `work` while no group is on its way, and none begins before it is over. Rejects once nothing is written any more. */
  readonly between: <T>(work: () => Promise<T>) => Promise<T>
  readonly pagesBeforeCheckpoint: number
}) {
  let pagesWanted = pagesBeforeCheckpoint
  /** One at a time, with what it waits for. */
  let underWay: Promise<unknown> | undefined
  /** The first part, beside the groups. */
  let beside: Promise<unknown> | undefined
  let wasUsed = false

  function isLong(pages: number): boolean {
    try {
      return log.hasPages(pages)
    } catch {
      // It is asked again after the next group.
      return false
    }
  }
  const run = (mode: CheckpointMode) => {
    wasUsed = true
    return checkpointer.run(mode)
  }
  async function waitForIt(pass: Promise<unknown>): Promise<void> {
    beside = undefined
    try {
      await between(() => pass)
    } catch {
      // Who asked for the pass hears of it, and who writes that nothing is written any more.
    }
  }
  function begin<T>(work: Promise<T>): Promise<T> {
    const end = () => {
      underWay = undefined
    }
    underWay = work.then(end, end)
    return work
  }
  async function shorten(): Promise<void> {
    // Where somebody still reads from the log, it is tried again when it is longer by a quarter.
    pagesWanted += Math.ceil(pagesBeforeCheckpoint / 4)
    try {
      beside = run('passive')
      await beside
      beside = undefined
      if (await between(() => run('passive'))) pagesWanted = pagesBeforeCheckpoint
    } catch {
      // Nothing is lost: it is all in the log still. Who empties it every minute tells what is wrong.
    } finally {
      beside = undefined
    }
  }

  return {
    /** To be called when a group has landed. */
    look(): void {
      if (beside && isLong(mostGrowth * pagesBeforeCheckpoint)) void waitForIt(beside)
      else if (!underWay && isLong(pagesWanted)) void begin(shorten())
    },
    /** Empties the log. Null where it is so short that whoever asks has it done sooner. */
    async empty(): Promise<boolean | null> {
      while (underWay) await underWay
      if (isLong(Math.ceil(pagesBeforeCheckpoint / 4))) return begin(between(() => run('truncate')))
      if (!wasUsed) checkpointer.rest()
      wasUsed = false
      return null
    },
    close: checkpointer.close,
  }
}

export type Checkpoints = ReturnType<typeof createCheckpoints>
