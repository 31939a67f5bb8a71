import type { Clock } from '../../../ports/clock.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const inARow = 5
const shortestRestMs = 30 * secondMs
const longestRestMs = 10 * minuteMs
/** How many are told at once by one host. */
const width = 8
/** Some push services have a host for each region, and anybody may name one that there is not. */
const maxHosts = 2_000

interface Line {
  failures: number
  restsUntilMs: number
  running: number
  readonly waiting: (() => void)[]
}

/**
 * What is left of our patience with each host that is called. One that fails several times in a row is left alone for a while; the others know nothing of it. Of this process alone.
 */
export function createPatience(clock: Clock) {
  const lines = new Map<string, Line>()
  const lineOf = (host: string): Line => {
    const known = lines.get(host)
    if (known) return known
    if (lines.size >= maxHosts) for (const [each, { running }] of lines) if (running === 0) lines.delete(each)
    const line: Line = { failures: 0, restsUntilMs: 0, running: 0, waiting: [] }
    lines.set(host, line)
    return line
  }
  const isWorn = ({ failures }: Line) => failures >= inARow

  return {
    /** Until when it is left alone; null: it may be called. */
    restsUntilMs(host: string): number | null {
      const line = lineOf(host)
      if (!isWorn(line)) return null
      const left = line.restsUntilMs - clock.now()
      return left > 0 && left <= longestRestMs ? line.restsUntilMs : null
    },
    succeeded(host: string): void {
      lineOf(host).failures = 0
    },
    failed(host: string, retryAfterMs: number): void {
      const line = lineOf(host)
      line.failures++
      const restMs = shortestRestMs * 2 ** Math.min(Math.max(line.failures - inARow, 0), 10)
      line.restsUntilMs = clock.now() + Math.min(longestRestMs, Math.max(restMs, retryAfterMs))
    },
    /** Runs it in its turn: so many at once for one host, and none waits for another host. */
    async inTurn(host: string, task: () => Promise<void>): Promise<void> {
      const line = lineOf(host)
      if (line.running >= width) await new Promise<void>((go) => line.waiting.push(go))
      else line.running++
      try {
        await task()
      } finally {
        const next = line.waiting.shift()
        if (next) next()
        else line.running--
      }
    },
  }
}

export type Patience = ReturnType<typeof createPatience>
