import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables } from '../../test/config/reading.ts'
import { readConfig } from './config.ts'

test('a key vault takes the place of keys in the environment', () => {
  const { AUTH_MASTER_KEY: _, AUTH_SIGNING_KEYS: __, ...withoutKeys } = production
  expect(configOf({ ...withoutKeys, KEY_VAULT_URL: 'https://example.vault.azure.net' }).secrets).toEqual({
    kind: 'key-vault',
    vaultUrl: 'https://example.vault.azure.net',
  })
})

test('the master key before is the older one', () => {
  const { secrets } = readConfig({ ...production, AUTH_MASTER_KEY_PREVIOUS: 'B'.repeat(43) })
  expect(secrets['master-key']).toMatchObject([{ id: 'current' }, { id: 'previous', value: 'B'.repeat(43) }])
})

test.each<[Variables, readonly string[]]>([
  [{ SECRETS: 'key-vault' }, ['KEY_VAULT_URL']],
  [{ KEY_VAULT_URL: 'http://example.vault.azure.net' }, ['KEY_VAULT_URL']],
  [{ SECRETS: 'environment' }, ['AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY']],
  [{ ...production, SECRETS: 'generated' }, ['SECRETS']],
  [{ AUTH_MASTER_KEY_PREVIOUS: 'A'.repeat(43) }, ['AUTH_MASTER_KEY_PREVIOUS']],
  [{ AUTH_MASTER_KEY: 'A'.repeat(43) }, ['AUTH_SIGNING_KEYS']],
  [{ GOOGLE_CLIENT_ID: 'a' }, ['GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET']],
  [{ MICROSOFT_CLIENT_SECRET: 'a' }, ['MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET']],
])('%j does not go by itself', (environment, names) => expect(namesOf(environment)).toEqual(names))
