import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { keyInUse } from '../../../ports/secrets.ts'
import type { Job } from '../../kernel/domain.ts'

const hourMs = 60 * 60_000

/** A signing key that nobody replaces is used on for ever: somebody has to be told how old it is. */
export function createWatchKeys({
  secrets,
  clock,
  telemetry,
}: Needs<'secrets' | 'clock' | 'telemetry'>): Job {
  let found: { readonly atMs: number; readonly activeFromMs: number } | null = null
  // Where another process has looked since, what this one knows is old.
  telemetry.gauge('keys.signing_age', () =>
    found && isRecent(found.atMs, 3 * hourMs, clock.now())
      ? Math.max(0, clock.now() - found.activeFromMs) / 1_000
      : null,
  )
  return {
    name: 'watch-keys',
    everyMs: hourMs,
    async run() {
      const versions = await secrets.versions('signing-keys')
      const keys = versions.map(({ activeFrom }) => ({ activeFromMs: Date.parse(activeFrom) }))
      const atMs = clock.now()
      const inUse = keyInUse(keys, atMs)
      found = inUse ? { atMs, activeFromMs: inUse.activeFromMs } : null
    },
  }
}
