import { Worker } from 'node:worker_threads'
import { type CheckpointMode, checkpoint } from './checkpoint.ts'
import type { CheckpointAnswer, CheckpointThreadData } from './checkpoint-thread.ts'
import { patienceMs } from './driver.ts'

/** Brings the log of a database into it beside whoever reads and writes. One at a time is asked for. */
export interface Checkpointer {
  /** As `checkpoint` does it. */
  run(mode: CheckpointMode): Promise<boolean>
  /** Nothing is asked for until further notice. */
  rest(): void
  /** Waits for what is under way. Nothing is asked for afterwards. */
  close(): void
}

/**
 * In a thread, which is there from when it is needed until it is to rest. Where there can be none, in this one.
 * `threadUrl`: `checkpoint-thread.ts`, or what it was built into.
 */
export function createThreadedCheckpointer(
  path: string,
  threadUrl = new URL('./checkpoint-thread.ts', import.meta.url),
): Checkpointer {
  const isAtWork = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  let thread: Worker | undefined
  let isClosed = false
  /** Null: the thread has ended. */
  let whenAnswered = (_answer: CheckpointAnswer | null) => {}

  function start(): Worker {
    const data: CheckpointThreadData = { path, isAtWork }
    const started = new Worker(threadUrl, {
      workerData: data,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    })
    const end = () => {
      if (thread !== started) return
      thread = undefined
      Atomics.store(isAtWork, 0, 0)
      whenAnswered(null)
    }
    started.on('message', (answer) => whenAnswered(answer))
    started.on('error', end)
    started.on('exit', end)
    return started
  }

  async function askThread(mode: CheckpointMode): Promise<CheckpointAnswer | null> {
    const { promise, resolve } = Promise.withResolvers<CheckpointAnswer | null>()
    whenAnswered = resolve
    thread ??= start()
    const asked = thread
    // Somebody may wait for it. When it is idle nobody does.
    asked.ref()
    Atomics.store(isAtWork, 0, 1)
    asked.postMessage(mode)
    const answer = await promise
    asked.unref()
    return answer
  }

  function end(): void {
    const ended = thread
    thread = undefined
    void ended?.terminate()
  }

  return {
    async run(mode) {
      if (isClosed) return false
      const answer = await askThread(mode)
      if (!answer) return checkpoint(path, mode)
      if ('error' in answer) throw answer.error
      return answer.isAll
    },
    rest: end,
    close() {
      isClosed = true
      Atomics.wait(isAtWork, 0, 1, patienceMs)
      end()
      whenAnswered({ isAll: false })
    },
  }
}
