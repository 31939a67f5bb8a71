import { beforeEach, describe, expect, test } from 'vitest'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { pdf } from './sample-files.ts'

const minuteMs = 60_000
let testApp: TestApp
let ann: Browser & { userId: string }

beforeEach(async () => {
  testApp = await createTestApp()
  ann = await signedInBrowser(testApp)
})

const announcement = {
  fileName: 'certificate.pdf',
  fileType: 'application/pdf',
  fileSize: pdf.byteLength,
  category: 'document',
}
const announce = async (browser: Browser, change = {}) =>
  (await browser.call('POST', '/api/v1/files/upload-url', { body: { ...announcement, ...change } })).body
const goOn = (browser: Browser, fileId: string, body?: object) =>
  browser.call('POST', `/api/v1/files/${fileId}/upload-url`, body ? { body } : {})
const complete = (browser: Browser, fileId: string, more = {}) =>
  browser.call('POST', '/api/v1/files/complete', { body: { fileId, ...more } })
const idOf = (i: number) => btoa(String(i).padStart(8, '0'))
const half = Math.ceil(pdf.byteLength / 2)
const halves = [pdf.subarray(0, half), pdf.subarray(half)]
const put = async (url: string, query: string, body: BodyInit, headers = {}) =>
  (await testApp.app.request(`${url}${query}`, { method: 'PUT', body, headers })).status
const putHalf = (url: string, i: number) =>
  put(url, `&comp=block&blockid=${encodeURIComponent(idOf(i))}`, halves[i] as Uint8Array<ArrayBuffer>)
const putList = (url: string) =>
  put(url, '&comp=blocklist', `<BlockList><Latest>${idOf(0)}</Latest><Latest>${idOf(1)}</Latest></BlockList>`)

describe('an upload that was cut off', () => {
  test('goes on with what is missing, by a new URL, long after the first ran out', async () => {
    const { uploadUrl, fileId } = await announce(ann)
    expect(await putHalf(uploadUrl, 0)).toBe(201)
    testApp.clock.advance(40 * minuteMs)
    const anew = await signedInBrowser(testApp, { ...person, email: 'else@example.org' })
    expect((await goOn(anew, fileId)).status).toBe(404)
    await ann.call('POST', '/api/v1/auth/refresh')
    expect(await putHalf(uploadUrl, 1)).toBe(403)
    const { status, body } = await goOn(ann, fileId)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      fileId,
      method: 'PUT',
      isSent: false,
      sentBlocks: [{ id: idOf(0), size: half }],
      headers: { 'x-ms-blob-type': 'BlockBlob' },
    })
    expect(await putHalf(body.uploadUrl, 1)).toBe(201)
    expect(await putList(body.uploadUrl)).toBe(201)
    expect((await goOn(ann, fileId)).body).toMatchObject({ isSent: true, sentBlocks: [] })
    expect(await complete(ann, fileId)).toMatchObject({
      status: 200,
      body: { size: pdf.byteLength, state: 'available' },
    })
    expect(await goOn(ann, fileId)).toMatchObject({
      status: 409,
      body: { error: { code: 'already_uploaded' } },
    })
    expect(await putList(body.uploadUrl)).toBe(201)
    expect(await put(body.uploadUrl, '', 'other', body.headers)).toBe(409)
  })

  test('goes on without an account by its token, and by nothing else', async () => {
    const anybody = browserOf(testApp)
    const { fileId, claimToken, uploadUrl } = await announce(anybody, { category: 'form-attachment' })
    await putHalf(uploadUrl, 0)
    expect((await goOn(anybody, fileId, { claimToken })).body.sentBlocks).toHaveLength(1)
    for (const body of [undefined, {}, { claimToken: 'wrong' }])
      expect((await goOn(anybody, fileId, body)).status).toBe(401)
    expect((await goOn(ann, fileId)).status).toBe(404)
  })

  test('is over after a day, also its URLs', async () => {
    const { fileId } = await announce(ann)
    testApp.clock.advance((24 * 60 - 5) * minuteMs)
    await ann.call('POST', '/api/v1/auth/refresh')
    const late = await goOn(ann, fileId)
    if (late.status === 200)
      expect(Date.parse(late.body.expiresAt)).toBeLessThan(testApp.clock.now() + 5 * minuteMs)
    testApp.clock.advance(4 * minuteMs)
    expect((await goOn(ann, fileId)).status).not.toBe(200)
  })

  test('leaves nothing a day later, nor when it is taken back', async () => {
    const [left, removed] = [await announce(ann), await announce(ann, { fileName: 'other.pdf' })]
    for (const { uploadUrl } of [left, removed]) expect(await putHalf(uploadUrl, 0)).toBe(201)
    const blobOf = async ({ uploadUrl }: { uploadUrl: string }) =>
      testApp.ports.blobs.sent({
        container: 'documents',
        path: new URL(uploadUrl).pathname.slice('/api/blobs/documents/'.length),
      })
    expect((await ann.call('DELETE', `/api/v1/files/${removed.fileId}`)).status).toBe(204)
    expect((await blobOf(removed)).blocks).toEqual([])
    expect((await blobOf(left)).blocks).toHaveLength(1)
    testApp.clock.advance(25 * 60 * minuteMs)
    await testApp.runJob('sweep-files')
    expect((await blobOf(left)).blocks).toEqual([])
  })

  test('a file in blocks is held to what one in a piece is: its size, its type, and being looked at', async () => {
    const { uploadUrl, fileId } = await announce(ann, { fileSize: half })
    await putHalf(uploadUrl, 0)
    await putHalf(uploadUrl, 1)
    expect(await putList(uploadUrl)).toBe(413)
    expect((await complete(ann, fileId)).status).toBe(400)
    const liar = await announce(ann, { fileSize: 12 })
    await put(liar.uploadUrl, `&comp=block&blockid=${encodeURIComponent(idOf(0))}`, '<html>')
    await put(liar.uploadUrl, `&comp=block&blockid=${encodeURIComponent(idOf(1))}`, '</html')
    expect(await putList(liar.uploadUrl)).toBe(201)
    expect((await complete(ann, liar.fileId)).body.error.details).toMatchObject([{ code: 'type_mismatch' }])
    expect((await complete(ann, liar.fileId)).status).toBe(404)
  })
})
