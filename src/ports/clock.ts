export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/*
 * A span that is measured by the time of day ends too late, by a day or a year, once the clock has been put back. Whatever a process
 * remembers for a while is therefore compared with these.
 */

/** Whether less than `spanMs` lies between `atMs` and now. What is said to have happened later than that was noted by another clock. */
export const isRecent = (atMs: number, spanMs: number, nowMs: number): boolean =>
  Math.abs(nowMs - atMs) < spanMs

/** Whether what was to last for `spanMs`, until `untilMs`, still lasts. */
export const stillLasts = (untilMs: number, spanMs: number, nowMs: number): boolean =>
  untilMs > nowMs && untilMs - nowMs <= spanMs
