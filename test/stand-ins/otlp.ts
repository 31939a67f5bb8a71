import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as it came, its numbers and lists made comparable. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly kind: number
  /** Microseconds: what a double of milliseconds can hold. */
  readonly startUs: number
  readonly endUs: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status: number
}

const hex = (digits: number) => new RegExp(`^(?!0+$)[\\da-f]{${digits}}$`)

function must(isSo: boolean, what: string): void {
  if (!isSo) throw new TypeError(what)
}

const valueIn = (value: Readonly<Record<string, unknown>>): unknown => {
  const [[kind, given] = ['none', undefined], ...more] = Object.entries(value)
  must(more.length === 0, 'a value is one thing')
  must(['stringValue', 'intValue', 'doubleValue', 'boolValue'].includes(kind), `a value of ${kind}`)
  if (kind === 'stringValue') must(typeof given === 'string', 'stringValue')
  if (kind === 'boolValue') must(typeof given === 'boolean', 'boolValue')
  if (kind === 'intValue') must(Number.isSafeInteger(Number(given)), 'intValue')
  return kind === 'intValue' ? Number(given) : given
}

function attributesOf(list: readonly any[] = []): Readonly<Record<string, unknown>> {
  const keys = list.map(({ key }) => key)
  must(new Set(keys).size === keys.length, 'an attribute twice')
  return Object.fromEntries(list.map(({ key, value }) => [key, valueIn(value)]))
}

const microseconds = (text: unknown): number => {
  must(typeof text === 'string' && /^\d{19}$/.test(text), `a time is nanoseconds as text: ${text}`)
  return Number(BigInt(text as string) / 1_000n)
}

function readSpan(span: any): ReceivedSpan {
  must(hex(32).test(span.traceId) && hex(16).test(span.spanId), 'ids')
  if (span.parentSpanId) must(hex(16).test(span.parentSpanId), 'the id of a parent')
  must([1, 2, 3, 4, 5].includes(span.kind), 'kind')
  must(typeof span.name === 'string' && span.name !== '', 'name')
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    traceState: span.traceState ?? '',
    name: span.name,
    kind: span.kind,
    startUs: microseconds(span.startTimeUnixNano),
    endUs: microseconds(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    links: (span.links ?? []).map(({ traceId, spanId }: any) => ({ traceId, spanId })),
    status: span.status?.code ?? 0,
  }
}

function readMetric(metric: any) {
  const { name, unit, histogram, sum, gauge } = metric
  const { dataPoints, aggregationTemporality } = histogram ?? sum ?? gauge
  must([histogram, sum, gauge].filter(Boolean).length === 1, 'a metric is one thing')
  if (!gauge) must([1, 2].includes(aggregationTemporality), 'temporality')
  for (const point of dataPoints) {
    microseconds(point.timeUnixNano)
    if (!histogram) must(typeof point.asDouble === 'number', 'a number')
    else {
      const counts = point.bucketCounts.map(Number)
      must(counts.length === point.explicitBounds.length + 1, 'one bucket more than bounds')
      must(counts.reduce((a: number, b: number) => a + b, 0) === Number(point.count), 'buckets that sum up')
    }
  }
  return {
    name: name as string,
    unit: unit as string,
    points: (dataPoints as any[]).map(({ attributes, count, asDouble }) => ({
      attributes: attributesOf(attributes),
      value: count === undefined ? asDouble : Number(count),
    })),
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** A collector that speaks OTLP over HTTP, as JSON alone, and refuses what the protocol does not have. */
export async function startOtlp() {
  const spans: ReceivedSpan[] = []
  const metrics: ReturnType<typeof readMetric>[] = []
  const resources: Readonly<Record<string, unknown>>[] = []
  const headers: IncomingMessage['headers'][] = []
  const texts: string[] = []
  const refused: string[] = []
  let failing: number | null = null
  const server = createServer(async (incoming, outgoing) => {
    const text = await bodyOf(incoming)
    headers.push(incoming.headers)
    if (failing !== null) return void outgoing.writeHead(failing).end()
    try {
      must(incoming.method === 'POST', 'POST')
      must(incoming.headers['content-type'] === 'application/json', 'application/json')
      const body = JSON.parse(text)
      const all = body.resourceSpans ?? body.resourceMetrics
      for (const { resource, scopeSpans, scopeMetrics } of all) {
        resources.push(attributesOf(resource.attributes))
        for (const { spans: given } of scopeSpans ?? []) spans.push(...given.map(readSpan))
        for (const { metrics: given } of scopeMetrics ?? []) metrics.push(...given.map(readMetric))
      }
      must(incoming.url === (body.resourceSpans ? '/v1/traces' : '/v1/metrics'), 'path')
      texts.push(text)
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    } catch (error) {
      refused.push(String(error))
      outgoing.writeHead(400).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics,
    resources,
    headers,
    /** Everything that was taken, as it came. */
    texts,
    /** What the protocol does not have. */
    refused,
    /** From now on every request is answered so; null: as it should be. */
    fail(status: number | null) {
      failing = status
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
