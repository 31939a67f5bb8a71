import { RestError } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { SecretClient, type SecretProperties } from '@azure/keyvault-secrets'
import { type Clock, stillLasts } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { isOptionalSecret, type SecretName, type Secrets, type SecretVersion } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const refreshAfterMs = 60_000
const retryAfterMs = 15_000
/** Whoever asks waits so long for the vault: longer when there is nothing yet to answer with. */
const firstPatienceMs = 15_000
const patienceMs = 3_000

interface Held {
  versions: readonly SecretVersion[] | undefined
  refreshAt: number
  refreshing: Promise<void> | undefined
}

/**
 * Each version of the vault's secret of that name is a version of ours: used from its `notBefore` (or, without one, from
 * when it was created), recognised until its `expiresOn`, ignored while disabled. A new one is seen within a minute. While
 * the vault does not answer, what it last said goes on being true.
 */
export function createKeyVaultSecrets({
  vaultUrl,
  credential,
  clock,
  log,
}: {
  readonly vaultUrl: string
  readonly credential: TokenCredential
  readonly clock: Clock
  readonly log: Log
}): Secrets {
  const client = new SecretClient(vaultUrl, credential, {
    retryOptions: { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 },
  })
  const held = new Map<SecretName, Held>()

  const isRecognised = ({ enabled, expiresOn }: SecretProperties) =>
    enabled !== false && (expiresOn === undefined || expiresOn.getTime() > clock.now())

  async function fetchVersion(
    name: SecretName,
    { version = '', notBefore, createdOn }: SecretProperties,
    known: readonly SecretVersion[],
    abortSignal: AbortSignal,
  ): Promise<SecretVersion> {
    const activeFrom = (notBefore ?? createdOn ?? new Date(0)).toISOString()
    // The value of a version never changes; its dates may.
    const value =
      known.find(({ id }) => id === version)?.value ??
      (await client.getSecret(name, { version, abortSignal })).value ??
      ''
    return { id: version, value, activeFrom }
  }
  async function listVersions(name: SecretName, abortSignal: AbortSignal): Promise<SecretProperties[]> {
    const found: SecretProperties[] = []
    try {
      for await (const properties of client.listPropertiesOfSecretVersions(name, { abortSignal }))
        found.push(properties)
    } catch (error) {
      const isMissing = error instanceof RestError && error.statusCode === 404
      if (!isMissing || !isOptionalSecret(name)) throw error
    }
    return found
  }
  async function fetchVersions(
    name: SecretName,
    known: readonly SecretVersion[],
    abortSignal: AbortSignal,
  ): Promise<readonly SecretVersion[]> {
    const recognised = (await listVersions(name, abortSignal)).filter(isRecognised)
    const versions = await Promise.all(
      recognised.map((properties) => fetchVersion(name, properties, known, abortSignal)),
    )
    if (!isOptionalSecret(name) && versions.length === 0)
      throw new Error(`the vault has no version of ${name}`)
    return versions.toSorted((a, b) => b.activeFrom.localeCompare(a.activeFrom))
  }
  async function refresh(name: SecretName, entry: Held): Promise<void> {
    const isFirst = entry.versions === undefined
    try {
      const signal = AbortSignal.timeout(isFirst ? firstPatienceMs : patienceMs)
      entry.versions = await fetchVersions(name, entry.versions ?? [], signal)
      entry.refreshAt = clock.now() + refreshAfterMs
    } catch (cause) {
      if (isFirst) throw new PortUnavailable('secrets', { cause })
      log.error('secrets_not_refreshed', cause, { secret: name })
      entry.refreshAt = clock.now() + retryAfterMs
    } finally {
      entry.refreshing = undefined
    }
  }

  return {
    async versions(name) {
      const entry = held.get(name) ?? {
        versions: undefined,
        refreshAt: Number.NEGATIVE_INFINITY,
        refreshing: undefined,
      }
      held.set(name, entry)
      if (!stillLasts(entry.refreshAt, refreshAfterMs, clock.now())) {
        entry.refreshing ??= refresh(name, entry)
        await entry.refreshing
      }
      return entry.versions ?? []
    },
  }
}
