import { expect, test } from 'vitest'
import { createTestApp, signedInBrowser } from '../app.ts'
import { mp4, pdf } from '../core/files/sample-files.ts'
import { enrol, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { tableBelow } from './pages.ts'

const minute = 60_000
const password = 'SecurePass123!'

/** What stands in the page, in words. */
const inWords = (ms: number): string =>
  ms < 60 * minute ? `${ms / minute} minutes` : `${ms / (60 * minute)} hours`

async function setup() {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const stepUp = () => ann.call('POST', '/api/v1/auth/step-up', { body: { password } })
  const announce = async (call: typeof ann.call, category: string, fileType: string, bytes: Uint8Array) => {
    const fileName = fileType === 'video/mp4' ? 'a.mp4' : 'a.pdf'
    const body = { fileName, fileType, fileSize: bytes.byteLength, category }
    return (await call('POST', '/api/v1/files/upload-url', { body })).body
  }
  const upload = async (
    call: typeof ann.call,
    category: string,
    fileType: string,
    bytes: Uint8Array<ArrayBuffer>,
  ) => {
    const asked = await announce(call, category, fileType, bytes)
    await testApp.app.request(asked.uploadUrl, { method: 'PUT', headers: asked.headers, body: bytes })
    expect((await call('POST', '/api/v1/files/complete', { body: { fileId: asked.fileId } })).status).toBe(
      200,
    )
    return asked.fileId as string
  }
  return { testApp, ann, stepUp, announce, upload }
}

type Scene = Awaited<ReturnType<typeof setup>>

interface Measured {
  readonly url: string
  /** Whether it opens anything now. */
  readonly isGood: () => Promise<boolean>
  readonly cacheControl: () => Promise<string | null>
}

const opensBlob = ({ testApp }: Scene, url: string): Measured => ({
  url,
  isGood: async () => (await testApp.app.request(url)).status === 200,
  cacheControl: async () => (await testApp.app.request(url)).headers.get('cache-control'),
})

const makers: Readonly<Record<string, (scene: Scene) => Promise<Measured>>> = {
  async 'GET /files/{id}/download'(scene) {
    const { ann, upload } = scene
    const id = await upload(ann.call, 'document', 'application/pdf', pdf)
    const { headers } = await ann.call('GET', `/api/v1/files/${id}/download`)
    return opensBlob(scene, headers.get('location') ?? '')
  },
  async 'GET /users/me/data-export'(scene) {
    const { testApp, ann, stepUp } = scene
    await stepUp()
    await ann.call('GET', '/api/v1/users/me/data-export')
    await testApp.settled()
    return opensBlob(scene, (await ann.call('GET', '/api/v1/users/me/data-export')).body.url)
  },
  async videoUrl(scene) {
    const { testApp, ann, upload } = scene
    const mentor = await staffMember(testApp, 'Mia', 'mentor')
    const videoFileId = await upload(mentor.call, 'course-video', 'video/mp4', mp4)
    const { id, lessonIds } = await publishCourse(mentor.call, { lessons: 1 }, { videoFileId })
    await enrol(ann.call, id)
    const lesson = await ann.call('GET', `/api/v1/courses/${id}/lessons/${lessonIds[0]}`)
    return opensBlob(scene, lesson.body.videoUrl)
  },
  async 'POST /files/upload-url'(scene) {
    const { testApp, ann, announce } = scene
    const asked = await announce(ann.call, 'document', 'application/pdf', pdf)
    return {
      url: asked.uploadUrl,
      // Nothing is taken without that header: the address is good, and stays unused.
      isGood: async () => (await testApp.app.request(asked.uploadUrl, { method: 'PUT' })).status === 400,
      cacheControl: async () => {
        expect((await testApp.app.request(asked.uploadUrl)).status).toBe(403)
        return 'no-store'
      },
    }
  },
  async 'POST /realtime/negotiate'({ testApp, ann }) {
    const answer = await ann.call('POST', '/api/v1/realtime/negotiate')
    return {
      url: answer.body.url,
      isGood: async () => testApp.clock.now() < Date.parse(answer.body.expiresAt),
      cacheControl: async () => answer.headers.get('cache-control'),
    }
  },
}

const listed = tableBelow('docs/security.md', "Links to what is somebody's")

test('each kind of link is in the table', () => {
  const names = listed.map(([link = '']) => /`([^`]+)`/.exec(link)?.[1])
  expect(names).toEqual(Object.keys(makers))
})

test.each(
  listed.map(([link = '', , lives = '', , kept = '']) => ({
    name: /`([^`]+)`/.exec(link)?.[1] ?? '',
    lives,
    kept,
  })),
)('$name is good for $lives', async ({ name, lives, kept }) => {
  const scene = await setup()
  const link = await makers[name]!(scene)
  const [count = '', unit = ''] = lives.split(' ')
  const ms = Number(count) * (unit === 'hours' ? 60 * minute : minute)
  expect(inWords(ms)).toBe(lives)
  const control = (await link.cacheControl()) ?? ''
  if (kept === 'no') expect(control).toContain('no-store')
  else expect(inWords(Number(/max-age=(\d+)/.exec(control)?.[1]) * 1000)).toBe(kept.replace('for ', ''))
  expect(await link.isGood()).toBe(true)
  scene.testApp.clock.advance(ms - 1)
  expect(await link.isGood()).toBe(true)
  scene.testApp.clock.advance(1)
  expect(await link.isGood()).toBe(false)
})
