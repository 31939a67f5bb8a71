import { createFloor, type Floor } from '../../../src/client/floor.ts'

let hear = (_: unknown): void => {}
/** Who says that something failed: notices, which use this themselves. */
export const hearFaults = (listener: (error: unknown) => void): void => {
  hear = listener
}

/** Something failed for which nobody has words: a fault of this page. */
export function fault(error: unknown): void {
  try {
    // biome-ignore lint/suspicious/noConsole: whoever looks into it finds it there.
    console.error(error)
    hear(error)
  } catch {
    // Nobody is left to be told.
  }
}

/** For what nobody waits for. Requests that fail say so themselves (`ask`). */
export const loosely: Floor = createFloor(fault)
