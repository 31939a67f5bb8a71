import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { Send } from '../app.ts'

/** Of the connection, and of preflights: no matter of an operation. */
const ofTheWay = new Set([
  // Of Front Door.
  'x-cache',
  // Of the Functions host, when it streams.
  'x-ms-invocation-id',
  'content-type',
  'content-length',
  'content-encoding',
  'connection',
  'keep-alive',
  'date',
  'transfer-encoding',
  'accept-ranges',
  // Of the host of Functions, and of Front Door.
  'x-ms-invocation-id',
  'x-cache',
  'x-azure-ref',
  'age',
  'via',
  'content-range',
])

/** A `send` that fails the test for an answer the published description does not allow. */
export async function createCheckedSend(send: Send): Promise<Send> {
  const document = (await (await send('/api/openapi.json')).json()) as any
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'openapi')
  const patterns = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  const pointer = (...parts: string[]) =>
    `openapi#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

  return async (path, init = {}) => {
    const response = await send(path, init)
    const [pathname = ''] = path.split('?')
    const route = patterns.find(({ pattern }) => pattern.test(pathname))?.path
    const method = (init.method ?? 'GET').toLowerCase()
    if (!route || !document.paths[route][method]) return response
    const status = String(response.status)
    const where = `${method} ${route} answered ${status}`
    const found = document.paths[route][method].responses[status]
    expect(found, `${where}, which the description does not know`).toBeDefined()
    const shared = found.$ref?.split('/').at(-1)
    const declared = shared ? document.components.responses[shared] : found
    const place = shared ? ['components', 'responses', shared] : ['paths', route, method, 'responses', status]
    const named = new Set(Object.keys(declared.headers ?? {}).map((name) => name.toLowerCase()))
    const unnamed = [...response.headers.keys()].filter((name) => !named.has(name) && !ofTheWay.has(name))
    expect(unnamed, `${where} with headers that the description does not name`).toEqual([])
    const text = await response.clone().text()
    if (!declared.content) expect(text, `${where} with a body`).toBe('')
    else {
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
      expect(Object.keys(declared.content)).toContain(type)
      const validate = ajv.getSchema(pointer(...place, 'content', type, 'schema'))
      expect(validate, where).toBeDefined()
      validate?.(type.includes('json') ? JSON.parse(text) : text)
      expect(validate?.errors ?? [], `${where}: ${text.slice(0, 300)}`).toEqual([])
    }
    return response
  }
}
