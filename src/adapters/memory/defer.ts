import type { Defer } from '../../ports/defer.ts'
import type { Log } from '../../ports/log.ts'

export interface InProcessDefer extends Defer<string> {
  /**
   * Resolves when everything started so far, and what that started, has ended. With `withinMs` no later than that: what then
   * still runs leaves a line in the log.
   */
  settled(options?: { readonly withinMs: number }): Promise<void>
}

/** The next turn of the event loop, whatever has been made of the timers. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })

/** Runs work in this process, right away or when its time has come. */
export function createInProcessDefer({
  log,
  holdOpen = () => {},
}: {
  readonly log: Log
  /** Is shown everything that was started. */
  readonly holdOpen?: (work: Promise<void>) => void
}): InProcessDefer {
  /** With the name of each. */
  const running = new Map<Promise<void>, string>()
  /** Those whose time has not come, each with what begins it at once. */
  const waiting = new Set<() => void>()
  const passed = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer)
        waiting.delete(begin)
        resolve()
      }
      const timer = setTimeout(begin, ms)
      waiting.add(begin)
    })
  async function allEnded(): Promise<void> {
    while (running.size > 0) {
      const begun = [...waiting]
      for (const begin of begun) begin()
      await Promise.all(running.keys())
      // Work that begins itself again until something else has happened lets that happen.
      if (begun.length > 0) await nextTurn()
    }
  }
  return {
    run(name, task, { afterMs = 0 } = {}) {
      const work = (afterMs > 0 ? passed(afterMs) : Promise.resolve())
        .then(task)
        .catch((error: unknown) => log.error('deferred_work_failed', error, { task: name }))
        .finally(() => running.delete(work))
      running.set(work, name)
      holdOpen(work)
    },
    async settled(options) {
      if (options === undefined) return allEnded()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          log.warn('deferred_work_cut', { tasks: [...running.values()].toSorted().join(' ') })
          resolve()
        }, options.withinMs)
      })
      await Promise.race([allEnded(), late])
      clearTimeout(timer)
    },
  }
}
