import { parentPort, workerData } from 'node:worker_threads'
import { type CheckpointMode, checkpoint } from './checkpoint.ts'

/** What this thread is given. `isAtWork`: 1 from when it is asked until its connection is closed. */
export interface CheckpointThreadData {
  readonly path: string
  readonly isAtWork: Int32Array
}

/** What it answers to each mode it is asked for: whether that was all of the log, or what went wrong. */
export type CheckpointAnswer = { readonly isAll: boolean } | { readonly error: unknown }

const { path, isAtWork } = workerData as CheckpointThreadData

function answerTo(mode: CheckpointMode): CheckpointAnswer {
  try {
    return { isAll: checkpoint(path, mode) }
  } catch (error) {
    return { error }
  } finally {
    Atomics.store(isAtWork, 0, 0)
    Atomics.notify(isAtWork, 0)
  }
}

parentPort?.on('message', (mode: CheckpointMode) => parentPort?.postMessage(answerTo(mode)))
