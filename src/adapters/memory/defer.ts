import type { Defer } from '../../ports/defer.ts'
import type { Log } from '../../ports/log.ts'

export interface InProcessDefer extends Defer {
  /** Resolves when everything started so far, and what that started, has ended. */
  settled(): Promise<void>
}

/** Runs work in this process, right away. */
export function createInProcessDefer({
  log,
  holdOpen = () => {},
}: {
  readonly log: Log
  /** Is shown everything that was started. */
  readonly holdOpen?: (work: Promise<void>) => void
}): InProcessDefer {
  const running = new Set<Promise<void>>()
  return {
    run(name, task) {
      const work = Promise.resolve()
        .then(task)
        .catch((error: unknown) => log.error('deferred_work_failed', error, { task: name }))
        .finally(() => running.delete(work))
      running.add(work)
      holdOpen(work)
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
