import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, test } from 'vitest'
import { blobContainers, type FileCategory } from '../../../src/core/files/file-categories.ts'
import { files } from '../../../src/core/files/files.model.ts'
import { type Browser, browserOf, createTestApp, type TestApp } from '../../app.ts'
import { chatPeople } from '../messaging/chat-people.ts'

type Bytes = Uint8Array<ArrayBuffer>
const fixture = (name: string): Bytes =>
  new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)))

const place = /secret|32\.7157|\xa9xyz/
/** As a phone takes it: turned, with where it was. */
const photograph = async (format: 'jpeg' | 'png' | 'webp'): Promise<Bytes> =>
  new Uint8Array(
    await sharp({ create: { width: 40, height: 20, channels: 3, background: '#36c' } })
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Make: 'secret-camera' }, IFD3: { GPSMapDatum: 'secret-place' } })
      .toFormat(format)
      .toBuffer(),
  )
const sent: readonly (readonly [name: string, type: string, bytes: () => Promise<Bytes> | Bytes])[] = [
  ['IMG_1.jpg', 'image/jpeg', () => photograph('jpeg')],
  ['a.png', 'image/png', () => photograph('png')],
  ['a.webp', 'image/webp', () => photograph('webp')],
  ['IMG_2.HEIC', '', () => fixture('photo.heic')],
  ['VID_1.mp4', 'video/mp4', () => fixture('film-android.mp4')],
  ['IMG_3.MOV', 'video/quicktime', () => fixture('film-iphone.mov')],
  ['memo.m4a', 'audio/x-m4a', () => fixture('voice-memo.m4a')],
  ['song.mp3', 'audio/mpeg', () => fixture('song.mp3')],
  ['film.webm', 'video/webm', () => fixture('film.webm')],
  ['voice.ogg', 'audio/ogg', () => fixture('voice.ogg')],
]

let testApp: TestApp
let ann: Browser & { userId: string }
let bob: Browser & { userId: string }
beforeEach(async () => {
  testApp = await createTestApp()
  const [first, second] = await chatPeople(testApp, 'Amy', 'Bob')
  ann = first!
  bob = second!
})

async function upload(
  browser: Browser,
  [fileName, fileType, bytes]: readonly [string, string, Bytes],
  category: FileCategory,
) {
  const { body } = await browser.call('POST', '/api/v1/files/upload-url', {
    body: { fileName, fileType, fileSize: bytes.byteLength, category },
  })
  const { uploadUrl, method, headers, fileId, claimToken } = body
  expect((await testApp.app.request(uploadUrl, { method, headers, body: bytes })).status).toBe(201)
  const done = await browser.call('POST', '/api/v1/files/complete', {
    body: { fileId, ...(claimToken && { claimToken }) },
  })
  return { ...done, claimToken }
}
async function download(browser: Browser, id: string): Promise<Buffer> {
  const { headers } = await browser.call('GET', `/api/v1/files/${id}/download`)
  return Buffer.from(await (await testApp.app.request(headers.get('location') ?? '')).arrayBuffer())
}
async function everyBlob(): Promise<string[]> {
  const found: string[] = []
  for (const container of blobContainers)
    for (const { path } of (await testApp.ports.blobs.list(container, { prefix: '', limit: 1000 })).items)
      found.push(`${container}/${path}`)
  return found
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

describe('what goes to others tells nothing about where it was made', () => {
  test.each(sent)('in a conversation: %s', async (name, type, make) => {
    const bytes = await make()
    expect(text(bytes)).toMatch(place)
    const { status, body } = await upload(ann, [name, type, bytes], 'attachment')
    expect(status).toBe(200)
    const group = { type: 'group', name: 'Readers', participantIds: [bob.userId] }
    const { id } = (await ann.call('POST', '/api/v1/conversations', { body: group })).body
    const message = await ann.call('POST', `/api/v1/conversations/${id}/messages`, {
      body: { text: 'See', attachments: [body.id] },
    })
    const theirs = await download(bob, body.id)
    expect(text(theirs)).not.toMatch(place)
    expect(message.body.attachments[0].size).toBe(theirs.byteLength)
    expect((await bob.call('GET', `/api/v1/files/${body.id}`)).body.size).toBe(theirs.byteLength)
    if (type.startsWith('image/')) {
      expect((await sharp(theirs).autoOrient().toBuffer({ resolveWithObject: true })).info).toMatchObject({
        width: 20,
        height: 40,
      })
    }
    expect(new Uint8Array(await download(ann, body.id))).toEqual(bytes)
    expect((await everyBlob()).length).toBe(2)
    expect((await ann.call('DELETE', `/api/v1/messages/${message.body.id}`)).status).toBe(204)
    expect(await everyBlob()).toEqual([])
  })

  test('sent with a form without an account the original is gone at once', async () => {
    const bytes = await photograph('jpeg')
    const nobody = browserOf(testApp)
    const { body, claimToken } = await upload(nobody, ['a.jpg', 'image/jpeg', bytes], 'form-attachment')
    expect(await everyBlob()).toHaveLength(1)
    await testApp.files.bindToForm(null, [{ fileId: body.id, claimToken }], 'form-1')
    const stored = await testApp.ports.documents.read(files, { partition: body.id, id: body.id })
    const kept = await testApp.ports.blobs.read(stored!.value.blob, { offset: 0, length: 100_000 })
    expect((await sharp(kept!).metadata()).format).toBe('jpeg')
    expect(text(kept!)).not.toMatch(place)
  })

  test('of an account that is erased the original goes, and the form keeps what staff saw', async () => {
    const { body } = await upload(ann, ['a.jpg', 'image/jpeg', await photograph('jpeg')], 'form-attachment')
    const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
    await testApp.files.bindToForm(actor, [{ fileId: body.id }], 'form-1')
    expect(await testApp.files.personal.erase(ann.userId)).toEqual({ left: 1 })
    const [left] = (await testApp.ports.documents.scan(files)).items
    expect(await everyBlob()).toEqual([`forms/${left?.value.blob.path}`])
    const kept = await testApp.ports.blobs.read(left!.value.blob, { offset: 0, length: 100_000 })
    expect(text(kept!)).not.toMatch(place)
    expect(kept?.byteLength).toBe(left?.value.size)
  })
})

test('what tells nothing is kept once', async () => {
  const bytes = new Uint8Array(
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#36c' } })
      .jpeg()
      .toBuffer(),
  )
  const { body } = await upload(ann, ['a.jpg', 'image/jpeg', bytes], 'attachment')
  expect(await everyBlob()).toHaveLength(1)
  expect(body.size).toBe(bytes.byteLength)
})

test('what cannot be taken apart is refused, and says why', async () => {
  const film = fixture('film-android.mp4')
  const cut = film.slice(0, film.byteLength - 700)
  expect(await upload(ann, ['a.mp4', 'video/mp4', cut], 'attachment')).toMatchObject({
    status: 400,
    body: { error: { details: [{ code: 'damaged' }] } },
  })
  expect(await everyBlob()).toEqual([])
})

test('of many completions at once without an account all say the same', async () => {
  const bytes = await photograph('jpeg')
  const nobody = browserOf(testApp)
  const { body } = await nobody.call('POST', '/api/v1/files/upload-url', {
    body: { fileName: 'a.jpg', fileType: '', fileSize: bytes.byteLength, category: 'form-attachment' },
  })
  const { uploadUrl, method, headers, fileId, claimToken } = body
  await testApp.app.request(uploadUrl, { method, headers, body: bytes })
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      nobody.call('POST', '/api/v1/files/complete', { body: { fileId, claimToken } }),
    ),
  )
  expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect(await everyBlob()).toHaveLength(1)
})
