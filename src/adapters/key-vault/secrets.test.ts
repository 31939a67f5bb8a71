import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { secretsContract } from '../../../test/contracts/small-ports.contract.ts'
import { startKeyVault } from '../../../test/stand-ins/key-vault.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createKeyVaultSecrets } from './secrets.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

async function setup() {
  const vault = await startKeyVault({ token: 'token-of-the-identity' })
  setDefaultCACertificates([...getCACertificates(), vault.certificate])
  process.env['HTTPS_PROXY'] = vault.proxyUrl
  const askedFor: unknown[] = []
  const log = createMemoryLog()
  let now = Date.UTC(2026, 5)
  const secrets = createKeyVaultSecrets({
    vaultUrl: vault.url,
    credential: {
      async getToken(scopes) {
        askedFor.push(scopes)
        return { token: 'token-of-the-identity', expiresOnTimestamp: Date.now() + dayMs }
      },
    },
    clock: { now: () => now },
    log,
  })
  vault.set('signing-keys', 'first')
  vault.set('master-key', 'symmetric')
  const idsOf = async () => (await secrets.versions('signing-keys')).map(({ id }) => id)
  const pass = (ms: number) => {
    now += ms
  }
  return { vault, secrets, idsOf, pass, now: () => now, log, askedFor }
}

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of opened.splice(0)) await stop()
})
async function open() {
  const made = await setup()
  opened.push(made.vault.stop)
  return made
}

secretsContract('key vault', async () => {
  const { vault, secrets, now, pass } = await setup()
  return {
    secrets,
    now,
    renew() {
      vault.set('signing-keys', 'second', { notBefore: new Date(now() + 60 * minuteMs).toISOString() })
      pass(minuteMs)
    },
    close: vault.stop,
  }
})

test('the token is for the vault that the challenge names, and is kept', async () => {
  const { secrets, askedFor, pass } = await open()
  await secrets.versions('signing-keys')
  pass(minuteMs)
  await secrets.versions('signing-keys')
  expect(askedFor).toEqual([['https://vault.azure.net/.default']])
})

test('many versions come in pages, each value is fetched once, and asking again within a minute asks nothing', async () => {
  const { vault, idsOf, pass } = await open()
  for (let day = 1; day <= 5; day++)
    vault.set('signing-keys', `key ${day}`, { createdAt: `2026-02-0${day}T00:00:00Z` })
  const ids = await idsOf()
  expect(ids).toHaveLength(6)
  pass(minuteMs - 1)
  expect(await idsOf()).toEqual(ids)
  const pages = Array.from({ length: 3 }, () => 'GET /secrets/signing-keys/versions')
  const values = ids.map((id) => `GET /secrets/signing-keys/${id}`)
  expect(vault.served.toSorted()).toEqual([...pages, ...values].toSorted())
  pass(1)
  await idsOf()
  expect(vault.served).toHaveLength(3 + 6 + 3)
})

test('a version counts from its creation or, if it says so, from later; a disabled or expired one does not', async () => {
  const { vault, secrets, idsOf, pass, now } = await open()
  const [first = ''] = await idsOf()
  const leaked = vault.set('signing-keys', 'leaked', { createdAt: '2026-03-01T00:00:00Z' })
  const short = vault.set('signing-keys', 'short', {
    createdAt: '2026-04-01T00:00:00Z',
    expires: new Date(now() + 10 * minuteMs).toISOString(),
  })
  const next = vault.set('signing-keys', 'next', { notBefore: '2026-07-01T00:00:00Z' })
  pass(minuteMs)
  expect(await secrets.versions('signing-keys')).toEqual([
    { id: next, value: 'next', activeFrom: '2026-07-01T00:00:00.000Z' },
    { id: short, value: 'short', activeFrom: '2026-04-01T00:00:00.000Z' },
    { id: leaked, value: 'leaked', activeFrom: '2026-03-01T00:00:00.000Z' },
    { id: first, value: 'first', activeFrom: '2026-01-01T00:00:00.000Z' },
  ])
  vault.disable('signing-keys', leaked)
  pass(10 * minuteMs)
  expect(await idsOf()).toEqual([next, first])
})

test.each([429, 503])('%i twice is waited out', async (status) => {
  const { vault, idsOf } = await open()
  vault.fail(2, status, { 'retry-after-ms': '20' })
  expect(await idsOf()).toHaveLength(1)
})

test('a vault that refuses from the start is unavailable, and is asked again', async () => {
  const { vault, secrets } = await open()
  vault.fail(1, 403)
  const error = await secrets.versions('signing-keys').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PortUnavailable)
  expect(error).toMatchObject({ port: 'secrets' })
  expect(await secrets.versions('signing-keys')).toHaveLength(1)
})

test('what is not there is unavailable, never an empty list', async () => {
  const { secrets } = await open()
  const unknown = secrets.versions('unknown' as 'master-key')
  await expect(unknown).rejects.toBeInstanceOf(PortUnavailable)
})

test('versions that are all yet to come are answered: it is the clock that is behind', async () => {
  const { vault, secrets } = await open()
  vault.set('only-later', 'x', { notBefore: '2027-01-01T00:00:00Z' })
  expect(await secrets.versions('only-later' as 'master-key')).toMatchObject([
    { value: 'x', activeFrom: '2027-01-01T00:00:00.000Z' },
  ])
})

test('while the vault is down what it last said goes on being true, and then it is heard again', async () => {
  const { vault, idsOf, pass, log } = await open()
  const ids = await idsOf()
  vault.set('signing-keys', 'second', { createdAt: '2026-02-01T00:00:00Z' })
  await vault.pause()
  pass(minuteMs)
  expect(await idsOf()).toEqual(ids)
  expect(log.events).toMatchObject([{ event: 'secrets_not_refreshed', fields: { secret: 'signing-keys' } }])
  await vault.resume()
  expect(await idsOf()).toEqual(ids)
  pass(minuteMs)
  expect(await idsOf()).toHaveLength(2)
})

test('a refusal later on changes nothing either', async () => {
  const { vault, idsOf, pass, log } = await open()
  const ids = await idsOf()
  vault.fail(1, 403)
  pass(minuteMs)
  expect(await idsOf()).toEqual(ids)
  expect(log.events).toHaveLength(1)
})

test('a vault without keys of the audit log has none, is not asked each time, and is seen to have some within a minute', async () => {
  const { vault, secrets, pass } = await open()
  expect(await secrets.versions('audit-keys')).toEqual([])
  vault.set('audit-keys', 'own')
  expect(await secrets.versions('audit-keys')).toEqual([])
  pass(minuteMs)
  expect((await secrets.versions('audit-keys')).map(({ value }) => value)).toEqual(['own'])
})
