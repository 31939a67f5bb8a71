import { describe, expect, test } from 'vitest'
import type { Runtime, Setting } from '../../src/config/area.ts'
import { readConfig, settings } from '../../src/config/config.ts'
import { problemsOf } from '../config/reading.ts'
import { filesBelow, read as readFile } from '../docs/pages.ts'
import { isExpression, type Snapshot, snapshots } from './snapshots.ts'

/* What the templates tell the app, against what the app reads. */

/** Names that the platform reads, and nothing of ours. */
const ofThePlatform: Readonly<Record<string, string>> = {
  AzureWebJobsStorage__accountName: 'the host keeps leases of the timer there',
  AzureWebJobsStorage__credential: 'as the managed identity',
  AzureWebJobsStorage__clientId: 'this one',
  WEBSITE_RUN_FROM_PACKAGE: 'App Service starts the package as it is',
  SCM_DO_BUILD_DURING_DEPLOYMENT: 'and builds nothing',
}

const ofVault = /^@Microsoft\.KeyVault\(VaultName=([\w-]+);SecretName=([\w-]+)\)$/

/** What Azure puts in while it deploys, and while the app starts. */
const putIn: Readonly<Record<string, string>> = {
  APPLICATIONINSIGHTS_CONNECTION_STRING:
    'InstrumentationKey=22222222-3333-4444-5555-666666666666;IngestionEndpoint=https://eastus2-3.in.applicationinsights.azure.com/',
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING:
    'ClientId=11111111-2222-3333-4444-555555555555;Authorization=AAD',
  AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
  FRONT_DOOR_ID: '66666666-7777-8888-9999-000000000000',
  WEB_PUBSUB_EVENT_KEYS: 'first-key,second-key',
}

const known: Readonly<Record<string, Setting>> = settings
const runtimeOf = ({ profile }: Snapshot): Runtime => (profile === 'small' ? 'node' : 'functions')

const appsOf = (snapshot: Snapshot) =>
  snapshot
    .of('Microsoft.Web/sites/config')
    .map(({ name, properties }) => ({ name, told: properties as Readonly<Record<string, string>> }))

describe.each(snapshots)('$profile', (snapshot) => {
  const apps = appsOf(snapshot)
  const runtime = runtimeOf(snapshot)
  const read = (told: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(told).map(([name, value]) => [
        name,
        ofVault.test(value) || isExpression(value) ? (putIn[name] ?? value) : value,
      ]),
    )

  test('tells each app something', () => {
    expect(apps.length).toBe({ small: 1, standard: 2, regions: 4 }[snapshot.profile])
  })

  test('sets nothing that nobody reads', () => {
    for (const { name, told } of apps)
      for (const setting of Object.keys(told))
        expect(setting in known || setting in ofThePlatform, `${setting} of ${name}`).toBe(true)
  })

  test('the app starts with it, and has nothing to warn of', () => {
    for (const { name, told } of apps) {
      expect(problemsOf(read(told), runtime), name).toEqual([])
      expect(readConfig(read(told), { runtime }).warnings, name).toEqual([])
    }
  })

  test('everything is kept in services, and nothing in an instance that goes', () => {
    for (const { told } of apps) {
      const { config } = readConfig(read(told), { runtime })
      expect({
        documents: config.documents.kind,
        records: config.records.kind,
        blobs: config.blobs.kind,
        mail: config.mail.kind,
        secrets: config.secrets.kind,
        cache: config.cache.kind,
        realtime: config.realtime.kind,
        anchors: config.auditAnchors?.kind,
      }).toEqual({
        documents: 'cosmos',
        records: 'mssql',
        blobs: 'azure',
        mail: 'acs',
        secrets: 'key-vault',
        anchors: 'azure-blob',
        ...(snapshot.profile === 'small'
          ? { cache: 'memory', realtime: 'local' }
          : { cache: 'redis', realtime: 'web-pubsub' }),
      })
    }
  })

  test('an app reads documents in its own region first', () => {
    const accounts = snapshot.of('Microsoft.DocumentDB/databaseAccounts')
    const regions = accounts.flatMap(({ properties }) =>
      properties.locations.map(({ locationName }: { locationName: string }) => locationName),
    ) as readonly string[]
    for (const { name, told } of apps) {
      const [site] = snapshot.of('Microsoft.Web/sites').filter((each) => name.startsWith(`${each.name}/`))
      const preferred = told['COSMOS_PREFERRED_REGIONS']?.split(',') ?? regions
      expect(preferred[0], name).toBe(site?.location)
      expect(preferred.toSorted(), name).toEqual(regions.toSorted())
    }
  })

  test('without any one of what it needs it does not start as it should', () => {
    const needed = ['PUBLIC_URL', 'KEY_VAULT_URL', 'MAIL_FROM', 'COMMUNICATION_SERVICES_ENDPOINT']
    const services = ['COSMOS_ENDPOINT', 'MSSQL_SERVER', 'AZURE_STORAGE_ACCOUNT_NAME']
    const shared = ['REDIS_URL', 'WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS', 'FRONT_DOOR_ID']
    for (const { told } of apps)
      for (const name of [...needed, ...services, ...(runtime === 'functions' ? shared : [])]) {
        const { [name]: without, ...rest } = told
        expect(without, name).toBeDefined()
        if (runtime === 'functions' || needed.includes(name))
          expect(problemsOf(read(rest), runtime), name).not.toEqual([])
      }
  })

  test('a secret is where the vault is asked for it, and never here', () => {
    for (const { told } of apps)
      for (const [name, value] of Object.entries(told)) {
        if (known[name]?.isSecret !== true) continue
        if (name === 'APPLICATIONINSIGHTS_CONNECTION_STRING') {
          // The key in it opens nothing: whoever sends says who they are by a token.
          expect(told['APPLICATIONINSIGHTS_AUTHENTICATION_STRING']).toMatch(/Authorization=AAD/)
        } else if (name === 'REDIS_URL') {
          // Names the place alone: whoever connects says who they are by a token.
          expect(told['REDIS_AUTH']).toBe('entra')
          expect([new URL(value).username, new URL(value).password]).toEqual(['', ''])
        } else {
          const [, vault = '', secret = ''] = ofVault.exec(value) ?? []
          expect(snapshot.of('Microsoft.KeyVault/vaults').map((each) => each.name)).toContain(vault)
          expect(snapshot.of('Microsoft.KeyVault/vaults/secrets').map((each) => each.name)).toContain(
            `${vault}/${secret}`,
          )
        }
      }
  })

  test('what is named in a setting is made, under that name', () => {
    const namesOf = (type: string) => snapshot.of(type).map(({ name }) => name)
    for (const { told } of apps) {
      const host = (name: string) => new URL(told[name] ?? '').hostname.split('.')[0]
      expect(namesOf('Microsoft.DocumentDB/databaseAccounts')).toContain(host('COSMOS_ENDPOINT'))
      expect(namesOf('Microsoft.KeyVault/vaults')).toContain(host('KEY_VAULT_URL'))
      expect(namesOf('Microsoft.Communication/communicationServices')).toContain(
        host('COMMUNICATION_SERVICES_ENDPOINT'),
      )
      expect(namesOf('Microsoft.Storage/storageAccounts')).toContain(told['AZURE_STORAGE_ACCOUNT_NAME'])
      const server = told['MSSQL_SERVER']?.split('.')[0]
      const groups = namesOf('Microsoft.Sql/servers/failoverGroups').map((each) => each.split('/')[1])
      expect([...namesOf('Microsoft.Sql/servers'), ...groups]).toContain(server)
      expect(namesOf('Microsoft.Sql/servers/databases').map((each) => each.split('/')[1])).toContain(
        told['MSSQL_DATABASE'],
      )
      expect(namesOf('Microsoft.DocumentDB/databaseAccounts/sqlDatabases')).toContain(
        `${host('COSMOS_ENDPOINT')}/${told['COSMOS_DATABASE']}`,
      )
      if (runtime !== 'functions') continue
      expect(namesOf('Microsoft.Cache/redisEnterprise')).toContain(host('REDIS_URL'))
      expect(namesOf('Microsoft.SignalRService/webPubSub')).toContain(host('WEB_PUBSUB_ENDPOINT'))
      expect(namesOf('Microsoft.SignalRService/webPubSub/hubs')).toContain(
        `${host('WEB_PUBSUB_ENDPOINT')}/${told['WEB_PUBSUB_HUB']}`,
      )
    }
  })
})

describe('what is told to the commands after provisioning', () => {
  const given = [...readFile('infra/main.parameters.json').matchAll(/\$\{(\w+)/g)].map(
    ([, name = '']) => name,
  )

  test.each(snapshots)(
    'leaves $profile readable: nothing in it is taken for a setting and refused',
    ({ outputs }) => {
      const told = Object.fromEntries(
        [...given.map((name) => [name, 'x'] as const), ...Object.entries(outputs)]
          .filter(
            ([name, value]) =>
              !(name in known) || (typeof value === 'string' && !isExpression(value) && value !== 'x'),
          )
          .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      )
      const asTheHooksDo = { ...told, DOCUMENTS: 'memory' }
      expect(problemsOf(asTheHooksDo)).toEqual([])
      expect(readConfig(asTheHooksDo).warnings).toEqual([])
    },
  )

  test('every name that a hook asks for is an output, or what provisioning was told', () => {
    for (const file of filesBelow('infra/hooks', '.sh'))
      for (const [, name = ''] of readFile(file).matchAll(/\$\{([A-Z]\w*):\?\}/g))
        for (const { outputs } of snapshots)
          expect([...Object.keys(outputs), ...given], `${name} in ${file}`).toContain(name)
  })

  test('every parameter that is asked for exists, and what has no default is asked for', () => {
    const parameters = [...readFile('infra/main.bicep').matchAll(/^param (\w+) [^=\n]*(=?)/gm)].map(
      ([, name = '', hasDefault]) => ({ name, isNeeded: hasDefault === '' }),
    )
    const asked = Object.keys(JSON.parse(readFile('infra/main.parameters.json')).parameters)
    expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(asked))
    expect(asked).toEqual(
      expect.arrayContaining(parameters.filter(({ isNeeded }) => isNeeded).map(({ name }) => name)),
    )
  })
})
