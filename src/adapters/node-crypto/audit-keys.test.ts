import { expect, test } from 'vitest'
import { auditSecret } from '../../../test/audit-keys.ts'
import type { SecretName, SecretVersion } from '../../ports/secrets.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemorySecrets } from '../memory/secrets.ts'
import { createNodeAuditKeys } from './audit-keys.ts'

const minuteMs = 60_000
function keysOf(secrets: Partial<Record<SecretName, SecretVersion[]>>, startAt = Date.UTC(2026, 10, 27)) {
  const clock = createManualClock(startAt)
  const memory = createMemorySecrets({ 'signing-keys': [], 'master-key': [], ...secrets })
  return { clock, keys: createNodeAuditKeys({ secrets: memory, clock }) }
}

test('without keys of its own the log has the one of the master key, and finds it again among its own', async () => {
  const master = auditSecret('m')
  const { keys: before } = keysOf({ 'master-key': [master] })
  const old = await before.active()
  const own = auditSecret('o', 2026)
  const { keys: after } = keysOf({ 'master-key': [auditSecret('n')], 'audit-keys': [own, master] })
  expect((await after.active()).id).not.toBe(old.id)
  const found = await after.byId(old.id)
  expect(found?.mac('text')).toBe(old.mac('text'))
  expect(await after.byId('nobody')).toBeNull()
})

test('a key is used from its time on, and a new one without a restart', async () => {
  const [old, next] = [auditSecret('a'), { ...auditSecret('b'), activeFrom: '2026-11-28T00:00:00.000Z' }]
  const versions = [old]
  const { clock, keys } = keysOf({ 'audit-keys': versions })
  const first = await keys.active()
  versions.unshift(next)
  clock.advance(6 * minuteMs)
  expect((await keys.active()).id).toBe(first.id)
  clock.advance(24 * 60 * minuteMs)
  const second = await keys.active()
  expect(second.id).not.toBe(first.id)
  expect(second.mac('text')).not.toBe(first.mac('text'))
})

test('a record of a key that another process got first is recognized at once', async () => {
  const versions = [auditSecret('a')]
  const { keys } = keysOf({ 'audit-keys': versions })
  await keys.active()
  versions.unshift(auditSecret('b', 2026))
  const { keys: other } = keysOf({ 'audit-keys': versions })
  const { id } = await other.active()
  expect((await keys.byId(id))?.id).toBe(id)
})

test('HMAC-SHA-256 of RFC 4231 is not what a log of the secret would show', async () => {
  const { keys } = keysOf({ 'audit-keys': [auditSecret('a')] })
  const { id, mac } = await keys.active()
  expect(mac('')).toMatch(/^[\da-f]{64}$/)
  expect(auditSecret('a').value).not.toContain(id)
  expect(keys.digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test.each(['short', 'not base64url!', ''])(
  'a key that is none is refused without being shown: %s',
  async (value) => {
    const { keys } = keysOf({ 'audit-keys': [{ ...auditSecret('a'), id: 'which', value }] })
    await expect(keys.active()).rejects.toThrow('audit key which is not 32 or more bytes of base64url')
  },
)
