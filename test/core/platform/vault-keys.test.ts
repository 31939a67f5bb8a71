import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rotateVaultKeys } from '../../../scripts/rotate-vault-keys.ts'
import { createJoseAccessTokens } from '../../../src/adapters/jose/access-tokens.ts'
import { createKeyVaultSecrets } from '../../../src/adapters/key-vault/secrets.ts'
import { createNodeCiphers } from '../../../src/adapters/node/ciphers.ts'
import { readConfig } from '../../../src/config/config.ts'
import { createTestApp, person, signedInBrowser } from '../../app.ts'
import { type RunningKeyVault, startKeyVault } from '../../stand-ins/key-vault.ts'

const token = 'token-of-the-identity'
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 86_400_000 }) }
const minuteMs = 60_000
const hourMs = 60 * minuteMs

let vault: RunningKeyVault
beforeAll(async () => {
  vault = await startKeyVault({ token })
  setDefaultCACertificates([...getCACertificates(), vault.certificate])
  process.env['HTTPS_PROXY'] = vault.proxyUrl
})
afterAll(() => vault.stop())

test('keys rotate without a restart: published first, used an hour later, nobody is logged out', async () => {
  const client = new SecretClient(vault.url, credential)
  const testApp = await createTestApp({
    ports({ clock, log }) {
      const secrets = createKeyVaultSecrets({ vaultUrl: vault.url, credential, clock, log })
      const { tokens } = readConfig({}).config
      const accessTokens = createJoseAccessTokens({ secrets, ciphers: createNodeCiphers(), clock, ...tokens })
      return { secrets, accessTokens }
    },
  })
  const { clock, app } = testApp
  const rotate = (replacesMaster = false) => rotateVaultKeys(client, { replacesMaster, nowMs: clock.now() })
  const kidOf = (accessToken: string) =>
    JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()).kid as string
  const published = async () => {
    const { keys } = (await (await app.request('/api/jwks.json')).json()) as { keys: { kid: string }[] }
    return keys.map(({ kid }) => kid)
  }

  expect(await rotate()).toHaveLength(3)
  const { call, accessToken } = await signedInBrowser(testApp)
  const first = kidOf(accessToken)
  expect(await published()).toEqual([first])

  expect(await rotate(true)).toHaveLength(2)
  clock.advance(5 * minuteMs)
  const [second = '', ...others] = await published()
  expect(others).toEqual([first])
  const early = await call('POST', '/api/v1/auth/refresh')
  expect([early.status, kidOf(early.body.accessToken)]).toEqual([200, first])

  // The session was sealed with the master key before.
  clock.advance(hourMs)
  const late = await call('POST', '/api/v1/auth/refresh')
  expect([late.status, kidOf(late.body.accessToken)]).toEqual([200, second])
  expect((await call('GET', '/api/v1/users/me')).body.email).toBe(person.email)

  clock.advance(25 * hourMs)
  const done = await rotate()
  expect(done).toHaveLength(2)
  expect(done[1]).toBe(`signing-keys: version ${first} is disabled`)
})
