import { monitorEventLoopDelay } from 'node:perf_hooks'

const nanosecondsPerSecond = 1e9
const resolutionMs = 20

/**
 * How late the event loop was, in seconds, for one turn in a hundred since it was last asked. Null when first asked: only
 * from then on it is looked at, so that it costs nothing where nobody asks.
 */
export function createEventLoopDelay(): () => number | null {
  let seen: ReturnType<typeof monitorEventLoopDelay> | undefined
  return () => {
    if (!seen) {
      seen = monitorEventLoopDelay({ resolution: resolutionMs })
      seen.enable()
      return null
    }
    if (seen.count === 0) return null
    // What it measures is the time between two looks.
    const late = Math.max(0, seen.percentile(99) / nanosecondsPerSecond - resolutionMs / 1_000)
    seen.reset()
    return late
  }
}
