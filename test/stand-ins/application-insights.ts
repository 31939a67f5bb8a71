import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A row, as far as its meaning goes: however long a duration is written, and without who wrote it. */
export interface Row {
  readonly table: string
  readonly time: string
  readonly itemCount: number
  readonly key: string
  readonly role: string
  readonly operation: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<string, unknown>>
  readonly properties: Readonly<Record<string, string>>
}

const tables = {
  RequestData: ['id', 'name', 'duration', 'success', 'responseCode', 'url'],
  RemoteDependencyData: ['id', 'name', 'duration', 'success', 'resultCode', 'type', 'target', 'data'],
  MetricData: ['metrics'],
  EventData: ['name'],
} as const
type Table = keyof typeof tables

function must(isSo: boolean, what: string): void {
  if (!isSo) throw new TypeError(what)
}

/** Milliseconds of `[d.]hh:mm:ss[.fffffff]`. */
function durationOf(text: unknown): number {
  const [, days = '0', hours, minutes, seconds] =
    /^(?:(\d+)\.)?([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d{1,7})?)$/.exec(String(text)) ?? []
  must(seconds !== undefined, `a duration: ${text}`)
  const whole = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes)
  return Math.round((whole * 60 + Number(seconds)) * 1e6) / 1e3
}

/** Refuses what the service has no column for, or would cut: see its limits of 512 and 1,024 characters of a name. */
export function readRow(envelope: any): Row {
  const { ver, name, time, sampleRate, iKey, tags, data } = envelope
  const { baseType, baseData } = data as { baseType: Table; baseData: any }
  must(ver === 1 || ver === undefined, 'version of the envelope')
  must(Object.hasOwn(tables, baseType), `a table ${baseType}`)
  must(name === `Microsoft.ApplicationInsights.${baseType.replace(/Data$/, '')}`, `name ${name}`)
  must(new Date(time).toISOString() === time, 'a time')
  must(sampleRate > 0 && sampleRate <= 100, 'a rate in percent')
  must(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(iKey), 'an instrumentation key')
  const { ver: dataVersion, properties = {}, measurements = {}, ...columns } = baseData
  must(dataVersion === 2, 'version of the data')
  for (const [key, value] of Object.entries(columns)) {
    must((tables[baseType] as readonly string[]).includes(key), `no column ${key} in ${baseType}`)
    if (typeof value === 'string') must(value.length <= 512, `${key} is too long`)
  }
  for (const value of Object.values({ ...properties, ...tags })) must(typeof value === 'string', 'a text')
  must(Object.keys(measurements).length === 0, 'measurements')
  if ('id' in columns) must(/^[\da-f]{16}$/.test(columns.id), 'an id')
  const {
    'ai.cloud.role': role = '',
    'ai.cloud.roleInstance': _,
    'ai.internal.sdkVersion': __,
    ...operation
  } = tags
  return {
    table: baseType,
    time,
    itemCount: 100 / sampleRate,
    key: iKey,
    role,
    operation,
    facts: { ...columns, ...('duration' in columns && { duration: durationOf(columns.duration) }) },
    properties,
  }
}

/** The ingestion endpoint: takes what it can read, and says so for each row. */
export async function startApplicationInsights({ token }: { readonly token?: string } = {}) {
  const rows: Row[] = []
  const texts: string[] = []
  const refused: string[] = []
  let failing: number | null = null
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const answer = (status: number, body: object) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (failing !== null) return void answer(failing, { itemsReceived: 0, itemsAccepted: 0, errors: [] })
    if (token !== undefined && incoming.headers.authorization !== `Bearer ${token}`)
      return void answer(401, { itemsReceived: 0, itemsAccepted: 0, errors: [] })
    if (incoming.method !== 'POST' || incoming.url !== '/v2.1/track') return void answer(404, {})
    texts.push(text)
    const envelopes = JSON.parse(text) as unknown[]
    const errors: object[] = []
    for (const [index, envelope] of envelopes.entries())
      try {
        rows.push(readRow(envelope))
      } catch (error) {
        refused.push(String(error))
        errors.push({ index, statusCode: 400, message: String(error) })
      }
    const itemsReceived = envelopes.length
    answer(errors.length > 0 ? 206 : 200, {
      itemsReceived,
      itemsAccepted: itemsReceived - errors.length,
      errors,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows,
    texts,
    refused,
    fail(status: number | null) {
      failing = status
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
