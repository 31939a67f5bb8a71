import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { Send } from '../app.ts'

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
    const declared = document.paths[route][method].responses[status]
    expect(declared, `${where}, which the description does not know`).toBeDefined()
    const text = await response.clone().text()
    if (!declared.content) expect(text, `${where} with a body`).toBe('')
    else {
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
      expect(Object.keys(declared.content)).toContain(type)
      const validate = ajv.getSchema(
        pointer('paths', route, method, 'responses', status, 'content', type, 'schema'),
      )
      expect(validate, where).toBeDefined()
      validate?.(type.includes('json') ? JSON.parse(text) : text)
      expect(validate?.errors ?? [], `${where}: ${text.slice(0, 300)}`).toEqual([])
    }
    return response
  }
}
