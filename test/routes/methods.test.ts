import { describe, expect, test } from 'vitest'
import { createTestApp, origin } from '../app.ts'

/*
 * RFC 9110 §15.5.6 and §9.3.7: a path that is there and does not take a method says which it takes; OPTIONS asks for just that.
 */

const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const { app } = await createTestApp()
const { paths } = (await (await app.request('/api/openapi.json')).json()) as {
  paths: Record<string, Record<string, unknown>>
}
const anyId = '0198a6f0-0000-7000-8000-000000000001'
const patterns = Object.entries(paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  methods: new Set(Object.keys(operations).map((method) => method.toUpperCase())),
}))
/** `/courses/mine` is asked for by its own name, and deleted as a course whose id is of another shape. */
const declared = Object.keys(paths).map((path) => {
  const url = path.replaceAll(/\{\w+\}/g, anyId)
  const here = patterns.filter(({ pattern }) => pattern.test(url))
  const takes = (method: string) => here.some(({ methods }) => methods.has(method))
  return {
    path,
    url,
    answersOptions: takes('OPTIONS'),
    takes: all.filter((method) => takes(method === 'HEAD' ? 'GET' : method)),
  }
})

describe.each(declared)('$path', ({ url, takes, answersOptions }) => {
  test('other methods are told which there are', async () => {
    for (const method of [...all, 'PROPFIND'].filter((each) => !takes.includes(each))) {
      const answer = await app.request(url, { method, headers: { cookie: 'accessToken=x' } })
      expect(answer.status, method).toBe(405)
      expect(answer.headers.get('allow')?.split(', ')).toEqual([...takes, 'OPTIONS'])
      if (method !== 'HEAD')
        expect(await answer.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
    }
  })

  test.skipIf(answersOptions)('OPTIONS says which there are', async () => {
    const answer = await app.request(url, { method: 'OPTIONS' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, [...takes, 'OPTIONS'].join(', ')])
  })
})

describe('where there is nothing', () => {
  test.each([...all, 'OPTIONS', 'PROPFIND'])('%s is 404, whatever comes with it', async (method) => {
    const body = ['GET', 'HEAD'].includes(method) ? {} : { body: '{"broken' }
    const headers = {
      cookie: 'accessToken=x',
      origin: 'https://elsewhere.example',
      'content-type': 'text/html',
    }
    const answer = await app.request('/api/v1/nothing', { method, headers, ...body })
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null])
  })

  test('a preflight is answered as anywhere', async () => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    expect((await app.request('/api/v1/nothing', { method: 'OPTIONS', headers })).status).toBe(204)
  })
})
