import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Secrets } from '../../ports/secrets.ts'

/** The same secrets. Where no version is to be used yet, the clock of this machine is behind: that is said whenever they are asked for. */
export const watchedSecrets = ({
  secrets,
  clock,
  log,
}: {
  readonly secrets: Secrets
  readonly clock: Clock
  readonly log: Log
}): Secrets => ({
  async versions(name) {
    const versions = await secrets.versions(name)
    const oldest = versions.at(-1)
    const now = clock.now()
    if (oldest && versions.every(({ activeFrom }) => Date.parse(activeFrom) > now))
      log.warn('clock_behind_keys', {
        secret: name,
        now: new Date(now).toISOString(),
        oldestActiveFrom: oldest.activeFrom,
      })
    return versions
  },
})
