/** Does `work`, for which nobody waits: what it throws, or its promise is rejected with, goes to who hears of failures. */
export type Floor = (work: () => unknown) => void

export interface Failing {
  /**
   * Hears what failed where nobody waits for it, such as a listener that threw. Default: as the page hears of what nobody
   * caught (`reportError`), or the console where there is none.
   */
  readonly onError?: ((error: unknown) => void) | undefined
}

function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  // biome-ignore lint/suspicious/noConsole: nobody else would hear of it.
  else console.error(error)
}

export function createFloor(onError: (error: unknown) => void = report): Floor {
  const failed = (error: unknown) => {
    try {
      onError(error)
    } catch (another) {
      report(another)
    }
  }
  return (work) => {
    try {
      Promise.resolve(work()).catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
