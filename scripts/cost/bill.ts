import { hoursOfMonth, type PriceName, prices } from './prices.ts'
import * as usage from './usage.ts'

/** A resource as `bicep snapshot` works it out. */
export interface Resource {
  readonly type: string
  readonly name: string
  readonly sku?: { readonly name: string; readonly capacity?: number }
  readonly properties?: Readonly<Record<string, any>>
}

/** Request units of one call of each endpoint, with what follows after its answer. */
export type RequestUnits = Readonly<Record<string, number>>

export interface Line {
  readonly what: string
  /** A month. */
  readonly dollars: number
}

export interface Bill {
  readonly lines: readonly Line[]
  readonly dollars: number
  /** A month. */
  readonly calls: number
  readonly requestUnits: number
  readonly logGigabytes: number
}

const gigabyte = 1_000_000_000
const million = 1_000_000
const daysOfMonth = 30.4
const secondsOfMonth = 2_628_000

/** A rule that asks the log costs by how often it does. */
const ruleEvery: Readonly<Record<string, PriceName>> = {
  PT1M: 'rule every minute',
  PT5M: 'rule every 5 minutes',
  PT10M: 'rule every 10 minutes',
}

/** Resources that cost by themselves, whatever people do. */
const monthly: Readonly<Record<string, (resource: Resource) => PriceName | null>> = {
  'Microsoft.Web/serverfarms': ({ sku }) => (sku?.name === 'B1' ? 'App Service B1, Linux' : null),
  'Microsoft.Sql/servers/databases': ({ sku }) =>
    sku?.name === 'Basic' ? 'Azure SQL Basic' : 'Azure SQL S1',
  // The second database of the group, which no template makes.
  'Microsoft.Sql/servers/failoverGroups': () => 'Azure SQL S1',
  'Microsoft.Cache/redisEnterprise': () => 'Managed Redis B0',
  'Microsoft.Web/staticSites': () => 'Static Web Apps Standard',
  'Microsoft.Cdn/profiles': ({ sku }) =>
    sku?.name.startsWith('Premium') ? 'Front Door Premium' : 'Front Door Standard',
  'Microsoft.Network/privateEndpoints': () => 'private endpoint',
  'Microsoft.Network/privateDnsZones': () => 'private DNS zone',
  'Microsoft.Insights/metricAlerts': () => 'alert on a metric',
  'Microsoft.Insights/scheduledQueryRules': ({ properties }) =>
    ruleEvery[properties?.['evaluationFrequency']] ?? 'rule every quarter of an hour or less often',
}

/** What costs by use, and is priced below by its type. */
const byUse = new Set([
  'Microsoft.Communication/emailServices',
  'Microsoft.DocumentDB/databaseAccounts',
  'Microsoft.Insights/webtests',
  'Microsoft.KeyVault/vaults',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.SignalRService/webPubSub',
  'Microsoft.SignalRService/webPubSub/replicas',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Web/sites',
])

/** What is priced nowhere here, and why a bill will be higher. */
export const notPriced: Readonly<Record<string, string>> = {
  'Microsoft.Security/pricings': 'Defender, by what it looks at',
}

const free =
  /^Microsoft\.(?:Authorization|Consumption|ManagedIdentity|Resources)\/|\/(?:actionGroups|components|workbooks|diagnosticSettings|virtualNetworks|networkSecurityGroups|securityContacts|servers|communicationServices|FrontDoorWebApplicationFirewallPolicies)$/i

/** Whether somebody has decided what a resource costs. What belongs to another one is billed with it. */
export const isDecided = ({ type }: Resource): boolean =>
  type in monthly || byUse.has(type) || type in notPriced || free.test(type) || type.split('/').length > 2

const costOf = (name: PriceName, count: number): Line => ({
  what: name,
  dollars: prices[name].dollars * count,
})

function documentLines(resources: readonly Resource[], users: number, requestUnits: number): readonly Line[] {
  const accounts = resources.filter(({ type }) => type === 'Microsoft.DocumentDB/databaseAccounts')
  const regions = accounts.flatMap(({ properties }) => properties?.['locations'] ?? []).length || 1
  const stored = 1 + (users * usage.documentBytesOfPerson) / gigabyte
  const kept = [
    costOf('Cosmos DB, data', stored * regions),
    costOf('Cosmos DB, backup of 30 days', stored * regions),
  ]
  const maxima = resources.flatMap(({ properties }): number[] => {
    const most = properties?.['options']?.autoscaleSettings?.maxThroughput
    return typeof most === 'number' ? [most] : []
  })
  if (maxima.length === 0) return [costOf('Cosmos DB, serverless', requestUnits / million), ...kept]
  // A tenth of its maximum is billed while nobody asks; what is asked is spread over all of them.
  const least = maxima.reduce((sum, most) => sum + most / 10, 0)
  const billed = Math.max(least, (requestUnits / secondsOfMonth) * usage.busyFactor)
  return [costOf('Cosmos DB, autoscale', (billed / 100) * hoursOfMonth * regions), ...kept]
}

function realtimeLines(resources: readonly Resource[], users: number, messages: number): readonly Line[] {
  const places = resources.filter(({ type }) =>
    /^Microsoft\.SignalRService\/webPubSub(?:\/replicas)?$/.test(type),
  )
  if (places.length === 0) return []
  const connected = Math.ceil((users * usage.connectedAtOnce) / 800)
  const units = places.map(({ sku }) => Math.max(sku?.capacity ?? 1, connected))
  const isPremium = places.some(({ sku }) => sku?.name.startsWith('Premium'))
  const all = units.reduce((sum, each) => sum + each, 0)
  const included = all * daysOfMonth
  return [
    costOf(isPremium ? 'Web PubSub Premium, unit' : 'Web PubSub Standard, unit', all * daysOfMonth),
    costOf('Web PubSub, messages', Math.max(0, (messages * usage.outboundOfMessage) / million - included)),
  ]
}

/** How often availability is asked for from outside, a month: from each place at its pace. */
const checksOf = (resources: readonly Resource[]): number =>
  resources
    .filter(({ type }) => type === 'Microsoft.Insights/webtests')
    .reduce(
      (sum, { properties }) =>
        sum +
        ((properties?.['Locations']?.length ?? 1) * secondsOfMonth) / (properties?.['Frequency'] ?? 300),
      0,
    )

/** A month of so many people on what a profile makes. */
export function billOf(resources: readonly Resource[], users: number, unitsOf: RequestUnits): Bill {
  const has = (type: string) => resources.some((resource) => resource.type === type)
  const perPerson = Object.entries(usage.callsOfPerson)
  const calls = users * perPerson.reduce((sum, [, count]) => sum + count, 0)
  const requestUnits =
    users *
    perPerson.reduce((sum, [name, count]) => {
      const units = unitsOf[name]
      if (units === undefined) throw new Error(`${name}: its request units are not known`)
      return sum + count * units
    }, 0)
  const messages =
    users *
    perPerson.reduce((sum, [name, count]) => sum + (name.startsWith('POST /conversations') ? count : 0), 0)

  const fixed = new Map<PriceName, number>()
  for (const resource of resources) {
    const name = monthly[resource.type]?.(resource)
    if (name) fixed.set(name, (fixed.get(name) ?? 0) + 1)
  }
  const isFlex = resources.some(
    ({ type, sku }) => type === 'Microsoft.Web/serverfarms' && sku?.name === 'FC1',
  )
  const runs = calls + users * (usage.callsOfPerson['POST /realtime/negotiate'] ?? 0) * 3 + usage.runsOfTimer
  const gigabyteSeconds = runs * usage.secondsOfRequest * usage.gigabytesOfInstance
  const logGigabytes =
    (calls * usage.bytesOfLogLine +
      calls * usage.keptShare * usage.stepsOfRequest * usage.bytesOfStep +
      usage.bytesOfMetrics) /
    gigabyte
  const toPeople = (calls * usage.bytesOfAnswer) / gigabyte
  const files = (users * usage.fileBytesOfPerson) / gigabyte
  const isTwice = resources.some(({ sku }) => /^Standard_(?:GRS|RAGRS|GZRS|RAGZRS)$/.test(sku?.name ?? ''))
  const lines = [
    ...[...fixed].map(([name, count]) => costOf(name, count)),
    ...documentLines(resources, users, requestUnits),
    ...realtimeLines(resources, users, messages),
    ...(isFlex
      ? [
          // Of each month 100,000 GB-seconds and 250,000 runs are free.
          costOf('Flex Consumption, execution', Math.max(0, gigabyteSeconds - 100_000)),
          costOf('Flex Consumption, runs', Math.max(0, runs - 250_000) / million),
        ]
      : []),
    ...(has('Microsoft.Cdn/profiles')
      ? [costOf('Front Door, requests', calls / 10_000), costOf('Front Door, to people', toPeople)]
      : [costOf('to people, without Front Door', Math.max(0, toPeople - 100))]),
    costOf('Log Analytics', Math.max(0, logGigabytes - 5)),
    costOf('mail', users * usage.mailsOfPerson),
    costOf(isTwice ? 'Blob, two regions' : 'Blob, one region', files),
    costOf('Key Vault', 1),
    costOf('check from outside', checksOf(resources)),
  ].filter(({ dollars }) => dollars > 0)
  return {
    lines: lines.toSorted((a, b) => b.dollars - a.dollars),
    dollars: lines.reduce((sum, { dollars }) => sum + dollars, 0),
    calls,
    requestUnits,
    logGigabytes,
  }
}
