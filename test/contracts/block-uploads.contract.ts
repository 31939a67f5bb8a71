import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { AnonymousCredential, BlockBlobClient, type RestError } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlobName, BlobStore, SignedUpload } from '../../src/ports/blobs.ts'
import type { OpenedBlobs } from './blobs.contract.ts'

const kib = 1024
const maxBytes = 512 * kib
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
const idOf = (i: number) => btoa(String(i).padStart(12, '0'))
const listOf = (ids: readonly string[], element = 'Latest') =>
  `<?xml version="1.0" encoding="utf-8"?>\n<BlockList>${ids.map((id) => `<${element}>${id}</${element}>`).join('')}</BlockList>`

let names = 0

/** Uploads in blocks, by the official client and by the requests that azcopy sends. */
export function blockUploadsContract(name: string, container: string, open: () => Promise<OpenedBlobs>) {
  describe(`uploads in blocks: ${name}`, () => {
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
    const fresh = (): BlobName => ({ container, path: `${run}/blocks-${++names}.mp4` })
    const sign = (blob: BlobName, more = {}) =>
      blobs.signUpload(blob, { expiresAt: inMinutes(15), maxBytes, contentType: 'video/mp4', ...more })
    const clientOf = (url: string) =>
      new BlockBlobClient(url, new AnonymousCredential(), { retryOptions: { maxTries: 1 } })
    const inBlocks = { maxSingleShotSize: 1, blockSize: 64 * kib, concurrency: 5 }
    const finish = (blob: BlobName, most = maxBytes) => blobs.finishUpload(blob, { maxBytes: most })
    const contentOf = async (blob: BlobName) =>
      Buffer.from((await blobs.read(blob, { offset: 0, length: 2 * maxBytes })) ?? [])
    const signDownload = (blob: BlobName) =>
      blobs.signDownload(blob, {
        expiresAt: inMinutes(5),
        contentType: 'video/mp4',
        contentDisposition: 'inline; filename="film.mp4"',
      })
    const stored = async (content: Buffer) => {
      const blob = fresh()
      await blobs.write(blob, new Uint8Array(content))
      return blob
    }
    /** Status and code, as a client sees them. */
    const call = async (url: string, query: string, init: RequestInit = {}) => {
      const response = await opened.fetch(query === '' ? url : `${url}&${query}`, init)
      const text = await response.text()
      return {
        status: response.status,
        code: response.headers.get('x-ms-error-code'),
        text,
        headers: response.headers,
      }
    }
    const putBlock = ({ url }: SignedUpload, id: string, body: BodyInit, headers = {}) =>
      call(url, `comp=block&blockid=${encodeURIComponent(id)}`, { method: 'PUT', body, headers })
    const putList = ({ url }: SignedUpload, body: string, headers = {}) =>
      call(url, 'comp=blocklist', {
        method: 'PUT',
        body,
        headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
      })
    const refusalOf = async (work: Promise<unknown>) => {
      const error = (await work.then(
        () => null,
        (reason: unknown) => reason,
      )) as RestError | null
      return [error?.statusCode, error?.code]
    }

    test.each(['uploadData', 'uploadStream', 'uploadData in one', 'upload'])(
      'the official client sends by %s',
      async (way) => {
        const [blob, content] = [fresh(), randomBytes(300 * kib + 17)]
        const client = clientOf((await sign(blob)).url)
        if (way === 'uploadData') await client.uploadData(content, inBlocks)
        else if (way === 'uploadStream') await client.uploadStream(Readable.from([content]), 50 * kib, 4)
        else if (way === 'uploadData in one') await client.uploadData(content)
        else await client.upload(content, content.byteLength, { conditions: { ifNoneMatch: '*' } })
        expect(await blobs.sent(blob)).toEqual({ isWhole: true, blocks: [] })
        expect(await finish(blob)).toMatchObject({ size: content.byteLength })
        expect((await contentOf(blob)).equals(content)).toBe(true)
      },
    )

    test('azcopy: asks, stages out of order and several at once, puts together, asks for the length', async () => {
      const [blob, content] = [fresh(), randomBytes(5 * 40 * kib)]
      const upload = await sign(blob, { saysWhatItHas: true })
      const headers = {
        'x-ms-version': '2023-08-03',
        'x-ms-client-request-id': crypto.randomUUID(),
        accept: 'application/xml',
      }
      expect(await call(upload.url, '', { method: 'HEAD', headers })).toMatchObject({
        status: 404,
        code: 'BlobNotFound',
      })
      const piece = (i: number) => new Uint8Array(content.subarray(i * 40 * kib, (i + 1) * 40 * kib))
      const staged = await Promise.all(
        [4, 2, 0, 3, 1].map((i) => putBlock(upload, idOf(i), piece(i), headers)),
      )
      expect(staged.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
      expect(await finish(blob)).toBeNull()
      const uncommitted = await call(upload.url, 'comp=blocklist&blocklisttype=uncommitted', { headers })
      expect(uncommitted.status).toBe(200)
      expect([...uncommitted.text.matchAll(/<Size>(\d+)<\/Size>/g)].map(([, size]) => Number(size))).toEqual(
        Array(5).fill(40 * kib),
      )
      const committed = await putList(upload, listOf([0, 1, 2, 3, 4].map(idOf)), {
        ...headers,
        'x-ms-blob-content-type': 'video/mp4',
        'x-ms-blob-content-md5': 'Q2hlY2sgSW50ZWdyaXR5IQ==',
      })
      expect(committed.status).toBe(201)
      expect(committed.headers.get('etag')).toMatch(/^"/)
      const head = await call(upload.url, '', { method: 'HEAD', headers })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(content.byteLength)])
      await finish(blob)
      expect((await contentOf(blob)).equals(content)).toBe(true)
    })

    test('cut off, it is resumed by the list of what has come', async () => {
      const [blob, content] = [fresh(), randomBytes(10 * 32 * kib)]
      const upload = await sign(blob, { saysWhatItHas: true })
      const piece = (i: number) => new Uint8Array(content.subarray(i * 32 * kib, (i + 1) * 32 * kib))
      for (let i = 0; i < 9; i++) await putBlock(upload, idOf(i), piece(i))
      const known = (await blobs.sent(blob)).blocks
      expect(new Set(known.map(({ id, size }) => `${id} ${size}`))).toEqual(
        new Set(Array.from({ length: 9 }, (_, i) => `${idOf(i)} ${32 * kib}`)),
      )
      const { uncommittedBlocks } = await clientOf(upload.url).getBlockList('uncommitted')
      expect(uncommittedBlocks).toHaveLength(9)
      const again = await sign(blob)
      expect((await putBlock(again, idOf(9), piece(9))).status).toBe(201)
      expect((await putList(again, listOf(Array.from({ length: 10 }, (_, i) => idOf(i))))).status).toBe(201)
      await finish(blob)
      expect((await contentOf(blob)).equals(content)).toBe(true)
    })

    test('a block that is sent again takes the place of the first; one may come twice in the list', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      for (const text of ['old', 'a new one'])
        expect((await putBlock(upload, idOf(0), text)).status).toBe(201)
      await putBlock(upload, idOf(1), '|')
      const list = `<?xml version="1.0" encoding="UTF-8"?><BlockList>\n <Latest>${idOf(0)}</Latest>\n <Uncommitted>${idOf(1)}</Uncommitted><Latest>${idOf(0)}</Latest></BlockList>\n`
      expect((await putList(upload, list)).status).toBe(201)
      await finish(blob)
      expect(String(await contentOf(blob))).toBe('a new one|a new one')
    })

    test('a list whose answer was lost is taken again, or refused to who wants it new', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      await putBlock(upload, idOf(0), 'content')
      const list = listOf([idOf(0)])
      expect((await putList(upload, list)).status).toBe(201)
      expect((await putList(upload, list)).status).toBe(201)
      expect(await putList(upload, list, { 'if-none-match': '*' })).toMatchObject({
        status: 409,
        code: 'BlobAlreadyExists',
      })
      const whole = { method: 'PUT', headers: upload.headers, body: 'other' }
      expect(await call(upload.url, '', whole)).toMatchObject({ status: 409, code: 'BlobAlreadyExists' })
      await finish(blob)
      expect(String(await contentOf(blob))).toBe('content')
    })

    test('after it was finished nothing changes it, whatever is sent', async () => {
      const [blob, content] = [fresh(), randomBytes(100 * kib)]
      const upload = await sign(blob)
      await clientOf(upload.url).uploadData(content, inBlocks)
      const facts = await finish(blob)
      const evil = randomBytes(100 * kib)
      expect((await refusalOf(clientOf(upload.url).uploadData(evil, inBlocks)))[0]).toBeGreaterThanOrEqual(
        409,
      )
      expect((await refusalOf(clientOf(upload.url).uploadData(evil)))[0]).toBeGreaterThanOrEqual(409)
      expect((await putBlock(upload, idOf(0), 'evil')).status).toBeGreaterThanOrEqual(409)
      expect((await putList(upload, '<BlockList></BlockList>')).status).toBeGreaterThanOrEqual(400)
      for (const comp of [
        'metadata',
        'properties',
        'tier',
        'tags',
        'undelete',
        'snapshot',
        'lease',
        'appendblock',
      ])
        await call(upload.url, `comp=${comp}`, { method: 'PUT', headers: { 'x-ms-lease-action': 'break' } })
      expect(await Promise.all([finish(blob), finish(blob)])).toEqual([facts, facts])
      expect((await contentOf(blob)).equals(content)).toBe(true)
    })

    test('of many lists at once one becomes the blob, whole', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      for (let i = 0; i < 6; i++) await putBlock(upload, idOf(i), `block ${i}`)
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, i) => putList(upload, listOf([idOf(i)]), { 'if-none-match': '*' })),
      )
      expect(answers.filter(({ status }) => status === 201).length).toBe(1)
      await Promise.all([finish(blob), finish(blob), finish(blob)])
      expect(String(await contentOf(blob))).toBe(`block ${answers.findIndex(({ status }) => status === 201)}`)
    })

    test.each([
      ['no block of this name', listOf([idOf(7)]), 'InvalidBlockList'],
      ['no XML', 'block 0, please', 'InvalidXmlDocument'],
      ['cut off', listOf([idOf(0)]).slice(0, -9), 'InvalidXmlDocument'],
      ['not a list', '<Blocks></Blocks', 'InvalidXmlDocument'],
      ['committed ones, of nothing', listOf([idOf(0)], 'Committed'), 'InvalidBlockList'],
    ])('a list is refused: %s', async (_, list, code) => {
      const blob = fresh()
      const upload = await sign(blob)
      await putBlock(upload, idOf(0), 'content')
      const refused = await putList(upload, list)
      expect(refused.status).toBe(400)
      // Azurite has no code for some of them.
      expect([code, null]).toContain(refused.code)
      expect(await finish(blob)).toBeNull()
      expect((await putList(upload, listOf([idOf(0)]))).status).toBe(201)
    })

    test.each([
      ['longer than the others', btoa('0'), 'InvalidBlobOrBlock'],
      ['not base64', 'not!base64', 'InvalidQueryParameterValue'],
      ['longer than 64 bytes', btoa('x'.repeat(66)), 'OutOfRangeInput'],
    ])('an id is refused: %s', async (_, id, code) => {
      const upload = await sign(fresh())
      await putBlock(upload, idOf(0), 'content')
      expect(await putBlock(upload, id, 'content')).toMatchObject({ status: 400, code })
    })

    test('a block without an id, of nothing, or by a URL that reads is refused', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      expect((await call(upload.url, 'comp=block', { method: 'PUT', body: 'x' })).status).toBe(400)
      const download = await signDownload(blob)
      for (const query of ['comp=block&blockid=AAAA', 'comp=blocklist', ''])
        expect(
          await call(download, query, {
            method: 'PUT',
            body: 'x',
            headers: { 'x-ms-blob-type': 'BlockBlob' },
          }),
        ).toMatchObject({ status: 403, code: 'AuthorizationPermissionMismatch' })
      expect(await call(upload.url, 'comp=blocklist')).toMatchObject({ status: 403 })
      expect((await call(upload.url, '', { method: 'HEAD' })).status).toBe(403)
    })

    test('more than was announced does not become the blob, and is gone when it is discarded', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      const error = await refusalOf(clientOf(upload.url).uploadData(randomBytes(maxBytes + 1), inBlocks))
      expect(error).toEqual(opened.boundsUploads ? [413, 'RequestBodyTooLarge'] : [undefined, undefined])
      const facts = await finish(blob)
      if (facts) expect(facts.size).toBeGreaterThan(maxBytes)
      expect(await blobs.head(blob)).toBeNull()
      await blobs.discardUpload(blob)
      expect(await blobs.sent(blob)).toEqual({ isWhole: false, blocks: [] })
      expect(await finish(blob)).toBeNull()
    })

    test('what was cut off is gone when it is discarded, and the name is free', async () => {
      const blob = fresh()
      const upload = await sign(blob)
      for (let i = 0; i < 3; i++) await putBlock(upload, idOf(i), 'content')
      expect((await blobs.sent(blob)).blocks).toHaveLength(3)
      await blobs.discardUpload(blob)
      await blobs.discardUpload(blob)
      expect((await blobs.sent(blob)).blocks).toEqual([])
      expect((await blobs.list(container, { prefix: `uploads/${blob.path}`, limit: 10 })).items).toEqual([])
      expect((await putList(upload, listOf([idOf(0)]))).status).toBe(400)
      await clientOf(upload.url).uploadData(Buffer.from('again'), inBlocks)
      await finish(blob)
      expect(String(await contentOf(blob))).toBe('again')
      await blobs.discardUpload(blob)
      expect(String(await contentOf(blob))).toBe('again')
    })

    test('the official client downloads byte for byte: whole, parts, nothing', async () => {
      const content = randomBytes(200 * kib)
      const client = clientOf(await signDownload(await stored(content)))
      expect((await client.downloadToBuffer(1000, 100)).equals(content.subarray(1000, 1100))).toBe(true)
      expect((await client.downloadToBuffer()).equals(content)).toBe(true)
      expect(
        (await client.downloadToBuffer(0, undefined, { blockSize: 30 * kib, concurrency: 3 })).equals(
          content,
        ),
      ).toBe(true)
      const { contentLength, blobType } = await client.getProperties()
      expect([contentLength, blobType]).toEqual([content.byteLength, 'BlockBlob'])
      const pieces: Buffer[] = []
      for await (const piece of (await client.download(5, 50)).readableStreamBody ?? [])
        pieces.push(Buffer.from(piece))
      expect(Buffer.concat(pieces).equals(content.subarray(5, 55))).toBe(true)
      const empty = clientOf(await signDownload(await stored(Buffer.alloc(0))))
      expect((await empty.downloadToBuffer()).byteLength).toBe(0)
      expect((await empty.download()).contentLength).toBe(0)
    })

    test('`x-ms-range` counts, also beside `Range`', async () => {
      const url = await signDownload(await stored(Buffer.from('0123456789')))
      for (const headers of [
        { 'x-ms-range': 'bytes=2-4' },
        { 'x-ms-range': 'bytes=2-4', range: 'bytes=0-0' },
      ]) {
        const response = await call(url, '', { headers })
        expect([response.status, response.text, response.headers.get('content-range')]).toEqual([
          206,
          '234',
          'bytes 2-4/10',
        ])
      }
      expect(await call(url, '', { headers: { 'x-ms-range': 'bytes=20-' } })).toMatchObject({
        status: 416,
        code: 'InvalidRange',
      })
      const head = await call(url, '', { method: 'HEAD', headers: { range: 'bytes=0-1' } })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
    })

    test('conditions of a download', async () => {
      const url = await signDownload(await stored(Buffer.from('0123456789')))
      const { headers } = await call(url, '', { method: 'HEAD' })
      const [etag = '', changed = ''] = [headers.get('etag') ?? '', headers.get('last-modified') ?? '']
      const earlier = new Date(Date.parse(changed) - 60_000).toUTCString()
      const later = new Date(Date.parse(changed) + 1_000).toUTCString()
      const statusWith = async (conditions: Record<string, string>) =>
        (await call(url, '', { headers: conditions })).status
      expect(await statusWith({ 'if-match': etag })).toBe(200)
      expect(await statusWith({ 'if-match': '"other"' })).toBe(412)
      expect(await statusWith({ 'if-none-match': etag })).toBe(304)
      expect(await statusWith({ 'if-none-match': '"other"' })).toBe(200)
      expect(await statusWith({ 'if-modified-since': later })).toBe(304)
      expect(await statusWith({ 'if-modified-since': earlier })).toBe(200)
      expect(await statusWith({ 'if-unmodified-since': later })).toBe(200)
      expect(await statusWith({ 'if-unmodified-since': earlier })).toBe(412)
    })

    test('a page may use the official client: its headers pass the preflight', async () => {
      const { url } = await sign(fresh())
      const names =
        'content-type,if-none-match,range,x-ms-blob-content-type,x-ms-client-request-id,x-ms-range,x-ms-version'
      const { status, headers } = await call(url, 'comp=blocklist', {
        method: 'OPTIONS',
        headers: {
          origin: opened.pageOrigin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': names,
        },
      })
      expect(status).toBe(200)
      const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/)
      for (const header of names.split(',')) expect(allowed).toContain(header)
    })
  })
}
