import { describe, expect, test } from 'vitest'
import { alerts } from '../../scripts/slo/alerts.ts'
import { uptimeTests } from '../../scripts/slo/objectives.ts'
import { collections } from '../../src/app/domains.ts'
import { blobContainers } from '../../src/core/files/file-categories.ts'
import { read } from '../docs/pages.ts'
import { readEdgeRule } from '../edge-rule.ts'
import { isExpression, type Predicted, snapshots } from './snapshots.ts'

/* What holds for everything that is made, in each profile. */

const us = ['eastus2', 'centralus', 'southcentralus', 'westus2', 'westus3']

/** Every value in a resource, with the keys that lead to it. */
function* valuesIn(value: unknown, path = ''): Generator<readonly [path: string, value: unknown]> {
  if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) yield* valuesIn(each, `${path}/${key}`)
  else yield [path, value]
}

/** Of eight letters in the files of parameters; it may have ten. */
const spare = 2

/** The longest name that Azure takes, and what it may consist of. */
const nameRules: Readonly<Record<string, readonly [most: number, of: RegExp]>> = {
  'Microsoft.Storage/storageAccounts': [24, /^[a-z0-9]{3,}$/],
  'Microsoft.KeyVault/vaults': [24, /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/],
  'Microsoft.DocumentDB/databaseAccounts': [44, /^[a-z0-9][a-z0-9-]{2,}$/],
  'Microsoft.Sql/servers': [63, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/],
  'Microsoft.Sql/servers/failoverGroups': [63, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/],
  'Microsoft.SignalRService/webPubSub': [63, /^[a-z][a-z0-9-]{1,}[a-z0-9]$/],
  'Microsoft.Cache/redisEnterprise': [60, /^(?!.*--)[a-z0-9][a-z0-9-]*[a-z0-9]$/],
  'Microsoft.Web/sites': [60, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/],
  'Microsoft.Web/staticSites': [40, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/],
  'Microsoft.Communication/communicationServices': [63, /^[a-z0-9-]+$/],
  'Microsoft.Communication/emailServices': [63, /^[a-z0-9-]+$/],
  'Microsoft.Cdn/profiles': [260, /^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/],
  'Microsoft.Cdn/profiles/afdEndpoints': [46, /^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/],
  'Microsoft.Cdn/profiles/ruleSets': [60, /^[a-zA-Z][a-zA-Z0-9]*$/],
  'Microsoft.Cdn/profiles/ruleSets/rules': [60, /^[a-zA-Z][a-zA-Z0-9]*$/],
  'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies': [128, /^[a-zA-Z][a-zA-Z0-9]*$/],
  'Microsoft.Network/virtualNetworks': [64, /^[a-z0-9][\w.-]*$/],
  'Microsoft.Network/networkSecurityGroups': [80, /^[a-z0-9][\w.-]*$/],
  'Microsoft.Network/privateEndpoints': [64, /^[a-z0-9][\w.-]*$/],
  'Microsoft.Resources/resourceGroups': [90, /^[\w.()-]*[\w()-]$/],
  'Microsoft.ManagedIdentity/userAssignedIdentities': [128, /^[a-z0-9][\w-]{2,}$/],
  'Microsoft.Insights/components': [260, /^[\w.()-]+$/],
  'Microsoft.Insights/actionGroups': [260, /^[\w.()-]+$/],
  'Microsoft.Insights/metricAlerts': [260, /^[\w.()-]+$/],
  'Microsoft.Insights/scheduledQueryRules': [260, /^[\w.()-]+$/],
  'Microsoft.Insights/webtests': [260, /^[\w.()-]+$/],
  // Made of an id, however long ours is.
  'Microsoft.Insights/workbooks': [36 + spare, /^[\da-f-]+$/],
  'Microsoft.OperationalInsights/workspaces': [63, /^[a-z0-9][a-z0-9-]{2,}[a-z0-9]$/],
  'Microsoft.Web/serverfarms': [60, /^[a-z0-9-]+$/],
  'Microsoft.Consumption/budgets': [63, /^[\w-]+$/],
}
/** Names that the whole world shares. */
const worldwide = [
  'Microsoft.Storage/storageAccounts',
  'Microsoft.KeyVault/vaults',
  'Microsoft.DocumentDB/databaseAccounts',
  'Microsoft.Sql/servers',
  'Microsoft.SignalRService/webPubSub',
  'Microsoft.Web/sites',
  'Microsoft.Communication/communicationServices',
]

/** Types whose keys open them, where that is not turned off. */
const keysAreOff: Readonly<Record<string, (each: Predicted) => boolean>> = {
  'Microsoft.Storage/storageAccounts': ({ properties }) => properties.allowSharedKeyAccess === false,
  'Microsoft.DocumentDB/databaseAccounts': ({ properties }) => properties.disableLocalAuth === true,
  'Microsoft.SignalRService/webPubSub': ({ properties }) => properties.disableLocalAuth === true,
  'Microsoft.Cache/redisEnterprise/databases': ({ properties }) =>
    properties.accessKeysAuthentication === 'Disabled',
  'Microsoft.Insights/components': ({ properties }) => properties.DisableLocalAuth === true,
  'Microsoft.OperationalInsights/workspaces': ({ properties }) =>
    properties.features.disableLocalAuth === true,
  'Microsoft.Sql/servers': ({ properties }) =>
    properties.administrators.azureADOnlyAuthentication === true &&
    properties.administratorLogin === undefined,
  'Microsoft.KeyVault/vaults': ({ properties }) => properties.enableRbacAuthorization === true,
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': ({ properties }) => properties.allow === false,
}

/** Types that hold data, and what closes them: to everybody, or to all but the subnet of the app. */
const isClosed: Readonly<
  Record<string, (each: Predicted, subnetsOf: (server: string) => number) => boolean>
> = {
  'Microsoft.Storage/storageAccounts': ({ properties }) =>
    properties.publicNetworkAccess === 'Disabled' && properties.networkAcls.defaultAction === 'Deny',
  'Microsoft.DocumentDB/databaseAccounts': ({ properties }) =>
    properties.publicNetworkAccess === 'Disabled' ||
    (properties.isVirtualNetworkFilterEnabled === true &&
      properties.virtualNetworkRules.length > 0 &&
      properties.ipRules.length === 0),
  'Microsoft.KeyVault/vaults': ({ properties }) =>
    properties.networkAcls.defaultAction === 'Deny' &&
    properties.networkAcls.ipRules.length === 0 &&
    (properties.publicNetworkAccess === 'Disabled' || properties.networkAcls.virtualNetworkRules.length > 0),
  'Microsoft.Sql/servers': ({ name, properties }, subnetsOf) =>
    properties.publicNetworkAccess === 'Disabled' || subnetsOf(name) > 0,
  'Microsoft.Cache/redisEnterprise': ({ properties }) => properties.publicNetworkAccess === 'Disabled',
  'Microsoft.SignalRService/webPubSub': ({ properties }) =>
    ['ServerConnection', 'RESTAPI', 'Trace'].every((each) =>
      properties.networkACLs.publicNetwork.deny.includes(each),
    ),
}

describe.each(snapshots)('$profile', (snapshot) => {
  const { resources, of, outputs, profile } = snapshot

  test('everything is in the United States', () => {
    const elsewhere = resources.filter(
      ({ location }) => location !== undefined && location !== 'global' && !us.includes(location),
    )
    expect(elsewhere).toEqual([])
    for (const { properties } of of('Microsoft.DocumentDB/databaseAccounts'))
      for (const { locationName } of properties.locations) expect(us).toContain(locationName)
    for (const type of [
      'Microsoft.Communication/emailServices',
      'Microsoft.Communication/communicationServices',
    ])
      for (const { properties } of of(type)) expect(properties.dataLocation).toBe('United States')
  })

  test('names are what Azure takes, also where ours is as long as it may be', () => {
    for (const { type, name } of resources) {
      const [most, pattern] = nameRules[type] ?? []
      if (most === undefined || pattern === undefined || isExpression(name)) continue
      const own = name.split('/').at(-1) ?? ''
      expect(own.length + spare, `${type} ${own}`).toBeLessThanOrEqual(most)
      expect(own, type).toMatch(pattern)
    }
    // A type of which the rule was not looked up would pass unseen. What is below another is named there.
    const tops = new Set(resources.map(({ type }) => type).filter((type) => type.split('/').length === 2))
    const unlike = /Authorization|Security|diagnosticSettings|privateDnsZones/
    expect([...tops].filter((type) => !(type in nameRules) && !unlike.test(type))).toEqual([])
  })

  test('no two things have one name, and what the world shares is told apart', () => {
    const ids = resources.filter(({ id }) => !isExpression(id)).map(({ id }) => id.toLowerCase())
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    for (const type of worldwide)
      for (const { name } of of(type)) expect(name, type).toMatch(/[a-z0-9]{6}(?:-2)?$/)
  })

  test('nothing is opened by a key', () => {
    for (const [type, isOff] of Object.entries(keysAreOff))
      for (const each of of(type)) expect(isOff(each), each.id).toBe(true)
    const apps = of('Microsoft.Web/sites').length
    expect(of('Microsoft.Web/sites/basicPublishingCredentialsPolicies')).toHaveLength(apps * 2)
  })

  test('what holds data is closed, but for files, which browsers fetch by signed links', () => {
    const subnetsOf = (server: string) =>
      of('Microsoft.Sql/servers/virtualNetworkRules').filter(({ name }) => name.startsWith(`${server}/`))
        .length
    const open = Object.entries(isClosed).flatMap(([type, closed]) =>
      of(type).filter((each) => !closed(each, subnetsOf)),
    )
    expect(open.map(({ name }) => name)).toEqual([expect.stringMatching(/^toolsincfiles/)])
    for (const { properties } of of('Microsoft.Storage/storageAccounts'))
      expect(properties.allowBlobPublicAccess).toBe(false)
    for (const { name, properties } of of('Microsoft.Storage/storageAccounts/blobServices/containers'))
      expect(properties.publicAccess, name).toBe('None')
    expect(of('Microsoft.Sql/servers/firewallRules')).toEqual([])
  })

  test('what is closed to everybody is reached by an endpoint in each region', () => {
    const networks = of('Microsoft.Network/virtualNetworks').length
    const reached = of('Microsoft.Network/privateEndpoints').flatMap(({ properties }) =>
      properties.privateLinkServiceConnections.map(
        (each: { properties: { privateLinkServiceId: string } }) => each.properties.privateLinkServiceId,
      ),
    )
    const shared = [
      'Microsoft.DocumentDB/databaseAccounts',
      'Microsoft.Sql/servers',
      'Microsoft.KeyVault/vaults',
    ]
    const regional = ['Microsoft.Cache/redisEnterprise', 'Microsoft.Storage/storageAccounts']
    for (const type of [...shared, ...regional])
      for (const { id, properties } of of(type)) {
        if (properties.publicNetworkAccess !== 'Disabled') continue
        expect(reached.filter((each) => each === id).length, id).toBe(shared.includes(type) ? networks : 1)
      }
    for (const { id } of of('Microsoft.SignalRService/webPubSub'))
      expect(reached.filter((each) => each === id)).toHaveLength(networks)
    // Each has its name in a zone.
    expect(of('Microsoft.Network/privateEndpoints/privateDnsZoneGroups')).toHaveLength(reached.length)
  })

  test('TLS is 1.2 or newer, and nothing is spoken without it', () => {
    const floors = resources.flatMap((each) =>
      [...valuesIn(each.properties)]
        .filter(([path]) => /tlsversion$/i.test(path))
        .map(([path, value]) => `${each.type}${path} ${value}`),
    )
    expect(floors.length).toBeGreaterThan(4)
    for (const floor of floors) expect(floor).toMatch(/(?:1\.[23]|TLS1_[23]|Tls1[23]|TLS1[23])$/)
    for (const type of ['Microsoft.Storage/storageAccounts', 'Microsoft.Sql/servers', 'Microsoft.Web/sites'])
      for (const each of of(type))
        expect(JSON.stringify(each.properties), each.id).toMatch(/"min(?:imum|imal)?TlsVersion"/)
    for (const { properties } of of('Microsoft.Web/sites')) {
      expect(properties.httpsOnly).toBe(true)
      if (properties.functionAppConfig === undefined) expect(properties.siteConfig.ftpsState).toBe('Disabled')
    }
    for (const { properties } of of('Microsoft.Storage/storageAccounts'))
      expect(properties.supportsHttpsTrafficOnly).toBe(true)
    for (const { properties } of of('Microsoft.Cache/redisEnterprise/databases'))
      expect(properties.clientProtocol).toBe('Encrypted')
    for (const { properties } of of('Microsoft.Cdn/profiles/afdEndpoints/routes')) {
      expect(properties.httpsRedirect).toBe('Enabled')
      expect(properties.forwardingProtocol).toBe('HttpsOnly')
    }
  })

  test('an app on Flex Consumption is told nothing that it refuses', () => {
    for (const { id, properties } of of('Microsoft.Web/sites')) {
      if (properties.functionAppConfig === undefined) continue
      expect(Object.keys(properties.siteConfig).toSorted(), id).toEqual([
        'http20Enabled',
        'ipSecurityRestrictions',
        'ipSecurityRestrictionsDefaultAction',
        'minTlsVersion',
        'scmIpSecurityRestrictionsUseMain',
        'scmMinTlsVersion',
      ])
    }
  })

  test('rules look no further apart than they look back, two of them each minute, in small none before a quarter of an hour', () => {
    const rules = of('Microsoft.Insights/scheduledQueryRules')
    expect(rules.map(({ name }) => name.replace('toolsinc-', '')).toSorted()).toEqual(
      alerts.map(({ name }) => name).toSorted(),
    )
    const minutes = (span: string): number => {
      const [, days = 0, hours = 0, rest = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(span) ?? []
      return (Number(days) * 24 + Number(hours)) * 60 + Number(rest)
    }
    const often = rules.map(({ properties }) => minutes(properties.evaluationFrequency))
    expect(often.filter((each) => each < 5)).toHaveLength(profile === 'small' ? 0 : 2)
    expect(Math.min(...often)).toBe(profile === 'small' ? 15 : 1)
    for (const { name, properties } of rules) {
      const [every, back] = [minutes(properties.evaluationFrequency), minutes(properties.windowSize)]
      expect(back, name).toBeGreaterThanOrEqual(every)
      // What looks more seldom would never be resolved.
      expect(every, name).toBeLessThanOrEqual(12 * 60)
      expect(back, name).toBeLessThanOrEqual(2 * 24 * 60)
      const isNightly = JSON.stringify(properties.actions).includes('-on-call')
      expect(isNightly, name).toBe(
        alerts.some((each) => name.endsWith(each.name) && each.tells === 'on-call'),
      )
    }
  })

  test('the workbook is one, over the workspace that the rules look at', () => {
    const [workspace] = of('Microsoft.OperationalInsights/workspaces')
    const [workbook, ...others] = of('Microsoft.Insights/workbooks')
    expect(others).toEqual([])
    const { items } = JSON.parse(workbook?.properties.serializedData) as {
      items: readonly { type: number; content: { crossComponentResources?: readonly string[] } }[]
    }
    const asked = items.flatMap(({ type, content }) => (type === 3 ? [content.crossComponentResources] : []))
    expect(asked.length).toBeGreaterThan(8)
    for (const each of asked) expect(each).toEqual([workspace?.id])
    for (const { properties } of of('Microsoft.Insights/scheduledQueryRules'))
      expect(properties.scopes).toEqual([workspace?.id])
  })

  test('the API is asked from outside, from the United States, and by each test some alert looks', () => {
    const tests = of('Microsoft.Insights/webtests')
    expect(tests.map(({ properties }) => properties.Name)).toEqual(uptimeTests.map(({ name }) => name))
    const queries = of('Microsoft.Insights/scheduledQueryRules').map(
      ({ properties }) => properties.criteria.allOf[0].query as string,
    )
    for (const each of tests) {
      const { Name, Enabled, Locations, Request, Frequency } = each.properties
      expect(Enabled).toBe(true)
      expect([300, 600, 900]).toContain(Frequency)
      expect(Request.RequestUrl).toMatch(/^https:\/\/api\.sdtoolsinc\.org\/api\/(?:healthz|readyz)$/)
      for (const { Id } of Locations) expect(Id).toMatch(/^us-/)
      expect(queries.some((query) => query.includes(`Name == '${Name}'`))).toBe(true)
      expect(Object.keys((each as any).tags ?? {}).join()).toContain('hidden-link:')
    }
  })

  test('every alert tells somebody, who has an address', () => {
    const groups = of('Microsoft.Insights/actionGroups')
    const reaches = groups.filter(
      ({ properties }) => properties.enabled && properties.emailReceivers[0]?.emailAddress.includes('@'),
    )
    const alerts = resources.filter(({ type }) =>
      /Insights\/(?:metricAlerts|scheduledQueryRules|activityLogAlerts)$/i.test(type),
    )
    expect(alerts.length).toBeGreaterThan(3)
    for (const { name, properties } of alerts) {
      const told = JSON.stringify(properties.actions)
      expect(properties.enabled, name).toBe(true)
      expect(properties.description, name).toMatch(/\w/)
      expect(
        reaches.some(({ id }) => told.includes(id)),
        name,
      ).toBe(true)
    }
    for (const { properties } of of('Microsoft.Consumption/budgets')) {
      expect(properties.amount).toBeGreaterThan(0)
      for (const each of Object.values<{ contactEmails: string[] }>(properties.notifications))
        expect(each.contactEmails[0]).toContain('@')
    }
    expect(of('Microsoft.Consumption/budgets')).toHaveLength(1)
  })

  test('no output is a secret', () => {
    for (const [name, value] of Object.entries(outputs)) {
      expect(name).not.toMatch(/SECRET|PASSWORD|TOKEN|CONNECTION/)
      expect(JSON.stringify(value), name).not.toMatch(/list(?:Keys|Secrets)|AccountKey|ConnectionString/i)
    }
  })

  test('keys that Azure hands out go nowhere but into the vault', () => {
    for (const each of resources)
      if (/list\w*\(/i.test(JSON.stringify(each))) expect(each.type).toBe('Microsoft.KeyVault/vaults/secrets')
  })

  test('everything that has a log or a measure sends it on', () => {
    const scopes = of('Microsoft.Insights/diagnosticSettings').map(({ id }) => id.toLowerCase())
    const sends = [
      'Microsoft.KeyVault/vaults',
      'Microsoft.DocumentDB/databaseAccounts',
      'Microsoft.Sql/servers/databases',
      'Microsoft.Communication/communicationServices',
      'Microsoft.SignalRService/webPubSub',
      'Microsoft.Cache/redisEnterprise',
      'Microsoft.Cdn/profiles',
      'Microsoft.Web/sites',
      'Microsoft.Network/virtualNetworks',
    ]
    for (const type of sends)
      for (const { id } of of(type))
        expect(
          scopes.some((scope) => scope.startsWith(`${id.toLowerCase()}/providers/`)),
          id,
        ).toBe(true)
    for (const { properties } of of('Microsoft.Insights/diagnosticSettings'))
      expect(properties.workspaceId).toBe(of('Microsoft.OperationalInsights/workspaces')[0]?.id)
  })

  test('a role of our own allows one thing', () => {
    const made = of('Microsoft.Authorization/roleDefinitions')
    expect(made.map(({ properties }) => properties.permissions)).toEqual(
      profile === 'small'
        ? []
        : [[{ actions: ['Microsoft.Cdn/profiles/afdEndpoints/purge/action'], notActions: [] }]],
    )
  })

  test('roles are the smallest there are: nobody owns the subscription or a group', () => {
    const wide = ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'b24988ac-6180-42a0-ab88-20f7382dd24c']
    const assigned = of('Microsoft.Authorization/roleAssignments')
    expect(assigned.length).toBeGreaterThan(5)
    for (const { id, properties } of assigned) {
      expect(
        wide.some((role) => properties.roleDefinitionId.endsWith(role)),
        id,
      ).toBe(false)
      expect(id, 'a role is for one resource').toMatch(
        /extensionResourceId\('[^']*\/providers\/|\/providers\/Microsoft\.\w+\/.*\/providers\/Microsoft\.Authorization\//,
      )
    }
  })

  test('what is lost can be had again: backups as they were asked for', () => {
    for (const { properties } of of('Microsoft.DocumentDB/databaseAccounts')) {
      expect(properties.backupPolicy).toMatchObject({
        type: 'Continuous',
        continuousModeProperties: { tier: 'Continuous30Days' },
      })
      expect(properties.consistencyPolicy.defaultConsistencyLevel).toBe('Strong')
      expect(properties.enableMultipleWriteLocations).toBe(false)
      expect(properties.locations).toHaveLength(profile === 'regions' ? 3 : 1)
    }
    expect(of('Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies')[0]?.properties).toEqual({
      retentionDays: 7,
    })
    expect(of('Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies')[0]?.properties).toEqual({
      monthlyRetention: 'P12M',
    })
    const [files] = of('Microsoft.Storage/storageAccounts').filter(({ name }) => name.includes('files'))
    expect(files?.sku?.name).toMatch(/^Standard_(?:RAG|G)/)
    const [blobs] = of('Microsoft.Storage/storageAccounts/blobServices').filter(({ name }) =>
      name.includes('files'),
    )
    expect(blobs?.properties).toMatchObject({
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 7 },
      containerDeleteRetentionPolicy: { enabled: true, days: 7 },
    })
    for (const { properties } of of('Microsoft.KeyVault/vaults'))
      expect(properties).toMatchObject({ enablePurgeProtection: true, enableSoftDelete: true })
    for (const { properties } of of('Microsoft.Cache/redisEnterprise/databases'))
      expect(properties.persistence).toMatchObject({ rdbEnabled: true, rdbFrequency: '1h' })
    const [anchored] = of('Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies')
    expect(anchored?.properties.immutabilityPeriodSinceCreationInDays).toBeGreaterThanOrEqual(7 * 365)
  })

  test('no rule of the storage deletes what people wrote: that is for the app, which knows of legal holds', () => {
    const rules = of('Microsoft.Storage/storageAccounts/managementPolicies').flatMap(
      ({ properties }) => properties.policy.rules,
    )
    expect(rules.length).toBeGreaterThan(1)
    for (const { name, definition } of rules) {
      expect(definition.actions.baseBlob?.delete, name).toBeUndefined()
      expect(definition.actions.baseBlob?.tierToArchive, name).toBeUndefined()
      expect(JSON.stringify(definition.filters.prefixMatch), name).not.toContain('audit-anchors')
    }
  })

  test('there are the containers that the collections live in, and no more share throughput than may', () => {
    const planned = JSON.parse(read('infra/cosmos-containers.json')).containers as readonly {
      readonly throughput: 'own' | 'shared'
      readonly collections: readonly string[]
      readonly resource: { readonly id: string }
    }[]
    const made = of('Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers')
    expect(made.map(({ properties }) => properties.resource)).toEqual(
      expect.arrayContaining(planned.map(({ resource }) => resource)),
    )
    expect(made).toHaveLength(planned.length)
    expect(planned.flatMap((each) => each.collections).toSorted()).toEqual(
      collections.map(({ name }) => name).toSorted(),
    )
    const [account] = of('Microsoft.DocumentDB/databaseAccounts')
    const isServerless = JSON.stringify(account).includes('EnableServerless')
    expect(isServerless).toBe(profile === 'small')
    for (const { properties } of made) {
      const plan = planned.find(({ resource }) => resource.id === properties.resource.id)
      expect(Object.keys(properties.options)).toEqual(
        plan?.throughput === 'own' && !isServerless ? ['autoscaleSettings'] : [],
      )
    }
    // What Azure allows of a database whose throughput is shared.
    expect(planned.filter(({ throughput }) => throughput === 'shared').length).toBeLessThanOrEqual(25)
  })

  test('there is a container for each kind of file, and pages may use signed links', () => {
    const containers = of('Microsoft.Storage/storageAccounts/blobServices/containers')
      .filter(({ name }) => name.includes('files'))
      .map(({ name }) => name.split('/').at(-1))
    expect(containers.toSorted()).toEqual([...blobContainers, 'audit-anchors'].toSorted())
    const [rule] = of('Microsoft.Storage/storageAccounts/blobServices')[0]?.properties.cors.corsRules ?? []
    const setup = read('src/adapters/azure-blob/setup.ts')
    const textOf = (name: string) => new RegExp(`${name}:\\s*'([^']*)'`).exec(setup)?.[1]
    expect(rule.allowedMethods.join(',')).toBe(textOf('allowedMethods'))
    expect(rule.allowedHeaders.join(',')).toBe(textOf('allowedHeaders'))
    expect(rule.exposedHeaders.join(',')).toBe(textOf('exposedHeaders'))
    expect(rule.allowedOrigins).not.toContain('*')
  })
})

const behindFrontDoor = snapshots.filter(({ profile }) => profile !== 'small')

describe.each(behindFrontDoor)('Front Door of $profile', ({ of }) => {
  const routes = of('Microsoft.Cdn/profiles/afdEndpoints/routes')
  const [rule] = of('Microsoft.Cdn/profiles/ruleSets/rules')
  const [fence] = of('Microsoft.Network/FrontDoorWebApplicationFirewallPolicies')

  test('no route keeps anything: that would take the cookies out of every answer', () => {
    expect(routes).toHaveLength(2)
    for (const { properties } of routes) {
      expect(properties.cacheConfiguration).toBeUndefined()
      expect(properties.ruleSets).toHaveLength(1)
    }
  })

  test('one rule does, for the paths that the documentation names and for nobody who is known', () => {
    const conditions = rule?.properties.conditions as readonly {
      readonly name: string
      readonly parameters: {
        readonly selector?: string
        readonly negateCondition: boolean
        readonly matchValues: string[]
      }
    }[]
    const [path, ...headers] = conditions
    expect(path?.parameters.matchValues).toEqual([readEdgeRule().source.replaceAll('\\/', '/')])
    expect(headers.map(({ parameters }) => [parameters.selector, parameters.negateCondition])).toEqual([
      ['Cookie', true],
      ['Authorization', true],
      ['X-Authorization', true],
    ])
    expect(rule?.properties.actions[0].parameters.cacheConfiguration).toEqual({
      cacheBehavior: 'HonorOrigin',
      queryStringCachingBehavior: 'UseQueryString',
      isCompressionEnabled: 'Enabled',
    })
    expect(conditions.length).toBeLessThanOrEqual(10)
  })

  test('the probe costs the app nothing', () => {
    for (const { properties } of of('Microsoft.Cdn/profiles/originGroups'))
      expect(properties.healthProbeSettings).toMatchObject({
        probePath: '/api/healthz',
        probeRequestType: 'HEAD',
        probeProtocol: 'Https',
      })
  })

  test('the fence counts by who connects, which no header can say', () => {
    const text = JSON.stringify(fence?.properties.customRules)
    expect(text).toContain('SocketAddr')
    expect(text).not.toContain('RemoteAddr')
    expect(fence?.properties.policySettings).toMatchObject({ enabledState: 'Enabled', mode: 'Prevention' })
    for (const each of fence?.properties.customRules.rules ?? [])
      expect(each).toMatchObject({
        ruleType: 'RateLimitRule',
        action: 'Block',
        groupBy: [{ variableName: 'SocketAddr' }],
      })
    const [covered] = of('Microsoft.Cdn/profiles/securityPolicies')
    const domains = covered?.properties.parameters.associations[0].domains.length
    expect(domains).toBe(
      of('Microsoft.Cdn/profiles/afdEndpoints').length + of('Microsoft.Cdn/profiles/customDomains').length,
    )
  })

  test('an app takes what comes by this Front Door alone', () => {
    for (const { properties } of of('Microsoft.Web/sites')) {
      const { ipSecurityRestrictions, ipSecurityRestrictionsDefaultAction } = properties.siteConfig
      expect(ipSecurityRestrictionsDefaultAction).toBe('Deny')
      expect(ipSecurityRestrictions).toHaveLength(1)
      expect(ipSecurityRestrictions[0]).toMatchObject({
        ipAddress: 'AzureFrontDoor.Backend',
        tag: 'ServiceTag',
      })
      expect(JSON.stringify(ipSecurityRestrictions[0].headers['x-azure-fdid'])).toContain('frontDoorId')
    }
  })

  test('of each pair one is live, the other is tried, and the first region is asked first', () => {
    const origins = of('Microsoft.Cdn/profiles/originGroups/origins')
    const regions = of('Microsoft.Network/virtualNetworks').length
    for (const color of ['blue', 'green']) {
      const members = origins.filter(({ name }) => name.split('/')[1] === color)
      expect(members.every(({ name }) => name.split('/')[2]?.includes(`-${color}-`))).toBe(true)
      expect(members.map(({ properties }) => properties.priority).toSorted()).toEqual(
        [1, 2].slice(0, regions),
      )
    }
    const leadsTo = Object.fromEntries(
      routes.map(({ name, properties }) => [
        name.split('/')[1]?.split('-').at(-1),
        properties.originGroup.id.split('/').at(-1),
      ]),
    )
    expect(leadsTo).toEqual({ live: 'blue', next: 'green' })
  })

  test('devices connect to Web PubSub itself, and it tells the API by its public address', () => {
    const hosts = of('Microsoft.Cdn/profiles/originGroups/origins').map(
      ({ properties }) => properties.hostName,
    )
    expect(hosts.every((host: string) => host.endsWith('.azurewebsites.net'))).toBe(true)
    const [hub] = of('Microsoft.SignalRService/webPubSub/hubs')
    expect(hub?.properties).toMatchObject({
      anonymousConnectPolicy: 'deny',
      eventHandlers: [
        {
          urlTemplate: 'https://api.sdtoolsinc.org/api/v1/realtime/events',
          userEventPattern: '*',
          systemEvents: ['connect', 'connected', 'disconnected'],
        },
      ],
    })
  })
})
