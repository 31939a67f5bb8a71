/** Work that need not be finished before the answer goes out. */
export interface Defer {
  /**
   * Starts `task` now or after the response. It is finished before the process stops in good order, and a failure is
   * logged under `name`, never lost and never thrown at the caller. It does not survive a crash: what must, is
   * written before the answer. With `afterMs` it starts no sooner than after that time, unless the process stops first.
   */
  run(name: string, task: () => Promise<void>, options?: { readonly afterMs?: number }): void
}
