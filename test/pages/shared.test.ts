import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { createBrowser } from '../app.ts'
import { enrol, publishCourse } from '../core/learning/course-people.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { createChatPerson } from './chat-person.ts'
import { type Engine, type EnginePage, engines, launch } from './engines/engines.ts'

/* What an officer or an employer sees who was sent a link: the page before the look, after it, and when it is over. */

const directory = mkdtempSync(join(tmpdir(), 'shared-page-'))
let server: RunningServer
let url: string
let learner: ReturnType<typeof createBrowser>
let courseId: string

beforeAll(async () => {
  if (engines.every(({ missing }) => missing)) return
  const port = String(await freePort())
  url = `http://localhost:${port}`
  server = await startServer({
    DATA_DIR: directory,
    DEMO_DATA: 'on',
    PORT: port,
    HOST: 'localhost',
    PUBLIC_URL: url,
    REQUIRE_VERIFIED_EMAIL: 'off',
    RATE_LIMIT_SCALE: '10000',
  })
  const browser = () =>
    createBrowser((path, init) =>
      fetch(url + path, { ...init, headers: { ...(init?.headers as Record<string, string>), origin: url } }),
    )
  const admin = browser()
  const logIn = { email: 'admin@example.org', password: demoPassword }
  await admin.call('POST', '/api/v1/auth/login', { body: logIn })
  const title = 'Bewerbungsunterlagenzusammenstellung_and_other_long_words_without_any_space_to_break_at'
  courseId = (await publishCourse(admin.call, { title })).id
  learner = browser()
  const account = { name: 'Ann Walker', email: 'ann.walker@example.com', password: 'SecurePass123!' }
  await learner.call('POST', '/api/v1/auth/signup', { body: account })
  await enrol(learner.call, courseId)
  await learner.call('POST', '/api/v1/auth/step-up', { body: { password: account.password } })
}, 120_000)
afterAll(async () => {
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

async function share(): Promise<{ id: string; url: string }> {
  const body = {
    recipientName: 'Officer Dana Hill',
    courseIds: [courseId],
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  }
  const answer = await learner.call('POST', '/api/v1/users/me/shares', { body })
  expect(answer.status).toBe(201)
  return answer.body
}
const looksAt = async (id: string): Promise<number> =>
  (await learner.call('GET', '/api/v1/users/me/shares')).body.items.find((each: any) => each.id === id)
    .lookCount

const textOf = (page: EnginePage) => page.run(() => document.body.innerText)
const buttonsOf = (page: EnginePage) =>
  page.run(() => [...document.querySelectorAll('button')].filter(({ hidden }) => !hidden).length)

for (const { name, missing, title } of engines)
  test.skipIf(missing)(
    `one button by the keyboard, nothing before it is pressed, nothing left afterwards: ${title}`,
    { timeout: 180_000 },
    async () => {
      const engine: Engine = await launch(name)
      try {
        for (const size of [
          { width: 1200, height: 800 },
          { width: 320, height: 640 },
        ]) {
          const page = await engine.open(size)
          const { until, faults, cutOff } = createChatPerson(page, url, '/api/v1/shared')
          const fine = async () => {
            expect(await faults()).toEqual([])
            expect(await cutOff()).toEqual([])
          }
          const made = await share()
          await page.goto(made.url)
          await until('the button', async () => (await buttonsOf(page)) === 1)
          expect(await textOf(page)).not.toMatch(/Ann|Dana|Bewerbung/)
          expect(await looksAt(made.id)).toBe(0)
          await fine()

          await page.press('Tab')
          await page.press('Enter')
          await until('what is shared', async () => /Bewerbung/.test(await textOf(page)))
          expect(await textOf(page)).toMatch(/Ann Walker.*For Officer Dana Hill, until.*0 %.*Not yet/s)
          expect(await page.run(() => document.activeElement?.id)).toBe('whose')
          expect(await looksAt(made.id)).toBe(1)
          await fine()

          // Going away and coming back shows a button again, not what was there.
          await page.reload()
          await until('the button again', async () => (await buttonsOf(page)) === 1)
          expect(await textOf(page)).not.toMatch(/Ann|Bewerbung/)
          await learner.call('DELETE', `/api/v1/users/me/shares/${made.id}`)
          await page.press('Tab')
          await page.press('Enter')
          await until('that it is over', async () => /This link is over/.test(await textOf(page)))
          expect(await buttonsOf(page)).toBe(0)
          await fine()

          await page.goto(`${url}/api/v1/shared?whole=not`)
          await until('that it is not whole', async () => /not whole/.test(await textOf(page)))
          await fine()
          expect(await page.problems()).toEqual([])
          await page.close()
        }
      } finally {
        await engine.close()
      }
    },
  )
