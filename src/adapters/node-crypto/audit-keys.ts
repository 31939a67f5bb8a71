import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto'
import type { AuditKey, AuditKeys } from '../../ports/audit-keys.ts'
import { decodeBase64url } from '../../ports/base64url.ts'
import { type Clock, isRecent } from '../../ports/clock.ts'
import type { Secrets, SecretVersion } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const reloadAfterMs = 5 * 60_000
const purpose = 'audit log'

interface Loaded extends AuditKey {
  readonly activeFromMs: number
}

/** Named by what it is, so that it is found again wherever it stands in the list. */
function keyOf({ id, value, activeFrom }: SecretVersion): Loaded {
  const secret = decodeBase64url(value)
  if (!secret || secret.length < 32) throw new Error(`audit key ${id} is not 32 or more bytes of base64url`)
  const derived = createSecretKey(new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, 32)))
  return {
    id: hash('sha256', `audit key id ${value}`, 'base64url').slice(0, 12),
    activeFromMs: Date.parse(activeFrom),
    mac: (text) => createHmac('sha256', derived).update(text).digest('hex'),
  }
}

/** From the versions of `audit-keys`; where there is none, from those of the master key. */
export function createNodeAuditKeys({
  secrets,
  clock,
}: {
  readonly secrets: Secrets
  readonly clock: Clock
}): AuditKeys {
  let known: Promise<{ readonly own: readonly Loaded[]; readonly masters: readonly Loaded[] }> | undefined
  let loadedAtMs = Number.NEGATIVE_INFINITY

  const load = async () => {
    const [own, masters] = await Promise.all([secrets.versions('audit-keys'), secrets.versions('master-key')])
    return { own: own.map(keyOf), masters: masters.map(keyOf) }
  }
  function keys() {
    if (known && isRecent(loadedAtMs, reloadAfterMs, clock.now())) return known
    const loading = load()
    known = loading
    loadedAtMs = clock.now()
    loading.catch(() => {
      if (known === loading) known = undefined
    })
    return loading
  }

  return {
    async active() {
      const { own, masters } = await keys()
      const now = clock.now()
      const isActive = ({ activeFromMs }: Loaded) => activeFromMs <= now
      const oldestFirst = [...own, ...masters].toSorted((a, b) => a.activeFromMs - b.activeFromMs)
      // By a clock that is behind, the one that was in use before.
      const key = own.find(isActive) ?? masters.find(isActive) ?? oldestFirst[0]
      if (!key)
        throw new PortUnavailable('secrets', { cause: new Error('there is no key for the audit log') })
      return key
    },
    async byId(id) {
      const find = async () => {
        const { own, masters } = await keys()
        return [...own, ...masters].find((key) => key.id === id)
      }
      const key = await find()
      if (key) return key
      // Another process may have been given it since.
      known = undefined
      return (await find()) ?? null
    },
    digest: (text) => hash('sha256', text, 'hex'),
  }
}
