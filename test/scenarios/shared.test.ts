import { request } from 'node:http'
import * as zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { useTarget } from './target.ts'

/* As it is on the wire: what decompresses by itself would hide what was sent. */

const { can, openBrowser, url } = useTarget()

const undo: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
  gzip: zlib.gunzipSync,
}

interface OnTheWire {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

const ask = (path: string, headers: Record<string, string> = {}) =>
  new Promise<OnTheWire>((resolve, reject) => {
    const asking = request(url() + path, { headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          bytes: Buffer.concat(parts),
        }),
      )
    })
    asking.on('error', reject)
    asking.end()
  })

const plainOf = ({ headers, bytes }: OnTheWire): Buffer => {
  const { 'content-encoding': coding } = headers
  return coding === undefined ? bytes : (undo[coding]?.(bytes) ?? Buffer.alloc(0))
}

const documents = [
  '/api/openapi.json',
  '/api/asyncapi.json',
  '/api/docs',
  '/api/docs/swagger-ui.css',
  '/api/v1/courses',
]

test.runIf(can('own-compression')).each(documents)(
  '%s is smaller for whoever can take it so, and the same',
  async (path) => {
    const plain = await ask(path)
    expect(plain.status).toBe(200)
    expect(plain.headers['content-encoding']).toBeUndefined()
    for (const accepted of ['gzip', 'gzip, deflate, br', 'gzip, deflate, br, zstd', 'zstd, gzip;q=0.5']) {
      const answer = await ask(path, { 'accept-encoding': accepted })
      expect(plainOf(answer).equals(plain.bytes), `${accepted}: ${answer.headers['content-encoding']}`).toBe(
        true,
      )
      if (plain.bytes.length < 1_024) continue
      expect(Object.keys(undo)).toContain(answer.headers['content-encoding'])
      expect(answer.bytes.length).toBeLessThan(plain.bytes.length)
      const known = { 'accept-encoding': accepted, 'if-none-match': answer.headers['etag'] ?? '' }
      expect(await ask(path, known)).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
    }
    const atMost = await ask(path, { 'accept-encoding': 'br;q=0, gzip;q=0, *;q=0' })
    expect(atMost.bytes.equals(plain.bytes)).toBe(true)
  },
)

test.runIf(can('own-compression'))(
  'what is for one person is not compressed, and kept by nobody',
  async () => {
    const { call, cookies } = openBrowser()
    const person = {
      email: `shared-${crypto.randomUUID()}@example.com`,
      password: 'SecurePass123!',
      name: 'Ann',
    }
    expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    for (const path of [
      '/api/v1/users/me',
      '/api/v1/conversations',
      '/api/v1/users/me/progress',
      '/api/v1/nothing',
    ]) {
      const { headers } = await ask(path, { cookie, 'accept-encoding': 'gzip, br, zstd' })
      expect([headers['content-encoding'], headers['cache-control']], path).toEqual([
        undefined,
        'private, no-store',
      ])
    }
  },
)

test('two callers are told nothing of each other', async () => {
  const seen = []
  for (const name of ['ann', 'ben']) {
    const { headers } = await ask('/api/v1/courses', {
      origin: `https://${name}.example`,
      'x-request-id': `request-of-${name}`,
    })
    const { date: _, 'x-cache': __, 'x-ms-invocation-id': ___, ...others } = headers
    seen.push(others)
  }
  expect(seen[0]).toEqual(seen[1])
  expect(seen[0]).toMatchObject({
    'access-control-allow-origin': '*',
    'cache-control': expect.stringMatching(/s-maxage=\d/),
  })
})
