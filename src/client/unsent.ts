/** Where what waits to be sent is kept. */
export const unsentDatabase = 'tools-inc-outbox'

/**
 * Removes what anybody left unsent in this browser; tabs that are open forget it too. Waits for nothing: it is done also when
 * the page is gone by then.
 */
export function forgetUnsent(): void {
  try {
    globalThis.indexedDB?.deleteDatabase(unsentDatabase)
  } catch {
    // A browser that lets the page keep nothing has kept nothing.
  }
}
