import type { Envelope } from '../../src/adapters/application-insights/envelopes.ts'
import { readRow } from './application-insights.ts'

type Columns = Readonly<Record<string, 'string' | 'datetime' | 'real' | 'int' | 'bool' | 'dynamic'>>

const everyTable: Columns = {
  AppRoleInstance: 'string',
  AppRoleName: 'string',
  AppVersion: 'string',
  _BilledSize: 'real',
  ClientBrowser: 'string',
  ClientCity: 'string',
  ClientCountryOrRegion: 'string',
  ClientIP: 'string',
  ClientModel: 'string',
  ClientOS: 'string',
  ClientStateOrProvince: 'string',
  ClientType: 'string',
  IKey: 'string',
  _IsBillable: 'string',
  ItemCount: 'int',
  OperationId: 'string',
  OperationName: 'string',
  ParentId: 'string',
  Properties: 'dynamic',
  ResourceGUID: 'string',
  _ResourceId: 'string',
  SDKVersion: 'string',
  SessionId: 'string',
  SourceSystem: 'string',
  _SubscriptionId: 'string',
  SyntheticSource: 'string',
  TenantId: 'string',
  TimeGenerated: 'datetime',
  Type: 'string',
  UserAccountId: 'string',
  UserAuthenticatedId: 'string',
  UserId: 'string',
}

/** Tables of a workspace that Application Insights writes, as Microsoft documents their columns (Azure Monitor Logs reference). */
export const tables = {
  AppRequests: {
    ...everyTable,
    DurationMs: 'real',
    Id: 'string',
    Measurements: 'dynamic',
    Name: 'string',
    ReferencedItemId: 'string',
    ReferencedType: 'string',
    ResultCode: 'string',
    Source: 'string',
    Success: 'bool',
    Url: 'string',
  },
  AppDependencies: {
    ...everyTable,
    Data: 'string',
    DependencyType: 'string',
    DurationMs: 'real',
    Id: 'string',
    Measurements: 'dynamic',
    Name: 'string',
    ReferencedItemId: 'string',
    ReferencedType: 'string',
    ResultCode: 'string',
    Success: 'bool',
    Target: 'string',
  },
  AppMetrics: { ...everyTable, Max: 'real', Min: 'real', Name: 'string', Sum: 'real' },
  AppEvents: { ...everyTable, Measurements: 'dynamic', Name: 'string' },
  AppAvailabilityResults: {
    ...everyTable,
    DurationMs: 'real',
    Id: 'string',
    Location: 'string',
    Measurements: 'dynamic',
    Message: 'string',
    Name: 'string',
    Success: 'bool',
  },
} as const satisfies Readonly<Record<string, Columns>>

export type TableName = keyof typeof tables
export type TableRow = Readonly<Record<string, unknown>>
export type Workspace = Readonly<Record<TableName, readonly TableRow[]>>

const tableOf: Readonly<Record<string, TableName>> = {
  RequestData: 'AppRequests',
  RemoteDependencyData: 'AppDependencies',
  MetricData: 'AppMetrics',
  EventData: 'AppEvents',
}

/** What ingestion makes of an envelope: refuses what the service would, and puts the rest into columns. */
export function tableRow(envelope: Envelope): readonly [table: TableName, row: TableRow] {
  const { table, time, itemCount, key, role, operation, facts, properties } = readRow(envelope)
  const name = tableOf[table]
  if (name === undefined) throw new TypeError(`no table for ${table}`)
  const { id, duration, success, responseCode, resultCode, type, target, data, metrics } = facts as any
  const [metric] = metrics ?? []
  const columns = {
    TimeGenerated: time,
    Type: name,
    IKey: key,
    AppRoleName: role,
    AppRoleInstance: envelope.tags['ai.cloud.roleInstance'],
    SDKVersion: envelope.tags['ai.internal.sdkVersion'],
    OperationId: operation['ai.operation.id'],
    OperationName: operation['ai.operation.name'],
    ParentId: operation['ai.operation.parentId'],
    Properties: properties,
    ...(metric
      ? // A measure that says neither its least nor its greatest value is taken for both.
        {
          Name: metric.name,
          Sum: metric.value,
          Min: metric.value,
          Max: metric.value,
          ItemCount: metric.count,
        }
      : { Name: facts['name'], ItemCount: Math.round(itemCount) }),
    ...(duration !== undefined && { Id: id, DurationMs: duration, Success: success }),
    ...(name === 'AppRequests' && { ResultCode: responseCode }),
    ...(name === 'AppDependencies' && {
      ResultCode: resultCode,
      DependencyType: type,
      Target: target,
      Data: data,
    }),
  }
  for (const column of Object.keys(columns))
    if (!(column in tables[name])) throw new TypeError(`no column ${column} in ${name}`)
  return [name, columns]
}
