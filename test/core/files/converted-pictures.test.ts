import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { createLibheifPictureConverter } from '../../../src/adapters/libheif/picture-converter.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { files } from '../../../src/core/files/files.model.ts'
import type { PictureConverter } from '../../../src/ports/picture-converter.ts'
import { type Browser, browserOf, createTestApp, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import { uploadFile } from './upload.ts'

type Bytes = Uint8Array<ArrayBuffer>
const fixture = (name: string): Bytes =>
  new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)))
const heic = fixture('colors.heic')

const libheif = createLibheifPictureConverter({
  workerUrl: pathToFileURL(join(import.meta.dirname, '../../../src/adapters/libheif/decoding-worker.ts')),
})
const start = (pictureConverter: PictureConverter | null) =>
  createTestApp({ ports: () => ({ pictureConverter }) })

const photo = (bytes: Bytes, category: string) =>
  ({ bytes, fileName: 'IMG_2.HEIC', fileType: '', category }) as const

async function download(testApp: TestApp, browser: Pick<Browser, 'call'>, id: string, asking = {}) {
  const { headers } = await browser.call('GET', `/api/v1/files/${id}/download`, { headers: asking })
  const answer = await testApp.app.request(headers.get('location') ?? '')
  return {
    type: answer.headers.get('content-type'),
    disposition: answer.headers.get('content-disposition'),
    bytes: new Uint8Array(await answer.arrayBuffer()),
  }
}
async function everyBlob({ ports }: TestApp): Promise<string[]> {
  const found: string[] = []
  for (const container of blobContainers)
    for (const { path } of (await ports.blobs.list(container, { prefix: '', limit: 1000 })).items)
      found.push(`${container}/${path}`)
  return found
}

/** Sends it to somebody in a conversation. */
async function send(testApp: TestApp, bytes = heic) {
  const [ann, bob] = (await chatPeople(testApp, 'Amy', 'Bob')) as [ChatPerson, ChatPerson, ...ChatPerson[]]
  const file = await uploadFile(testApp, ann, photo(bytes, 'attachment'))
  const group = { type: 'group', name: 'Readers', participantIds: [bob.userId] }
  const { id } = (await ann.call('POST', '/api/v1/conversations', { body: group })).body
  const message = await ann.call('POST', `/api/v1/conversations/${id}/messages`, {
    body: { text: 'See', attachments: [file.id] },
  })
  return { ann, bob, file, message: message.body }
}

test('others get a JPEG, and its owner the original', async () => {
  const testApp = await start(libheif)
  const { ann, bob, file, message } = await send(testApp)
  expect(file).toMatchObject({
    fileName: 'IMG_2.HEIC',
    mimeType: 'image/heic',
    size: heic.byteLength,
    shownAs: 'image/jpeg',
  })
  expect(file).not.toHaveProperty('notConverted')

  const theirs = await download(testApp, bob, file.id)
  expect(theirs.type).toBe('image/jpeg')
  expect(theirs.disposition).toContain('inline; filename="IMG_2.jpg"')
  expect(await sharp(theirs.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 })
  expect(Buffer.from(theirs.bytes).toString('latin1')).not.toContain('secret')
  const described = (await bob.call('GET', `/api/v1/files/${file.id}`)).body
  expect(described).toMatchObject({ fileName: 'IMG_2.jpg', mimeType: 'image/jpeg' })
  expect(described.size).toBe(theirs.bytes.byteLength)
  expect(described).not.toHaveProperty('shownAs')
  expect(message.attachments[0]).toMatchObject({
    name: 'IMG_2.jpg',
    mimeType: 'image/jpeg',
    size: theirs.bytes.byteLength,
  })

  expect(await download(testApp, ann, file.id)).toMatchObject({ type: 'image/heic', bytes: heic })
  const shown = (accept: string) => download(testApp, ann, file.id, { 'sec-fetch-dest': 'image', accept })
  expect((await shown('image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8')).type).toBe(
    'image/jpeg',
  )
  expect((await shown('image/webp,image/avif,image/heic,image/*;q=0.8,*/*;q=0.5')).type).toBe('image/heic')
  expect((await ann.call('GET', '/api/v1/files')).body.items[0]).toMatchObject({
    mimeType: 'image/heic',
    shownAs: 'image/jpeg',
  })
  expect(await everyBlob(testApp)).toHaveLength(2)
  expect((await ann.call('DELETE', `/api/v1/messages/${message.id}`)).status).toBe(204)
  expect(await everyBlob(testApp)).toEqual([])
})

describe('what cannot be converted goes to others as it is, without its metadata, and the answer says why', () => {
  test.each<[reason: string, converter: PictureConverter | null]>([
    ['unavailable', null],
    ['damaged', { toJpeg: async () => 'damaged' }],
    ['too_large', { toJpeg: async () => 'too_large' }],
    ['timed_out', { toJpeg: async () => 'timed_out' }],
    ['unavailable', { toJpeg: () => Promise.reject(new Error('There is no decoder here.')) }],
  ])('%s', async (reason, converter) => {
    const testApp = await start(converter)
    const { ann, bob, file, message } = await send(testApp)
    const said = { shownAs: 'image/heic', notConverted: reason, mimeType: 'image/heic' }
    expect(file).toMatchObject(said)
    expect((await ann.call('GET', `/api/v1/files/${file.id}`)).body).toMatchObject(said)
    expect((await bob.call('GET', `/api/v1/files/${file.id}`)).body).toMatchObject(said)
    const theirs = await download(testApp, bob, file.id)
    expect(theirs.type).toBe('image/heic')
    expect(theirs.bytes.byteLength).toBe(heic.byteLength)
    expect(Buffer.from(theirs.bytes).toString('latin1')).not.toContain('secret')
    expect(message.attachments[0]).toMatchObject({ name: 'IMG_2.HEIC', mimeType: 'image/heic' })
  })

  test('with a picture in it that cannot be decoded', async () => {
    const broken = heic.slice()
    broken.fill(0x55, broken.indexOf(0x6d, 1_000), broken.byteLength)
    const { file } = await send(await start(libheif), broken)
    expect(file).toMatchObject({ shownAs: 'image/heic', notConverted: 'damaged' })
  })

  test('a program that lacks its decoder says so in its log', async () => {
    const error = new Error('There is no decoder here.')
    const testApp = await start({ toJpeg: () => Promise.reject(error) })
    await send(testApp)
    expect(testApp.log.events).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'picture_conversion_failed', error }),
    )
  })
})

test('other pictures are not converted, and nothing is said of it', async () => {
  const testApp = await start({ toJpeg: () => Promise.reject(new Error('was asked')) })
  const [ann] = await chatPeople(testApp, 'Amy')
  const bytes = new Uint8Array(
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#36c' } })
      .png()
      .toBuffer(),
  )
  const file = await uploadFile(testApp, ann!, {
    bytes,
    fileName: 'a.png',
    fileType: 'image/png',
    category: 'attachment',
  })
  expect(file).not.toHaveProperty('shownAs')
  expect(file).not.toHaveProperty('notConverted')
})

/** Announces and sends it without an account; the answer completes it as often as it is called. */
async function sendAsNobody(testApp: TestApp) {
  const nobody = browserOf(testApp)
  const { body } = await nobody.call('POST', '/api/v1/files/upload-url', {
    body: {
      fileName: 'IMG_2.HEIC',
      fileType: '',
      fileSize: heic.byteLength,
      category: 'form-attachment',
    },
  })
  const { uploadUrl, method, headers, fileId, claimToken } = body
  await testApp.app.request(uploadUrl, { method, headers, body: heic })
  return {
    fileId,
    claimToken,
    complete: () => nobody.call('POST', '/api/v1/files/complete', { body: { fileId, claimToken } }),
  }
}

describe('without an account', () => {
  test('the JPEG is all that is kept, and it goes with the form', async () => {
    const testApp = await start(libheif)
    const { fileId, claimToken, complete } = await sendAsNobody(testApp)
    expect((await complete()).body).toMatchObject({ fileName: 'IMG_2.jpg', mimeType: 'image/jpeg' })
    expect(await everyBlob(testApp)).toHaveLength(1)
    await testApp.files.bindToForm(null, [{ fileId, claimToken }], 'form-1')
    const { blob, type, size } = (await testApp.ports.documents.read(files, {
      partition: fileId,
      id: fileId,
    }))!.value
    const kept = (await testApp.ports.blobs.read(blob, { offset: 0, length: 100_000 }))!
    expect([type, kept.byteLength]).toEqual(['image/jpeg', size])
    expect((await sharp(kept).metadata()).format).toBe('jpeg')
    await testApp.files.removeFromForm('form-1', [fileId])
    expect(await everyBlob(testApp)).toEqual([])
  })

  test('of ten completions at once all say the same, and one picture is kept', async () => {
    const testApp = await start(libheif)
    const { complete } = await sendAsNobody(testApp)
    const answers = await Promise.all(Array.from({ length: 10 }, complete))
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, body: { mimeType: 'image/jpeg' } })
    expect(await everyBlob(testApp)).toHaveLength(1)
  })
})

test('a completion that is cut off after the JPEG was stored and then times out leaves nothing mixed up, and nothing behind', async () => {
  let isSlow = false
  const testApp = await start({
    toJpeg: async (file) => (isSlow ? 'timed_out' : libheif.toJpeg(file)),
  })
  const [ann] = (await chatPeople(testApp, 'Amy')) as [ChatPerson, ...ChatPerson[]]
  const { body } = await ann.call('POST', '/api/v1/files/upload-url', {
    body: { fileName: 'a.heic', fileType: '', fileSize: heic.byteLength, category: 'attachment' },
  })
  const { uploadUrl, method, headers, fileId } = body
  await testApp.app.request(uploadUrl, { method, headers, body: heic })
  const blob = (await testApp.ports.documents.read(files, { partition: fileId, id: fileId }))!.value.blob
  const jpeg = await libheif.toJpeg({ size: heic.byteLength, read: async () => heic })
  await testApp.ports.blobs.write({ ...blob, path: blob.path.replace('.heic', '-jpeg.heic') }, jpeg as Bytes)
  isSlow = true
  const done = await ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
  expect(done.body).toMatchObject({ shownAs: 'image/heic', notConverted: 'timed_out' })
  const stored = (await testApp.ports.documents.read(files, { partition: fileId, id: fileId }))!.value
  const shown = await testApp.ports.blobs.read(stored.shown!.blob, { offset: 0, length: 12 })
  expect(Buffer.from(shown!).toString('latin1')).toContain('ftyp')
  expect((await ann.call('DELETE', `/api/v1/files/${fileId}`)).status).toBe(204)
  expect(await everyBlob(testApp)).toEqual([])
})
