import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSigningKey } from '../../src/adapters/jose/access-tokens.ts'
import { createBrowser, origin, person } from '../app.ts'
import { startServer } from '../server.ts'
import { startKeyVault } from '../stand-ins/key-vault.ts'
import { startManagedIdentity } from '../stand-ins/managed-identity.ts'

test('a process reads its keys from the vault as its managed identity, and makes none of its own', async () => {
  const token = 'token-of-the-identity'
  const [vault, identity] = await Promise.all([startKeyVault({ token }), startManagedIdentity({ token })])
  const directory = mkdtempSync(join(tmpdir(), 'key-vault-'))
  const authority = join(directory, 'authority.pem')
  writeFileSync(authority, vault.certificate)
  const { value } = await createSigningKey('2026-01-01T00:00:00.000Z')
  const version = vault.set('signing-keys', value)
  const environment = {
    KEY_VAULT_URL: vault.url,
    DATA_DIR: directory,
    PUBLIC_URL: origin,
    HTTPS_PROXY: vault.proxyUrl,
    NO_PROXY: '127.0.0.1',
    NODE_EXTRA_CA_CERTS: authority,
    ...identity.environment,
  }
  vault.set('master-key', Buffer.alloc(32, 7).toString('base64url'))
  const server = await startServer(environment)
  const { call } = createBrowser((path, init) => fetch(server.url + path, init))
  const { body } = await call('GET', '/api/jwks.json')
  expect(body.keys.map(({ kid }: { kid: string }) => kid)).toEqual([version])
  expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
  expect((await call('GET', '/api/v1/users/me')).status).toBe(200)
  expect(identity.resources).toEqual(['https://vault.azure.net'])
  expect(readdirSync(directory)).not.toContain('secrets.json')

  // What was read stays good while the vault is away; who starts meanwhile has nothing to go on.
  await vault.pause()
  expect((await call('GET', '/api/readyz')).status).toBe(200)
  const elsewhere = { ...environment, DATA_DIR: join(directory, 'elsewhere') }
  await expect(startServer(elsewhere)).rejects.toThrow('secrets is unavailable')

  expect(await server.stop()).toBe(0)
  const log = server.lines.join('\n')
  for (const secret of [token, JSON.parse(value).d, 'BwcHBwcHBwc']) expect(log).not.toContain(secret)
  await Promise.all([vault.stop(), identity.stop()])
  rmSync(directory, { recursive: true })
})
