import sharp from 'sharp'
import { beforeEach, describe, expect, test } from 'vitest'
import { createSharpImages } from '../../../src/adapters/sharp/images.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { files, fileTasks } from '../../../src/core/files/files.model.ts'
import { type Browser, createTestApp, origin, type TestApp } from '../../app.ts'
import { html, pdf, pngOf } from '../files/sample-files.ts'
import { uploadFile } from '../files/upload.ts'
import { enrol, newCourse, publishCourse, signUp, staffMember } from './course-people.ts'

const dayMs = 24 * 60 * 60_000
const picture = { fileName: 'course.png', fileType: 'image/png', category: 'thumbnail' }

let testApp: TestApp
let mentor: Awaited<ReturnType<typeof staffMember>>
let courseId: string

const uploadAs = async (browser: Browser, more: object = {}): Promise<string> =>
  ((await uploadFile(testApp, browser, { bytes: pngOf(8, 8), ...picture, ...more })) as { id: string }).id
const change = (body: object, browser: Browser = mentor, headers = {}) =>
  browser.call('PATCH', `/api/v1/courses/${courseId}`, { body, headers })
const set = (thumbnailFileId: string | null, browser: Browser = mentor) =>
  change({ thumbnailFileId }, browser)
/** Without cookies, as an `img` of another site asks. */
const at = (url: string, init: RequestInit = {}) => testApp.app.request(url, init)
const everyBlob = async () =>
  (
    await Promise.all(
      blobContainers.map((name) => testApp.ports.blobs.list(name, { prefix: '', limit: 1_000 })),
    )
  ).flatMap(({ items }) => items.map(({ path }) => path))
const publicBlobs = async () =>
  (await testApp.ports.blobs.list('thumbnails', { prefix: '', limit: 1_000 })).items.map(({ path }) => path)
async function sweep() {
  testApp.clock.advance(dayMs + 60_000)
  await testApp.runJob('sweep-files')
}

async function start(options: Parameters<typeof createTestApp>[0] = {}) {
  testApp = await createTestApp(options)
  mentor = await staffMember(testApp, 'Mara', 'mentor')
  courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
}

beforeEach(() => start())

describe('a picture of a course', () => {
  test('is shown to anybody by draft, card, detail and enrolment, at one address', async () => {
    const fileId = await uploadAs(mentor)
    const { id } = await publishCourse(mentor.call, { thumbnailFileId: fileId, lessons: 1 })
    const draft = (await mentor.call('GET', `/api/v1/courses/${id}/draft`)).body
    expect(draft.thumbnailFileId).toBe(fileId)
    const url = draft.thumbnail as string
    expect(url).toMatch(new RegExp(`/api/v1/thumbnails/${id}/[\\da-f-]{36}\\.png$`))
    expect(url).not.toContain(fileId)
    const learner = await signUp(testApp, 'Lena')
    await enrol(learner.call, id)
    const list = (await learner.call('GET', '/api/v1/courses')).body.items
    expect(list[0].thumbnail).toBe(url)
    expect((await learner.call('GET', `/api/v1/courses/${id}`)).body.thumbnail).toBe(url)
    const shown = await at(url)
    expect(shown.status).toBe(200)
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('cache-control')).toBe('public, max-age=86400, s-maxage=3600, immutable')
    expect(shown.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(shown.headers.get('content-security-policy')).toContain('sandbox')
    expect(shown.headers.get('set-cookie')).toBeNull()
    const etag = shown.headers.get('etag') ?? ''
    const again = await at(`${url}?v=2`, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    // Archived: whoever takes part goes on seeing it.
    expect((await mentor.call('DELETE', `/api/v1/courses/${id}`)).status).toBe(204)
    await sweep()
    expect((await at(url)).status).toBe(200)
  })

  test('is encoded afresh, upright, without place or camera', async () => {
    await start({ ports: () => ({ images: createSharpImages() }) })
    const photo = await sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: '#36c' } })
      .withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Make: 'marker-camera' }, IFD3: { GPSLatitude: '32/1 42/1 0/1' } })
      .jpeg()
      .toBuffer()
    const { body } = await set(
      await uploadAs(mentor, { bytes: new Uint8Array(photo), fileName: 'a.jpg', fileType: 'image/jpeg' }),
    )
    const bytes = Buffer.from(await (await at(body.thumbnail)).arrayBuffer())
    expect(bytes.includes('marker-camera')).toBe(false)
    const metadata = await sharp(bytes).metadata()
    expect(metadata.format).toBe('webp')
    expect(Math.max(metadata.width, metadata.height)).toBe(1_280)
    expect(metadata.exif).toBeUndefined()
  })

  test('and an address elsewhere take each other away; null takes away what is there', async () => {
    const elsewhere = 'https://example.com/a.png'
    await change({ thumbnail: elsewhere })
    expect((await set(null)).body).toMatchObject({ thumbnail: elsewhere, thumbnailFileId: null })
    const first = (await set(await uploadAs(mentor))).body
    expect(first.thumbnail).toContain('/thumbnails/')
    expect((await change({ thumbnail: elsewhere })).body).toMatchObject({
      thumbnail: elsewhere,
      thumbnailFileId: null,
    })
    expect((await at(first.thumbnail)).status).toBe(404)
    expect(await everyBlob()).toEqual([])
    for (const nothing of [{ thumbnail: null }, { thumbnailFileId: null }]) {
      const { body } = await set(await uploadAs(mentor))
      expect((await change(nothing)).body).toMatchObject({ thumbnail: null, thumbnailFileId: null })
      expect((await at(body.thumbnail)).status).toBe(404)
    }
    const fileId = await uploadAs(mentor)
    for (const send of [
      change({ thumbnail: elsewhere, thumbnailFileId: fileId }),
      mentor.call('POST', '/api/v1/courses', {
        body: { ...newCourse, thumbnail: elsewhere, thumbnailFileId: fileId },
      }),
    ])
      expect(await send).toMatchObject({
        status: 400,
        body: { error: { details: [{ path: 'thumbnailFileId', code: 'two_thumbnails' }] } },
      })
    expect((await change({ thumbnail: null, thumbnailFileId: fileId })).status).toBe(200)
  })

  test('stays at its address when anything else changes, or the same is sent again', async () => {
    const fileId = await uploadAs(mentor)
    const { body } = await set(fileId)
    for (const sent of [{ title: 'Another title' }, { thumbnailFileId: fileId }])
      expect((await change(sent)).body.thumbnail).toBe(body.thumbnail)
    expect(await publicBlobs()).toHaveLength(1)
  })

  test('replaces the one before, with the upload it was made from; that in use is not deleted', async () => {
    const [one, two] = [await uploadAs(mentor), await uploadAs(mentor)]
    const first = (await set(one)).body.thumbnail
    expect(await mentor.call('DELETE', `/api/v1/files/${one}`)).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'file_in_use',
          details: [{ path: `courses.${courseId}.thumbnailFileId`, code: 'used_as_thumbnail' }],
        },
      },
    })
    const second = (await set(two)).body.thumbnail
    expect(second).not.toBe(first)
    expect([(await at(first)).status, (await at(second)).status]).toEqual([404, 200])
    expect(await everyBlob()).toHaveLength(2)
    expect((await mentor.call('GET', `/api/v1/files/${one}`)).status).toBe(404)
  })

  test('goes with a draft that is deleted', async () => {
    const { thumbnail } = (await set(await uploadAs(mentor))).body
    expect((await mentor.call('DELETE', `/api/v1/courses/${courseId}`)).status).toBe(204)
    expect((await at(thumbnail)).status).toBe(404)
    expect(await everyBlob()).toEqual([])
    await sweep()
    expect((await testApp.ports.documents.scan(fileTasks)).items).toEqual([])
    expect((await testApp.ports.documents.scan(files)).items).toEqual([])
  })

  test('of several at once one is shown and nothing else is left', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => uploadAs(mentor)))
    for (const { status } of await Promise.all(ids.map((id) => set(id)))) expect(status).toBe(200)
    const { body } = await mentor.call('GET', `/api/v1/courses/${courseId}/draft`)
    expect((await at(body.thumbnail)).status).toBe(200)
    expect(body.thumbnail).toContain((await publicBlobs())[0])
    expect(await everyBlob()).toHaveLength(2)
  })

  test('stays when its author goes', async () => {
    const { id } = await publishCourse(mentor.call, { thumbnailFileId: await uploadAs(mentor), lessons: 1 })
    const { thumbnail } = (await mentor.call('GET', `/api/v1/courses/${id}/draft`)).body
    await mentor.call('POST', '/api/v1/auth/step-up', { body: { password: mentor.logIn.password } })
    expect((await mentor.call('DELETE', '/api/v1/users/me')).status).toBeLessThan(300)
    await testApp.settled()
    await sweep()
    expect((await at(thumbnail)).status).toBe(200)
  })
})

describe('is refused', () => {
  const unknown = {
    status: 400,
    body: { error: { details: [{ path: 'thumbnailFileId', code: 'unknown_file' }] } },
  }

  test('from anybody but who may change the course, whose file stays as it was', async () => {
    const other = await staffMember(testApp, 'Otto', 'mentor')
    const theirs = await uploadAs(other)
    expect((await set(theirs, other)).status).toBe(404)
    const { id } = await publishCourse(mentor.call, { lessons: 1 })
    courseId = id
    expect((await set(theirs, other)).status).toBe(403)
    expect((await other.call('DELETE', `/api/v1/files/${theirs}`)).status).toBe(204)
    const learner = await signUp(testApp, 'Lena')
    expect(
      await learner.call('POST', '/api/v1/files/upload-url', { body: { ...picture, fileSize: 100 } }),
    ).toMatchObject({ status: 403 })
    const admin = await staffMember(testApp, 'Ada', 'admin')
    expect((await set(await uploadAs(admin), admin)).status).toBe(200)
  })

  test('a file of somebody else, of another course, of another category, or none', async () => {
    const other = await staffMember(testApp, 'Otto', 'mentor')
    const used = await uploadAs(mentor)
    await mentor.call('POST', '/api/v1/courses', { body: { ...newCourse, thumbnailFileId: used } })
    const paper = { bytes: pdf, fileName: 'a.pdf', fileType: 'application/pdf', category: 'document' }
    const announced = await mentor.call('POST', '/api/v1/files/upload-url', {
      body: { ...picture, fileSize: 100 },
    })
    for (const id of [
      await uploadAs(other),
      used,
      await uploadAs(mentor, paper),
      await uploadAs(mentor, { category: 'avatar' }),
      await uploadAs(mentor, { category: 'document' }),
      announced.body.fileId,
      crypto.randomUUID(),
    ])
      expect(await set(id)).toMatchObject(unknown)
    expect(await publicBlobs()).toHaveLength(1)
  })

  test.each([
    ['a page', { bytes: html }],
    ['a page behind a picture', { bytes: new Uint8Array([...pngOf(4, 4), ...html]) }],
    ['a drawing', { bytes: html, fileName: 'a.svg', fileType: 'image/svg+xml' }],
    ['a moving picture', { bytes: html, fileName: 'a.gif', fileType: 'image/gif' }],
    ['too many pixels', { bytes: pngOf(20_000, 20_000) }],
  ])('%s', async (_, more) => {
    await expect(uploadAs(mentor, more)).rejects.toThrow('not uploaded')
    expect(await everyBlob()).toEqual([])
  })

  test('more than 5 MiB', async () => {
    const asked = (fileSize: number) =>
      mentor.call('POST', '/api/v1/files/upload-url', { body: { ...picture, fileSize } })
    expect((await asked(5 * 1024 * 1024)).status).toBe(200)
    expect((await asked(5 * 1024 * 1024 + 1)).status).toBe(400)
  })

  test.each([
    ['sharp', createSharpImages()],
    ['stripping', undefined],
  ])('a damaged one, which is gone then: %s', async (_, images) => {
    await start(images ? { ports: () => ({ images }) } : {})
    const id = await uploadAs(mentor).then(async (fileId) => {
      const stored = await testApp.ports.documents.read(files, { partition: fileId, id: fileId })
      const blob = stored?.value.blob ?? { container: '', path: '' }
      await testApp.ports.blobs.delete(blob)
      await testApp.ports.blobs.write(blob, pngOf(8, 8).slice(0, 50))
      return fileId
    })
    expect(await set(id)).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'thumbnailFileId', code: 'bad_image' }] } },
    })
    expect(await everyBlob()).toEqual([])
  })

  test('at a version that is no longer: nothing is made, and the upload can be sent again', async () => {
    const fileId = await uploadAs(mentor)
    expect((await change({ thumbnailFileId: fileId }, mentor, { 'if-match': '"0"' })).status).toBe(412)
    expect(await publicBlobs()).toEqual([])
    expect((await set(fileId)).status).toBe(200)
  })

  test('as an address of another course: what that shows stays, whatever becomes of this one', async () => {
    await start({ environment: { PUBLIC_URL: 'https://api.example.org', CORS_ORIGINS: origin } })
    const theirs = await staffMember(testApp, 'Otto', 'mentor')
    const { id } = await publishCourse(theirs.call, { thumbnailFileId: await uploadAs(theirs), lessons: 1 })
    const { thumbnail } = (await mentor.call('GET', `/api/v1/courses/${id}`)).body
    const path = new URL(thumbnail).pathname.split('/').slice(-2).join('/')
    expect((await change({ thumbnail })).body).toMatchObject({ thumbnail, thumbnailFileId: null })
    await change({ thumbnail: null })
    await change({ thumbnail })
    await set(await uploadAs(mentor))
    await mentor.call('DELETE', `/api/v1/courses/${courseId}`)
    expect((await at(thumbnail)).status).toBe(200)
    const name = path.split('/')[1]
    expect((await at(thumbnail.replace(id, courseId))).status).toBe(404)
    expect((await at(thumbnail.replace('/thumbnails/', '/avatars/'))).status).toBe(404)
    expect((await at(thumbnail.replace(name ?? '', `..%2f${path}`))).status).toBeOneOf([400, 404])
  })
})

describe('cut off at any step', () => {
  const steps = ['insert', 'replace', 'remove', 'transact', 'write', 'delete'] as const

  test.each(Array.from({ length: 14 }, (_, count) => count))(
    'after %i of them nothing is left that is not shown',
    async (count) => {
      let left = Number.POSITIVE_INFINITY
      const dying = <T extends object>(store: T): T =>
        new Proxy(store, {
          get(target, name) {
            const method = Reflect.get(target, name)
            if (!steps.includes(name as never) || typeof method !== 'function') return method
            return (...call: unknown[]) => {
              if (left-- <= 0) throw new Error('cut off')
              return Reflect.apply(method, target, call)
            }
          },
        })
      await start({ ports: ({ documents, blobs }) => ({ documents: dying(documents), blobs: dying(blobs) }) })
      const first = (await set(await uploadAs(mentor))).body
      const second = await uploadAs(mentor)
      left = count
      await set(second)
      left = Number.POSITIVE_INFINITY
      await testApp.settled()
      await sweep()
      await sweep()
      const stored = (await testApp.ports.documents.scan(files)).items.map(({ value }) => value.id)
      const course = await testApp.courses.readCourse(courseId)
      const { thumbnail, thumbnailFileId } = course?.value ?? {}
      expect([first.thumbnail, thumbnail].includes(thumbnail ?? '')).toBe(true)
      expect(stored).toEqual([thumbnailFileId])
      expect(await publicBlobs()).toEqual([thumbnail?.split('/thumbnails/')[1]])
      expect((await at(thumbnail ?? '')).status).toBe(200)
      expect(await everyBlob()).toHaveLength(2)
    },
  )
})
