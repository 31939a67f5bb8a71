import { expect, test } from 'vitest'
import { createManualClock } from '../../../adapters/memory/clock.ts'
import { createMemorySecrets } from '../../../adapters/memory/secrets.ts'
import { createWebCiphers } from '../../../adapters/web-crypto/ciphers.ts'
import { encodeBase64url } from '../../../ports/base64url.ts'
import { createKeys } from './keys.ts'

const masterKey = (byte: number, activeFrom: string) => ({
  id: 'any',
  value: encodeBase64url(new Uint8Array(32).fill(byte)),
  activeFrom,
})
const old = masterKey(1, '1999-01-01T00:00:00.000Z')
const current = masterKey(2, '2000-01-01T00:00:00.000Z')
const vaultWith = (...keys: ReturnType<typeof masterKey>[]) =>
  createKeys({
    secrets: createMemorySecrets({ 'master-key': keys, 'signing-keys': [] }),
    clock: createManualClock(),
    ciphers: createWebCiphers(),
  })
const bytes = new Uint8Array([1, 2, 3])

test('what is sealed opens in its place, and nowhere else', async () => {
  const keys = vaultWith(old)
  const sealed = await keys.seal('purpose', 'place', bytes)
  expect(await keys.open('purpose', 'place', sealed)).toEqual(bytes)
  expect(await keys.open('purpose', 'elsewhere', sealed)).toBeNull()
  expect(await keys.open('other', 'place', sealed)).toBeNull()
  for (const damaged of [
    '',
    'a.b.c',
    `${sealed}A`,
    sealed.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ])
    expect(await keys.open('purpose', 'place', damaged)).toBeNull()
})

test('after a rotation new things are sealed with the new key and old ones still open', async () => {
  const sealed = await vaultWith(old).seal('purpose', 'place', bytes)
  const rotated = vaultWith(old, current)
  expect(await rotated.open('purpose', 'place', sealed)).toEqual(bytes)
  const anew = await rotated.seal('purpose', 'place', bytes)
  expect(await vaultWith(current).open('purpose', 'place', anew)).toEqual(bytes)
  expect(await vaultWith(current).open('purpose', 'place', sealed)).toBeNull()
})

test('a pseudonym is the same for the same text and purpose alone', async () => {
  const keys = vaultWith(current)
  const name = await keys.pseudonym('address', '192.0.2.1')
  expect(name).toMatch(/^[\w-]{22}$/)
  expect(await keys.pseudonym('address', '192.0.2.1')).toBe(name)
  expect(await keys.pseudonym('account', '192.0.2.1')).not.toBe(name)
  expect(await vaultWith(old).pseudonym('address', '192.0.2.1')).not.toBe(name)
})
