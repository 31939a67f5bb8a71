import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BlobExists, type BlobName, type BlobStore, type SignedUpload } from '../../src/ports/blobs.ts'

export interface OpenedBlobs {
  readonly blobs: BlobStore
  /** As a page of an allowed origin would. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
  readonly pageOrigin: string
  /** The store refuses more bytes than it was told to take. */
  readonly boundsUploads: boolean
  readonly close?: () => unknown
}

const text = new TextEncoder()
const bytesOf = (content: string): Uint8Array<ArrayBuffer> => text.encode(content)
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

let names = 0

/** `container` exists in the store. */
export function blobsContract(name: string, container: string, open: () => Promise<OpenedBlobs>) {
  describe(`blobs: ${name}`, () => {
    let opened: OpenedBlobs
    let blobs: BlobStore
    const run = crypto.randomUUID()
    beforeAll(async () => {
      opened = await open()
      blobs = opened.blobs
    })
    afterAll(async () => {
      await opened?.close?.()
    })
    const fresh = (): BlobName => ({ container, path: `${run}/contract-${++names}.txt` })
    const signUpload = (blob: BlobName) =>
      blobs.signUpload(blob, { expiresAt: inMinutes(15), maxBytes: 1000, contentType: 'text/plain' })
    const finish = (blob: BlobName) => blobs.finishUpload(blob, { maxBytes: 1000 })
    const put = (upload: SignedUpload, content: BodyInit | null = 'hello', headers = {}) =>
      opened.fetch(upload.url, {
        method: upload.method,
        headers: { ...upload.headers, ...headers },
        body: content,
      })
    const signDownload = (blob: BlobName, more = {}) =>
      blobs.signDownload(blob, {
        expiresAt: inMinutes(5),
        contentType: 'application/pdf',
        contentDisposition: 'attachment; filename="report _.pdf"; filename*=UTF-8\'\'report%20%C3%A9.pdf',
        ...more,
      })
    const stored = async (content: string): Promise<BlobName> => {
      const blob = fresh()
      await blobs.write(blob, bytesOf(content))
      return blob
    }
    const contentOf = async (blob: BlobName): Promise<string | null> => {
      const bytes = await blobs.read(blob, { offset: 0, length: 1_000_000 })
      return bytes && new TextDecoder().decode(bytes)
    }
    const contentOfWhole = (url: string) => opened.fetch(url).then((response) => response.text())
    const altered = (url: string, change: (url: URL) => void): string => {
      const copy = new URL(url)
      change(copy)
      return copy.href
    }

    test('absence is null, and nothing to delete', async () => {
      const blob = fresh()
      expect(await blobs.head(blob)).toBeNull()
      expect(await blobs.read(blob, { offset: 0, length: 10 })).toBeNull()
      expect(await blobs.delete(blob)).toBe(false)
    })

    test('what is sent to an upload URL is there, with its size and time', async () => {
      const blob = fresh()
      const before = Date.now()
      expect((await put(await signUpload(blob), 'höher')).status).toBe(201)
      const facts = await finish(blob)
      expect(await blobs.head(blob)).toEqual(facts)
      expect(facts?.size).toBe(6)
      expect(facts?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Math.abs(Date.parse(facts?.createdAt ?? '') - before)).toBeLessThan(24 * 60 * 60_000)
      expect(await contentOf(blob)).toBe('höher')
    })

    test('an empty blob is a blob', async () => {
      const blob = fresh()
      expect((await put(await signUpload(blob), new Uint8Array())).status).toBe(201)
      expect((await finish(blob))?.size).toBe(0)
      expect(await contentOf(blob)).toBe('')
      expect(await contentOfWhole(await signDownload(blob))).toBe('')
    })

    test('an upload URL creates once and never overwrites', async () => {
      const blob = fresh()
      const upload = await signUpload(blob)
      expect((await put(upload, 'first')).status).toBe(201)
      for (const again of ['second', 'first']) {
        const repeated = await put(upload, again)
        expect([repeated.status, repeated.headers.get('x-ms-error-code')]).toEqual([409, 'BlobAlreadyExists'])
      }
      await finish(blob)
      expect(await contentOf(blob)).toBe('first')
      for (const headers of [{}, { 'If-None-Match': 'W/"other"' }])
        expect([409, 412]).toContain((await put(upload, 'third', headers)).status)
      const { 'If-None-Match': _, ...bare } = upload.headers
      const late = await opened.fetch(upload.url, { method: 'PUT', headers: bare, body: 'fourth' })
      expect([409, 412]).toContain(late.status)
      await finish(blob)
      expect(await contentOf(blob)).toBe('first')
    })

    test('of many uploads at once exactly one succeeds, and its bytes are the blob', async () => {
      const blob = fresh()
      const upload = await signUpload(blob)
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async (_, i) => (await put(upload, `content ${i}`)).status),
      )
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      await Promise.all(Array.from({ length: 4 }, () => finish(blob)))
      expect(await contentOf(blob)).toBe(`content ${statuses.indexOf(201)}`)
    })

    test('a PUT without x-ms-blob-type is refused', async () => {
      const blob = fresh()
      const { url } = await signUpload(blob)
      expect((await opened.fetch(url, { method: 'PUT', body: 'x' })).status).toBe(400)
      expect(await blobs.head(blob)).toBeNull()
    })

    test('an upload URL neither reads nor deletes', async () => {
      const blob = fresh()
      const upload = await signUpload(blob)
      await put(upload)
      expect((await opened.fetch(upload.url)).status).toBe(403)
      expect([403, 405]).toContain((await opened.fetch(upload.url, { method: 'DELETE' })).status)
      await finish(blob)
      expect((await opened.fetch(upload.url)).status).toBe(403)
      expect(await contentOf(blob)).toBe('hello')
    })

    test('a download URL does not write', async () => {
      const blob = fresh()
      const url = await signDownload(blob)
      const headers = { 'x-ms-blob-type': 'BlockBlob' }
      expect((await opened.fetch(url, { method: 'PUT', headers, body: 'x' })).status).toBe(403)
      expect(await blobs.head(blob)).toBeNull()
    })

    test('a URL that has run out is refused', async () => {
      const blob = await stored('old')
      const expiresAt = inMinutes(-30)
      expect((await opened.fetch(await signDownload(blob, { expiresAt }))).status).toBe(403)
      const upload = await blobs.signUpload(fresh(), { expiresAt, maxBytes: 1000, contentType: 'text/plain' })
      expect((await put(upload)).status).toBe(403)
    })

    test('a URL that was altered is refused', async () => {
      const [mine, theirs] = [await stored('mine'), await stored('theirs')]
      const url = await signDownload(mine)
      const changes: ((url: URL) => void)[] = [
        (u) => {
          u.pathname = u.pathname.replace(mine.path, theirs.path)
        },
        (u) => u.searchParams.set('se', inMinutes(6000)),
        (u) => u.searchParams.set('sp', 'rcw'),
        (u) => u.searchParams.set('rsct', 'text/html'),
        (u) => u.searchParams.set('rscd', 'inline'),
        (u) => u.searchParams.delete('sig'),
        (u) => u.searchParams.set('sig', 'AAAA'),
        (u) => {
          u.search = ''
        },
      ]
      for (const [i, change] of changes.entries()) {
        const { status } = await opened.fetch(altered(url, change))
        expect([i, [400, 403, 404].includes(status)], String(status)).toEqual([i, true])
      }
      const upload = await signUpload(fresh())
      const elsewhere = {
        ...upload,
        url: altered(upload.url, (u) => {
          u.pathname = u.pathname.replace('contract-', 'elsewhere-')
        }),
      }
      expect((await put(elsewhere)).status).toBe(403)
    })

    test.each([
      '../../etc/passwd',
      '..',
      'a/../../b',
      '/etc/passwd',
      'a//b',
      'a\\b',
      '.hidden',
      'a/.b',
      'a b',
      '',
    ])('the name %j is refused before anything is touched', async (path) => {
      const blob = { container, path }
      await expect(blobs.head(blob)).rejects.toThrow(RangeError)
      await expect(blobs.write(blob, bytesOf('x'))).rejects.toThrow(RangeError)
      await expect(blobs.delete(blob)).rejects.toThrow(RangeError)
      await expect(blobs.read(blob, { offset: 0, length: 1 })).rejects.toThrow(RangeError)
      await expect(signUpload(blob)).rejects.toThrow(RangeError)
      await expect(signDownload(blob)).rejects.toThrow(RangeError)
    })

    test.each(['..', 'UPPER', 'a/b', 'ab', '', 'x--y'])('the container %j is refused', async (bad) => {
      await expect(blobs.head({ container: bad, path: 'a' })).rejects.toThrow(RangeError)
      await expect(blobs.list(bad, { prefix: '', limit: 1 })).rejects.toThrow(RangeError)
    })

    test('a download says the type and the name it was signed with', async () => {
      const response = await opened.fetch(await signDownload(await stored('the report')))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/pdf')
      expect(response.headers.get('content-disposition')).toBe(
        'attachment; filename="report _.pdf"; filename*=UTF-8\'\'report%20%C3%A9.pdf',
      )
      expect(await response.text()).toBe('the report')
    })

    test('a download says how it may be kept, whole and in parts', async () => {
      const url = await signDownload(await stored('the report'), { cacheControl: 'private, no-store' })
      for (const headers of [{}, { range: 'bytes=0-2' }] as Record<string, string>[])
        expect((await opened.fetch(url, { headers })).headers.get('cache-control')).toBe('private, no-store')
      const kept = altered(url, (u) => u.searchParams.set('rscc', 'public, max-age=31536000'))
      expect((await opened.fetch(kept)).status).toBe(403)
    })

    test('a download of what is not there is 404', async () => {
      expect((await opened.fetch(await signDownload(fresh()))).status).toBe(404)
    })

    test.each([
      ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
      ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
      ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
      ['bytes=20-', 416, null, null],
    ])('the range %s of ten bytes is %i', async (range, status, content, contentRange) => {
      const url = await signDownload(await stored('0123456789'))
      const response = await opened.fetch(url, { headers: { range } })
      expect(response.status).toBe(status)
      if (contentRange !== null) expect(response.headers.get('content-range')).toBe(contentRange)
      if (content !== null) expect(await response.text()).toBe(content)
    })

    test('a blob is read in pieces', async () => {
      const blob = await stored('0123456789')
      const read = async (offset: number, length: number) =>
        new TextDecoder().decode((await blobs.read(blob, { offset, length })) ?? undefined)
      expect(await read(0, 4)).toBe('0123')
      expect(await read(8, 100)).toBe('89')
      expect(await read(10, 5)).toBe('')
      expect(await read(500, 5)).toBe('')
      expect(await read(3, 0)).toBe('')
    })

    test('a stream is written whole', async () => {
      const blob = fresh()
      const chunk = new Uint8Array(700_000).fill(7)
      await blobs.write(
        blob,
        (async function* () {
          for (let i = 0; i < 10; i++) yield chunk
        })(),
      )
      expect((await blobs.head(blob))?.size).toBe(7_000_000)
      expect(await blobs.read(blob, { offset: 6_999_999, length: 10 })).toEqual(new Uint8Array([7]))
    })

    test('a stream that fails leaves nothing, and its error comes back', async () => {
      const blob = fresh()
      const failing = (async function* () {
        yield new Uint8Array(100_000)
        throw new Error('the source broke')
      })()
      await expect(blobs.write(blob, failing)).rejects.toThrow('the source broke')
      expect(await blobs.head(blob)).toBeNull()
      await blobs.write(blob, bytesOf('again'))
      expect(await contentOf(blob)).toBe('again')
    })

    test('a write never overwrites; of many at once one wins', async () => {
      const blob = fresh()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => blobs.write(blob, bytesOf(`writer ${i}`))),
      )
      const won = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
      expect(won).toHaveLength(1)
      expect(await contentOf(blob)).toBe(`writer ${won[0]}`)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(BlobExists)
      await put(await signUpload(blob))
      await finish(blob)
      expect(await contentOf(blob)).toBe(`writer ${won[0]}`)
    })

    test('a deleted blob is gone, for one caller, and its name is free', async () => {
      const blob = await stored('short-lived')
      const url = await signDownload(blob)
      const deletions = await Promise.all(Array.from({ length: 5 }, () => blobs.delete(blob)))
      expect(deletions.filter(Boolean)).toHaveLength(1)
      expect(await blobs.head(blob)).toBeNull()
      expect((await opened.fetch(url)).status).toBe(404)
      await blobs.write(blob, bytesOf('successor'))
      expect(await contentOf(blob)).toBe('successor')
    })

    test('a walk visits what begins with the prefix, in order, page by page', async () => {
      const prefix = `list-${crypto.randomUUID()}`
      const paths = ['a/1.bin', 'a/2.bin', 'a-b/3.bin', 'b/4.bin', 'b/c/5.bin', 'c.bin']
      for (const path of paths) await blobs.write({ container, path: `${prefix}/${path}` }, bytesOf(path))
      await blobs.write({ container, path: `${prefix}x/other.bin` }, bytesOf('other'))
      const walk = async (from: string, limit: number) => {
        const found: { path: string; size: number }[] = []
        let after: string | undefined
        do {
          const page = await blobs.list(container, {
            prefix: from,
            limit,
            ...(after === undefined ? {} : { after }),
          })
          expect(page.items.length).toBeLessThanOrEqual(limit)
          found.push(...page.items)
          after = page.next
        } while (after !== undefined)
        return found
      }
      const expected = paths.map((path) => `${prefix}/${path}`).sort()
      for (const limit of [1, 2, 100])
        expect((await walk(`${prefix}/`, limit)).map(({ path }) => path)).toEqual(expected)
      expect(await walk(`${prefix}/b/`, 10)).toMatchObject([
        { path: `${prefix}/b/4.bin`, size: 7 },
        { path: `${prefix}/b/c/5.bin`, size: 9 },
      ])
      expect(await walk(`${prefix}/nothing/`, 10)).toEqual([])
    })

    test('a page of an allowed origin may send: preflight, then PUT, then GET', async () => {
      const blob = fresh()
      const upload = await signUpload(blob)
      const origin = opened.pageOrigin
      const preflight = await opened.fetch(upload.url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': Object.keys(upload.headers).join(',').toLowerCase(),
        },
      })
      expect(preflight.status).toBe(200)
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
      expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-ms-blob-type')
      const sent = await put(upload, new Blob(['from a page']), { origin })
      expect(sent.status).toBe(201)
      expect(sent.headers.get('access-control-allow-origin')).toBe(origin)
      await finish(blob)
      const got = await opened.fetch(await signDownload(blob), { headers: { origin } })
      expect(got.headers.get('access-control-allow-origin')).toBe(origin)
      expect(await got.text()).toBe('from a page')
    })

    test('a page of any other origin may not', async () => {
      const upload = await signUpload(fresh())
      const preflight = await opened.fetch(upload.url, {
        method: 'OPTIONS',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'PUT' },
      })
      expect(preflight.status).toBe(403)
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    })

    test('more than was agreed is refused by a store that can, and leaves nothing', async () => {
      const blob = fresh()
      const { status } = await put(await signUpload(blob), 'x'.repeat(1001))
      expect(status).toBe(opened.boundsUploads ? 413 : 201)
      expect(await finish(blob)).toEqual(
        opened.boundsUploads ? null : expect.objectContaining({ size: 1001 }),
      )
      expect(await blobs.head(blob)).toBeNull()
      await blobs.discardUpload(blob)
      expect(await finish(blob)).toBeNull()
    })
  })
}
