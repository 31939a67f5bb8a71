import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { freePort } from '../free-port.ts'
import { type ChatPerson, createChatPerson } from '../pages/chat-person.ts'
import { type ChatServer, password, startChatServer } from '../pages/chat-server.ts'
import { type Engine, engines, launch } from '../pages/engines/engines.ts'
import { openGateway } from './gateway.ts'
import { buildPortal, expectNewestClient, portalMissing, serveByStaticWebApps } from './portal.ts'

/*
 * The portal in miniature, built as a front end builds it, behind the emulator of Static Web Apps with the whole API behind that:
 * what people do in it, in every engine.
 */

const desk = { width: 1000, height: 800 }
let portal: Awaited<ReturnType<typeof serveByStaticWebApps>>
let gateway: Awaited<ReturnType<typeof openGateway>>
let chat: ChatServer
let course: { id: string; title: string }

/** A course with a film in it, written by staff. */
async function writeCourse(): Promise<{ id: string; title: string }> {
  const { call } = await chat.signIn('admin@example.org', demoPassword)
  const film = readFileSync(join(import.meta.dirname, 'film.webm'))
  const announced = await call('POST', '/files/upload-url', {
    category: 'course-video',
    fileName: 'film.webm',
    fileType: 'video/webm',
    fileSize: film.byteLength,
  })
  await fetch(announced.uploadUrl, { method: 'PUT', headers: announced.headers, body: film })
  await call('POST', '/files/complete', { fileId: announced.fileId })
  const title = 'First day at work'
  const { id } = await call('POST', '/courses', {
    title,
    description: 'Where to be, and when.',
    category: 'tech',
    level: 'beginner',
  })
  for (const [name, more] of [
    ['Be there early', { videoFileId: announced.fileId }],
    ['Ask', {}],
  ] as const)
    await call('POST', `/courses/${id}/lessons`, { title: name, duration: 5, content: `# ${name}`, ...more })
  await call('POST', `/courses/${id}/publish`)
  return { id, title }
}

beforeAll(async () => {
  if (portalMissing) return
  expectNewestClient()
  const folder = await buildPortal('')
  const port = await freePort()
  const url = `http://localhost:${port}`
  chat = await startChatServer({ PUBLIC_URL: url, PORTAL_URL: url })
  gateway = await openGateway(chat.url)
  portal = await serveByStaticWebApps(folder, port, gateway.url)
  course = await writeCourse()
}, 300_000)
afterAll(async () => {
  portal?.close()
  gateway?.close()
  await chat?.stop()
})

const whyNot = portalMissing ? ` (${portalMissing})` : ''
for (const { name, missing, title } of engines)
  describe.skipIf(missing ?? portalMissing)(title + whyNot, () => {
    let engine: Engine
    const opened: ChatPerson[] = []
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const open = async (path: string) => {
      const person = createChatPerson(await engine.open(desk), portal.url)
      opened.push(person)
      await person.page.goto(portal.url + path)
      return person
    }

    const signIn = async (path: string, email: string, secret: string = password) => {
      const person = await open(`/login/?next=${encodeURIComponent(path)}`)
      await person.fill('[name=email]', email)
      await person.fill('[name=password]', secret)
      await person.page.press('Enter')
      return person
    }

    test('somebody signs up, stays signed in, and leaves in every tab at once', async () => {
      const email = `ann-${name}@example.com`
      const ann = await open('/signup/')
      await ann.fill('[name=name]', 'Ann Walker')
      await ann.fill('[name=email]', email)
      await ann.fill('[name=password]', password)
      await ann.page.press('Enter')
      await ann.sees('main', 'We sent a code to')
      const { text } = await chat.mailTo(email, /confirm/i)
      await ann.fill('[name=code]', /^ {4}(\d{6})$/m.exec(text)?.[1] ?? '')
      await ann.page.press('Enter')
      await ann.sees('[role=status]', 'Your address is confirmed.')
      await ann.press('a', 'To the dashboard')
      await ann.sees('main', 'Hello Ann Walker')

      gateway.endAccessTokens()
      await ann.page.reload()
      await ann.sees('main', 'Hello Ann Walker')

      const other = createChatPerson(await ann.page.tab(), portal.url)
      await other.page.goto(`${portal.url}/profile/`)
      await other.sees('h1', 'Profile')
      await ann.press('button', 'Sign out')
      await ann.sees('main', 'You are signed out.')
      await other.sees('main', 'Sign in')
      await other.page.reload()
      await other.sees('main', 'Sign in')
      expect(await ann.page.problems()).toEqual([])
      await ann.page.close()
    }, 120_000)

    test('a learner finds a course, watches its film, and completes a lesson', async () => {
      const { email } = await chat.signUp(`Ben ${name}`)
      const ben = await signIn('/courses/', email)
      await ben.sees('h2', course.title)
      await ben.press('label', 'Education')
      await ben.seesNo('h2', course.title)
      await ben.press('label', 'Tech')
      await ben.press('h2 a', course.title)
      await ben.press('button', 'Take part')
      await ben.press('ol a', 'Be there early')
      await ben.sees('article h2', 'Be there early')
      const plays = await ben.page.run(() => {
        const video = document.querySelector('video')
        if (!video) throw new Error('there is no video')
        return video.canPlayType('video/webm; codecs="vp8"') !== ''
      })
      // An engine that was built without the decoder shows the film, and cannot play it.
      if (plays || name === 'chromium') {
        await ben.page.run(async () => {
          const video = document.querySelector('video')
          if (!video) return
          video.muted = true
          await video.play()
          await new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }))
        })
        await ben.until('the film to be told as watched', () =>
          ben.page.run(async (id) => {
            const { items } = await (await fetch(`/api/v1/courses/${id}/lessons`)).json()
            return items[0].watchedPercent > 0
          }, course.id),
        )
      }
      await ben.press('button', 'I have completed this lesson')
      await ben.sees('[role=status]', 'You have completed this lesson.')
      await ben.press('a', 'Dashboard')
      await ben.sees('.card', '1 of 2 lessons')
      expect(await ben.page.problems()).toEqual([])
      await ben.page.close()
    }, 120_000)
  })
