import { beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { type FetchFileOptions, fetchFile } from '../../src/client/fetch-file.ts'
import { createTestApp, origin, person, signedInBrowser, type TestApp } from '../app.ts'

const content = new TextEncoder().encode('Bring the bus pass.\n'.repeat(5_000))
const fileName = 'Zeugnis für Ann.txt'

let testApp: TestApp
let ann: Awaited<ReturnType<typeof signedInBrowser>>
let fileId: string

beforeEach(async () => {
  testApp = await createTestApp()
  ann = await signedInBrowser(testApp)
  const body = { fileName, fileType: 'text/plain', fileSize: content.byteLength, category: 'document' }
  const asked = (await ann.call('POST', '/api/v1/files/upload-url', { body })).body
  const { uploadUrl, headers } = asked
  await testApp.app.request(uploadUrl, { method: 'PUT', headers, body: content })
  fileId = asked.fileId
  await ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
})

const clientOf = (token = ann.accessToken, change: (n: number) => Response | null = () => null) => {
  let asked = 0
  return createClient({
    baseUrl: origin,
    locks: null,
    notes: null,
    pause: async () => {},
    async fetch(input, init) {
      const request = new Request(String(input), init)
      request.headers.set('authorization', `Bearer ${token}`)
      return change(++asked) ?? testApp.app.request(request)
    },
  })
}

/** The store, over a line on which what comes of each request is up to the test. */
function lineOf(fateOf: (n: number, response: Response) => Response | Promise<Response>) {
  const ranges: (string | null)[] = []
  const options: FetchFileOptions = {
    pause: async () => {},
    async fetch(input, init) {
      ranges.push(new Headers(init?.headers).get('range'))
      expect(init?.credentials).toBe('omit')
      return fateOf(ranges.length, await testApp.app.request(String(input), init))
    },
  }
  return { ranges, options }
}

/** So many bytes of it, then the line is cut. */
const cutAfter = (response: Response, bytes: number) => {
  const reader = response.body?.getReader()
  let left = bytes
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(stream) {
      const { value } = (await reader?.read()) ?? {}
      const part = value?.slice(0, left)
      if (part?.byteLength) stream.enqueue(part)
      left -= part?.byteLength ?? 0
      if (left <= 0 || !part?.byteLength) stream.error(new TypeError('network error'))
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
const page = (status = 200) =>
  new Response('<h1>Sign in to this network</h1>', { status, headers: { 'content-type': 'text/html' } })

async function bytesOf(fetched: Awaited<ReturnType<typeof fetchFile>>) {
  if (!fetched.ok) throw new Error(`not fetched: ${fetched.error?.code}`)
  return new Uint8Array(await fetched.file.arrayBuffer())
}

describe('fetching a file', () => {
  test('it comes whole, with its name and its type, and says how far it is', async () => {
    const seen: number[] = []
    const { options } = lineOf((_, response) => response)
    const fetched = await fetchFile(clientOf(), fileId, {
      ...options,
      onProgress: ({ receivedBytes, totalBytes }) => void seen.push(receivedBytes / totalBytes),
    })
    expect(await bytesOf(fetched)).toEqual(content)
    expect(fetched).toMatchObject({ ok: true, file: { name: fileName, type: 'text/plain' } })
    expect(seen.at(-1)).toBe(1)
  })

  test('what is cut goes on where it was, also when the address has run out meanwhile', async () => {
    const { options, ranges } = lineOf((n, response) => {
      testApp.clock.advance(4 * 60_000)
      return n < 4 ? cutAfter(response, 10_000) : response
    })
    // A new address is asked for each time; an access token lives longer than this takes.
    expect(await bytesOf(await fetchFile(clientOf(), fileId, options))).toEqual(content)
    expect(ranges).toEqual([null, 'bytes=10000-', 'bytes=20000-', 'bytes=30000-'])
  })

  test.each([200, 206, 302, 403, 502])(
    'a page of the network, answered as %d at any time, is not the file',
    async (status) => {
      for (const at of [1, 2]) {
        const { options } = lineOf((n, response) => {
          if (n === at) return page(status === 206 ? 206 : status)
          return n === 1 ? cutAfter(response, 10_000) : response
        })
        expect(await bytesOf(await fetchFile(clientOf(), fileId, options))).toEqual(content)
      }
    },
  )

  test('nor is another text that is as long as a part of it, or longer', async () => {
    const { options } = lineOf((n, response) =>
      n > 2
        ? response
        : new Response('x'.repeat(n === 1 ? 20 : content.byteLength + 1), {
            headers: { 'content-type': 'text/plain' },
          }),
    )
    expect(await bytesOf(await fetchFile(clientOf(), fileId, options))).toEqual(content)
  })

  test('a store that knows no parts sends the whole, which is taken anew', async () => {
    const { options } = lineOf(async (n, response) => {
      if (n === 1) return cutAfter(response, 10_000)
      return new Response(content, { headers: { 'content-type': 'text/plain' } })
    })
    expect(await bytesOf(await fetchFile(clientOf(), fileId, options))).toEqual(content)
  })

  test('the API refuses it: what it said comes back, and nothing is tried again', async () => {
    const other = await signedInBrowser(testApp, { ...person, email: 'other@example.com' })
    const { options, ranges } = lineOf((_, response) => response)
    expect(await fetchFile(clientOf(other.accessToken), fileId, options)).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    expect(ranges).toEqual([])
  })

  test('a network that answers for ever in place of the API, or of the store, is the line', async () => {
    const { options } = lineOf(() => page())
    expect(await fetchFile(clientOf(), fileId, options)).toEqual({ ok: false, error: null })
    const blocked = clientOf(ann.accessToken, () => page(403))
    expect(await fetchFile(blocked, fileId, options)).toEqual({ ok: false, error: null })
  })

  test('who gives it up is told so, and nothing more is asked', async () => {
    const controller = new AbortController()
    const { options, ranges } = lineOf((_, response) => {
      controller.abort(new Error('given up'))
      return cutAfter(response, 10_000)
    })
    const fetched = fetchFile(clientOf(), fileId, { ...options, signal: controller.signal })
    await expect(fetched).rejects.toThrow('given up')
    expect(ranges).toHaveLength(1)
  })
})
