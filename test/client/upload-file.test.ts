import { beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import type { SharedNotes } from '../../src/client/notes.ts'
import type { SendBytes } from '../../src/client/send-bytes.ts'
import { uploadFile } from '../../src/client/upload-file.ts'
import { createTestApp, origin, signedInBrowser, type TestApp } from '../app.ts'

const kib = 1024
let testApp: TestApp
let token: string
let ann: Awaited<ReturnType<typeof signedInBrowser>>

beforeEach(async () => {
  testApp = await createTestApp()
  ann = await signedInBrowser(testApp)
  token = ann.accessToken
})

function notesOf(): SharedNotes & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

const clientOf = (change: (path: string) => Response | null = () => null) =>
  createClient({
    baseUrl: origin,
    locks: null,
    notes: null,
    async fetch(input, init) {
      const request = new Request(String(input), init)
      const answer = change(new URL(request.url).pathname)
      if (answer) return answer
      if (token) request.headers.set('authorization', `Bearer ${token}`)
      return testApp.app.request(request)
    },
  })

/** A line that the test cuts. `arrived` counts the bytes of bodies that got through. */
function lineOf(fateOf: (n: number, url: URL) => 'pass' | 'cut' | 'lose' = () => 'pass') {
  const line = { requests: 0, arrived: 0, urls: [] as URL[] }
  const send: SendBytes = async (address, { headers, body, signal, onProgress }) => {
    signal.throwIfAborted()
    const url = new URL(address)
    line.urls.push(url)
    const fate = fateOf(++line.requests, url)
    onProgress(body.size / 2)
    if (fate === 'cut') throw new TypeError('Failed to fetch')
    const response = await testApp.app.request(address, { method: 'PUT', headers, body })
    if (response.status === 201) line.arrived += body.size
    if (fate === 'lose') throw new TypeError('Failed to fetch')
    return { status: response.status, code: response.headers.get('x-ms-error-code') }
  }
  return { line, send }
}

const content = new TextEncoder().encode('Bring the bus pass.\n'.repeat(5_000)).slice(0, 90 * kib)
const file = new File([content], 'notes.txt', { type: 'text/plain', lastModified: 1_700_000_000_000 })
const options = { category: 'document', blockBytes: 10 * kib, pause: async () => {}, notes: null } as const

const storedOf = async (fileId: string) => {
  const { headers } = await ann.call('GET', `/api/v1/files/${fileId}/download`)
  const response = await testApp.app.request(headers.get('location') ?? '')
  return new Uint8Array(await response.arrayBuffer())
}
const idOf = (uploaded: Awaited<ReturnType<typeof uploadFile>>) => (uploaded.ok ? uploaded.fileId : '')

describe('uploading a file', () => {
  test('in one piece, in blocks: it arrives, and its progress never goes beyond its size', async () => {
    for (const blockBytes of [100 * kib, 10 * kib, 7 * kib]) {
      const { send } = lineOf()
      const seen: number[] = []
      const uploaded = await uploadFile(clientOf(), file, {
        ...options,
        blockBytes,
        send,
        onProgress: ({ sentBytes, totalBytes }) => void seen.push(sentBytes / totalBytes),
      })
      expect(await storedOf(idOf(uploaded))).toEqual(content)
      expect(Math.max(...seen)).toBeLessThanOrEqual(1)
      expect(seen.at(-1)).toBeGreaterThan(0.4)
    }
  })

  test.each(['cut', 'lose'] as const)('over a line on which every third request is %s', async (fate) => {
    for (const blockBytes of [100 * kib, 10 * kib]) {
      const { line, send } = lineOf((n) => (n % 3 === 1 ? fate : 'pass'))
      const uploaded = await uploadFile(clientOf(), file, { ...options, blockBytes, send })
      expect(await storedOf(idOf(uploaded))).toEqual(content)
      // What has arrived is not sent again; the list is what is left over.
      expect(line.arrived).toBeLessThan(content.byteLength + 2 * kib)
    }
  })

  test('of which each answer of the API is lost once', async () => {
    const lost = new Set<string>()
    const client = createClient({
      baseUrl: origin,
      locks: null,
      notes: null,
      async fetch(input, init) {
        const request = new Request(String(input), init)
        request.headers.set('authorization', `Bearer ${token}`)
        const { pathname } = new URL(request.url)
        const answer = await testApp.app.request(request)
        if (lost.has(pathname)) return answer
        lost.add(pathname)
        throw new TypeError('Failed to fetch')
      },
    })
    const uploaded = await uploadFile(client, file, { ...options, send: lineOf().send })
    expect(await storedOf(idOf(uploaded))).toEqual(content)
  })

  test('goes on after a reload where it was, also when the URL has run out', async () => {
    const notes = notesOf()
    const closing = new AbortController()
    const first = lineOf((n) => {
      if (n < 9) return 'pass'
      closing.abort()
      return 'cut'
    })
    const running = uploadFile(clientOf(), file, {
      ...options,
      notes,
      signal: closing.signal,
      send: first.send,
    })
    await expect(running).rejects.toThrow()
    expect(first.line.arrived).toBe(80 * kib)
    expect(JSON.stringify([...notes.kept])).not.toContain('notes.txt')
    testApp.clock.advance(16 * 60_000)
    token = (await ann.call('POST', '/api/v1/auth/refresh')).body.accessToken
    const second = lineOf()
    const uploaded = await uploadFile(clientOf(), file, { ...options, notes, send: second.send })
    expect(await storedOf(idOf(uploaded))).toEqual(content)
    expect(second.line.arrived).toBeLessThan(20 * kib)
    expect([...notes.kept.values()]).toEqual([''])
  })

  test('another file of the same name and size is another upload', async () => {
    const notes = notesOf()
    const stopped = uploadFile(clientOf(), file, {
      ...options,
      notes,
      maxFailures: 1,
      send: lineOf((n) => (n > 4 ? 'cut' : 'pass')).send,
    })
    expect(await stopped).toEqual({ ok: false, error: null })
    const changed = content.slice().fill(65, 0, 10)
    const other = new File([changed], 'notes.txt', { type: 'text/plain', lastModified: 1_700_000_000_000 })
    const uploaded = await uploadFile(clientOf(), other, { ...options, notes, send: lineOf().send })
    expect(await storedOf(idOf(uploaded))).toEqual(changed)
  })

  test('waits while there is no connection, and begins when there is', async () => {
    const online = Promise.withResolvers<void>()
    const { line, send } = lineOf()
    const running = uploadFile(clientOf(), file, { ...options, send, whenOnline: () => online.promise })
    await new Promise((resolve) => setImmediate(resolve))
    expect(line.requests).toBe(0)
    online.resolve()
    expect((await running).ok).toBe(true)
  })

  test('what the API refuses is said in its words, and not tried again', async () => {
    const { line, send } = lineOf()
    const picture = new File([content], 'notes.pdf', { type: 'application/pdf' })
    const refused = await uploadFile(clientOf(), picture, { ...options, send })
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'validation_error', details: [{ path: 'fileId' }] },
    })
    expect(line.requests).toBe(10)
    const program = new File([content], 'run.exe', { type: 'application/x-msdownload' })
    expect(await uploadFile(clientOf(), program, { ...options, send })).toMatchObject({
      ok: false,
      error: { details: [{ path: 'fileType' }] },
    })
    expect(line.requests).toBe(10)
  })

  test.each([200, 204, 302, 401, 403, 404, 407, 408, 413, 511])(
    'a network that answers %d in place of the store refuses nothing',
    async (status) => {
      for (const at of [1, 3]) {
        const { send } = lineOf()
        let n = 0
        const uploaded = await uploadFile(clientOf(), file, {
          ...options,
          send: async (...request) => (++n === at ? { status, code: null } : send(...request)),
        })
        expect(await storedOf(idOf(uploaded))).toEqual(content)
      }
    },
  )

  test('what the store refuses ends it', async () => {
    const send: SendBytes = async () => ({ status: 413, code: 'RequestBodyTooLarge' })
    expect(await uploadFile(clientOf(), file, { ...options, send })).toEqual({ ok: false, error: null })
  })

  test('ends after many failures in a row, and says that it was the line', async () => {
    let pauses = 0
    const uploaded = await uploadFile(clientOf(), file, {
      ...options,
      maxFailures: 6,
      pause: async (ms) => {
        pauses++
        expect(ms).toBeLessThanOrEqual(30_000)
      },
      send: lineOf(() => 'cut').send,
    })
    expect(uploaded).toEqual({ ok: false, error: null })
    expect(pauses).toBe(5)
  })

  test('without an account for a form: the token comes back, and nothing is kept in the browser', async () => {
    token = ''
    const notes = notesOf()
    const { send } = lineOf((n) => (n === 3 ? 'cut' : 'pass'))
    const uploaded = await uploadFile(clientOf(), file, {
      ...options,
      category: 'form-attachment',
      notes,
      send,
    })
    expect(uploaded).toMatchObject({ ok: true, claimToken: expect.any(String) })
    expect([...notes.kept.values()].join('')).toBe('')
  })
})
