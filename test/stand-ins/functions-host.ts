import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import Module from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/*
 * What the Azure Functions host does for a Node app, in a process of its own: `node functions-host.ts <folder>`, where
 * the folder has a package.json with a `main`, and a host.json. The real library `@azure/functions` runs in it; the
 * gRPC channel to the worker is replaced by calls. Written from how the host and its worker behave: the Core Tools,
 * which hold the real host, are no part of the npm registry. Also stands for the front end of App Service, which
 * appends the caller, with the port, to X-Forwarded-For. While it streams the host replaces what it has got there by the
 * peer that it sees, and nothing else is left (Azure/azure-functions-host#11254).
 */

type Text = { readonly value: string }
type TypedData = { readonly json?: string; readonly string?: string; readonly http?: object }

interface Binding {
  readonly type: string
  readonly route?: string
  readonly methods?: readonly string[]
}

interface RegisteredFunction {
  readonly functionId: string
  readonly name: string
  readonly bindings: Readonly<Record<string, Binding>>
  readonly callback: unknown
}

interface InvocationRequest {
  readonly invocationId: string
  readonly functionId: string
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[]
  readonly triggerMetadata: Readonly<Record<string, TypedData>>
}

interface RpcCookie {
  readonly name: string
  readonly value: string
  readonly domain?: Text
  readonly path?: Text
  readonly expires?: { readonly value: { readonly seconds: number } }
  readonly secure?: { readonly value: boolean }
  readonly httpOnly?: { readonly value: boolean }
  readonly sameSite: 'none' | 'lax' | 'strict' | 'explicitNone'
  readonly maxAge?: { readonly value: number }
}

interface InvocationResponse {
  readonly returnValue?: {
    readonly http?: {
      readonly statusCode: string
      readonly headers: Readonly<Record<string, string>>
      readonly cookies: readonly RpcCookie[]
      readonly body?: { readonly bytes?: Uint8Array; readonly string?: string }
    }
  }
}

/** What `@azure/functions` hands to the worker. */
interface ProgrammingModel {
  getCapabilities(known: Readonly<Record<string, string>>): Promise<{ readonly HttpUri?: string }>
  getInvocationModel(context: object): {
    getArguments(): Promise<{ readonly context: object; readonly inputs: readonly unknown[] }>
    invokeFunction(context: object, inputs: readonly unknown[], callback: unknown): Promise<unknown>
    getResponse(context: object, result: unknown): Promise<InvocationResponse>
  }
}

const folder = resolve(process.argv[2] ?? '.')
const functions: RegisteredFunction[] = []
const terminateHooks: ((context: object) => Promise<void>)[] = []
let model: ProgrammingModel | undefined

const { logging } = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as {
  logging?: { logLevel?: Readonly<Record<string, string>> }
}
const severities = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none']

/** The filter with the longest name that the category begins with counts. */
function isKept(category: string, level: string): boolean {
  const filters = Object.entries(logging?.logLevel ?? {}).filter(
    ([name]) => name === category || category.startsWith(`${name}.`),
  )
  const [longest] = filters.toSorted(([a], [b]) => b.length - a.length)
  const least = longest?.[1] ?? logging?.logLevel?.['default'] ?? 'Information'
  return severities.indexOf(level) >= severities.indexOf(least.toLowerCase())
}

/** Calls that have not been answered yet. */
const executing = new Set<string>()

/** An RpcLog. The host files it under the function and the call that it names, and drops what names no call under way. */
function fileUnder(name: string, invocationId: string) {
  return (level: string, of: string, message: string): void => {
    const category = of === 'user' ? `Function.${name}.User` : `Function.${name}`
    if (executing.has(invocationId) && isKept(category, level))
      console.log(JSON.stringify({ event: 'rpc_log', level, category, invocationId, message }))
  }
}

/** Of no call. */
const log = (level: string, category: string, message: string) => {
  if (category === 'system' && level !== 'debug') console.error(`${level} ${category} ${message}`)
}

class Disposable {
  dispose() {}
}

/** The module that the worker alone can provide. */
const functionsCore = {
  version: '3.13.0',
  hostVersion: '4.1045.0',
  Disposable,
  log,
  setProgrammingModel(given: ProgrammingModel) {
    model = given
  },
  getProgrammingModel: () => model,
  registerFunction(
    metadata: { name: string; functionId?: string; bindings: Record<string, Binding> },
    callback: unknown,
  ) {
    functions.push({ ...metadata, functionId: metadata.functionId ?? metadata.name, callback })
    return new Disposable()
  },
  registerHook(name: string, hook: (context: object) => Promise<void>) {
    if (name === 'appTerminate') terminateHooks.push(hook)
    return new Disposable()
  },
}
const installed = Module.prototype.require
Module.prototype.require = function (this: unknown, id: string) {
  return id === '@azure/functions-core' ? functionsCore : installed.call(this, id)
} as typeof installed

const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }
const { extensions } = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as {
  extensions?: { http?: { routePrefix?: string } }
}
await import(pathToFileURL(join(folder, main)).href)
if (!model) throw new Error(`${main} registered nothing`)
const loaded = model
const { HttpUri: workerUrl } = await loaded.getCapabilities({
  RawHttpBodyBytes: 'true',
  RpcHttpBodyOnly: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  UseNullableValueDictionaryForHttp: 'true',
})

/** The host makes a step of each invocation. As ASP.NET Core does, it goes on with whatever trace the caller names. */
function hostTrace(given: string | undefined): string {
  const [, named, flags = '00'] = /^00-([\da-f]{32})-[\da-f]{16}-([\da-f]{2})$/.exec(given ?? '') ?? []
  const traceId = named ?? randomUUID().replaceAll('-', '')
  const spanId = randomUUID().replaceAll('-', '').slice(0, 16)
  console.log(JSON.stringify({ event: 'host_invocation', trace_id: traceId, span_id: spanId }))
  return `00-${traceId}-${spanId}-${flags}`
}

async function invoke(
  called: RegisteredFunction,
  request: InvocationRequest,
  traceparent?: string,
): Promise<InvocationResponse> {
  const { name, functionId, bindings } = called
  const { invocationId } = request
  const invocation = loaded.getInvocationModel({
    invocationId,
    request: {
      ...request,
      traceContext: { traceParent: hostTrace(traceparent), traceState: '', attributes: {} },
    },
    metadata: { name, functionId, bindings },
    state: undefined,
    log: fileUnder(name, invocationId),
  })
  executing.add(invocationId)
  try {
    const { context, inputs } = await invocation.getArguments()
    const result = await invocation.invokeFunction(context, inputs, called.callback)
    return await invocation.getResponse(context, result)
  } finally {
    executing.delete(invocationId)
  }
}

const bindingOf = ({ bindings }: RegisteredFunction, type: string) =>
  Object.entries(bindings).find(([, binding]) => binding.type === type)

/** `{*path}` takes any number of segments, `{name}` one. */
function patternOf(route: string): RegExp {
  const prefix = extensions?.http?.routePrefix ?? 'api'
  const source = [prefix, route]
    .filter(Boolean)
    .join('/')
    .split('/')
    .map((segment) => {
      const parameter = /^\{(\*?)(\w+)\??\}$/.exec(segment)
      if (!parameter) return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      return `(?<${parameter[2]}>${parameter[1] ? '.*' : '[^/]+'})`
    })
    .join('/')
  return new RegExp(`^/${source}/?$`, 'i')
}

const routes = functions.flatMap((called) => {
  const [name, binding] = bindingOf(called, 'httpTrigger') ?? []
  if (name === undefined || !binding) return []
  const methods = (binding.methods ?? ['GET', 'POST']).map((method) => method.toUpperCase())
  return [{ called, name, methods, pattern: patternOf(binding.route ?? called.name) }]
})

/** As `Response.Cookies.Append` of ASP.NET Core writes it. */
function setCookieLine(cookie: RpcCookie): string {
  const value = encodeURIComponent(cookie.value).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const sameSite = { none: '', lax: 'lax', strict: 'strict', explicitNone: 'none' }[cookie.sameSite]
  const expires = cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString()
  return [
    `${cookie.name}=${value}`,
    expires && `expires=${expires}`,
    cookie.maxAge && `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain && `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value && 'secure',
    sameSite && `samesite=${sameSite}`,
    cookie.httpOnly?.value && 'httponly',
  ]
    .filter(Boolean)
    .join('; ')
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headersDistinct))
    headers[name] = value?.join(', ') ?? ''
  const { remoteAddress, remotePort } = incoming.socket
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], `${remoteAddress}:${remotePort}`]
    .filter(Boolean)
    .join(', ')
  return headers
}

interface Call {
  readonly called: RegisteredFunction
  readonly name: string
  readonly params: Readonly<Record<string, string>>
}

/** The request itself goes to the worker's own HTTP server; the channel carries what is known about it. */
async function answerStreaming(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { called, name, params }: Call,
) {
  const invocationId = randomUUID()
  const headers = headersOf(incoming)
  headers['x-forwarded-for'] = incoming.socket.remoteAddress ?? ''
  const proxied = forward(
    new URL(incoming.url ?? '/', workerUrl),
    {
      method: incoming.method,
      headers: {
        ...headers,
        'x-ms-invocation-id': invocationId,
        'x-forwarded-host': headers['host'],
        'x-forwarded-proto': 'http',
      },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    },
  )
  proxied.on('error', () => outgoing.destroy())
  outgoing.on('close', () => proxied.destroy())
  incoming.pipe(proxied)
  const invocation = {
    invocationId,
    functionId: called.functionId,
    inputData: [{ name, data: { http: {} } }],
    triggerMetadata: {
      Headers: { json: JSON.stringify(headers) },
      ...Object.fromEntries(Object.entries(params).map(([key, string]) => [key, { string }])),
    },
  }
  await invoke(called, invocation, headers['traceparent'])
}

const nullable = (entries: Iterable<readonly [string, string]>) =>
  Object.fromEntries([...entries].map(([key, value]) => [key, { value }]))

/** Request and answer travel over the channel as a whole. */
async function answerWhole(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { called, name, params }: Call,
) {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const headers = headersOf(incoming)
  const url = new URL(incoming.url ?? '/', `http://${headers['host']}`)
  // Only a declared length makes the host read a body.
  const hasBody = Number(headers['content-length'] ?? 0) > 0
  const http = {
    url: url.href,
    method: incoming.method,
    nullableHeaders: nullable(Object.entries(headers)),
    nullableQuery: nullable(url.searchParams),
    nullableParams: nullable(Object.entries(params)),
    ...(hasBody ? { body: { bytes: Buffer.concat(chunks) } } : {}),
  }
  const invocation = {
    invocationId: randomUUID(),
    functionId: called.functionId,
    inputData: [{ name, data: { http } }],
    triggerMetadata: {},
  }
  const { returnValue } = await invoke(called, invocation, headers['traceparent'])
  if (!returnValue?.http) return void outgoing.writeHead(204).end()
  const { statusCode, headers: answered, cookies, body } = returnValue.http
  outgoing.statusCode = Number(statusCode)
  for (const [key, value] of Object.entries(answered)) outgoing.setHeader(key, value)
  for (const cookie of cookies) outgoing.appendHeader('set-cookie', setCookieLine(cookie))
  const isBodiless = incoming.method === 'HEAD' || [204, 304].includes(outgoing.statusCode)
  outgoing.end(isBodiless ? undefined : (body?.bytes ?? body?.string))
}

/** `POST /admin/functions/<name>` of the host: runs a function that is not called by HTTP. */
async function runTimer(name: string | undefined): Promise<number> {
  const called = functions.find((candidate) => candidate.name === name)
  const [binding] = (called && bindingOf(called, 'timerTrigger')) ?? []
  if (!called || binding === undefined) return 404
  const timer = {
    IsPastDue: false,
    Schedule: { AdjustForDST: true },
    ScheduleStatus: { Last: '0001-01-01T00:00:00' },
  }
  await invoke(called, {
    invocationId: randomUUID(),
    functionId: called.functionId,
    inputData: [{ name: binding, data: { json: JSON.stringify(timer) } }],
    triggerMetadata: {},
  })
  return 202
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const [path = '/'] = (incoming.url ?? '/').split('?')
  const timer = /^\/admin\/functions\/(\w+)$/.exec(path)
  if (timer) return void outgoing.writeHead(await runTimer(timer[1])).end()
  for (const { called, name, methods, pattern } of routes) {
    const found = pattern.exec(path)
    if (!found || !methods.includes(incoming.method ?? '')) continue
    const call = { called, name, params: { ...found.groups } }
    return workerUrl ? answerStreaming(incoming, outgoing, call) : answerWhole(incoming, outgoing, call)
  }
  outgoing.writeHead(404).end()
}

const server = createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch((error: unknown) => {
    log('error', 'host', error instanceof Error ? String(error.stack) : String(error))
    if (outgoing.headersSent) outgoing.destroy()
    else outgoing.writeHead(500).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ event: 'host_started', port, mode: workerUrl ? 'stream' : 'rpc' }))
})
process.once('SIGTERM', async () => {
  // It takes nothing more, tells the worker while that still answers, and waits a moment for what was handed over.
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  for (const hook of terminateHooks) await hook({})
  server.closeIdleConnections()
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1_000))])
  process.exit(0)
})
