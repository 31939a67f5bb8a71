import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../../entry/demo.ts'
import { mp4 } from '../../core/files/sample-files.ts'
import { type ChatPerson, createChatPerson } from '../chat-person.ts'
import { type ApiPerson, type ChatServer, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'

/*
 * A course is written with a video and published, and somebody who takes it is seen getting on; a mentor sees their own
 * courses and learners, and nobody else's.
 */

const files = mkdtempSync(join(tmpdir(), 'course-day-'))
const video = join(files, 'welcome.mp4')
const captions = join(files, 'welcome.vtt')
writeFileSync(video, mp4)
writeFileSync(captions, 'WEBVTT\n\n00:00.000 --> 00:01.000\nWelcome.\n')

let server: ChatServer
let admin: ApiPerson
beforeAll(async () => {
  if (engines.every(({ missing }) => missing)) return
  server = await startChatServer()
  admin = await server.signIn('admin@example.org', demoPassword)
}, 180_000)
afterAll(async () => {
  await server?.stop()
  rmSync(files, { recursive: true, force: true })
})

async function signIn(person: ChatPerson, email: string): Promise<void> {
  await person.open()
  await person.fill('[name=email]', email)
  await person.fill('[name=password]', demoPassword)
  await person.page.press('Enter')
  await person.sees('.console-menu a')
}

/** Into the field with this label. */
async function write(person: ChatPerson, label: string, text: string): Promise<void> {
  let field = ''
  await person.until(`the field ${label}`, async () => {
    field = await person.page.run(
      (wanted) =>
        [...document.querySelectorAll('label')].find(
          ({ textContent, offsetParent }) => textContent?.startsWith(wanted) && offsetParent !== null,
        )?.htmlFor ?? '',
      label,
    )
    return field !== ''
  })
  await person.fill(`[id="${field}"]`, text)
}

async function writeCourse(person: ChatPerson, title: string): Promise<string> {
  await person.press('.console-menu a', 'Courses')
  await person.press('.screen-head a', 'New course')
  await write(person, 'Title', title)
  await write(person, 'Description', 'What the first day is like.')
  await person.press('button[type=submit]', 'Create the draft')
  await person.sees('.screen-head h1', title)
  const id = await person.page.run(() => location.hash.split('/')[2] ?? '')
  await write(person, 'Title', 'Welcome')
  await person.press('button[type=submit]', 'Add the lesson')
  await person.press('.lines a', 'Welcome')
  await write(person, 'Text', '# Welcome\n\nBring **your papers**.')
  await person.press('.markdown button', 'Show the preview')
  await person.sees('.preview strong', 'your papers')
  await person.page.upload('input[accept^="video"]', video)
  await person.sees('[role=status]', 'The video is uploaded')
  await person.page.upload('input[accept^=".vtt"]', captions)
  await person.sees('button', 'Remove the captions in en')
  await person.press('.save-form button[type=submit]', 'Save')
  await person.sees('.notice', 'Saved in the draft')
  await person.sees('video')
  await person.press('.back', title)
  await person.press('.screen-head button', 'Publish')
  await person.sees('.dialog li', 'Welcome')
  await person.press('.dialog button', 'Publish')
  await person.sees('.notice', 'Published as version 1.')
  await person.sees('.facts .tag', 'Published')
  return id
}

describe.each(engines.filter(({ name }) => name === 'chromium'))('in $title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each([
    { look: 'a desk', width: 1200, height: 800 },
    { look: 'a phone', width: 390, height: 844 },
  ])(
    'a course is written and published at $look, and somebody gets on with it',
    { timeout: 120_000 },
    async ({ look, ...size }) => {
      const person = createChatPerson(await engine.open(size), server.url, '/console')
      await signIn(person, 'admin@example.org')
      const title = `First day, at ${look}`
      const id = await writeCourse(person, title)

      const learner = await server.signUp('Lena Learner')
      await server.confirm(learner.email)
      await learner.call('POST', `/courses/${id}/enroll`, {})
      const { lessons } = await learner.call('GET', `/courses/${id}`)
      await learner.call('POST', `/courses/${id}/lessons/${lessons[0].id}/complete`, {})
      await person.press('nav a', 'People and their progress')
      await person.sees('.table tbody td', '100 %')
      await person.press('.table a', 'Lena Learner')
      await person.sees('.table tbody th', title)
      expect(await person.page.problems()).toEqual([])
      await person.page.close()
    },
  )

  test.skipIf(missing)('what two change at once is not lost by either', { timeout: 120_000 }, async () => {
    const person = createChatPerson(await engine.open({ width: 1200, height: 800 }), server.url, '/console')
    await signIn(person, 'admin@example.org')
    const course = await admin.call('POST', '/courses', {
      title: 'Written by two',
      description: '',
      category: 'tech',
      level: 'beginner',
    })
    const lesson = await admin.call('POST', `/courses/${course.id}/lessons`, { title: 'Together' })
    await person.page.run((to) => {
      location.hash = to
    }, `/courses/${course.id}/card`)
    await write(person, 'Title', 'Mine')
    await admin.call('PATCH', `/courses/${course.id}`, { title: 'Theirs' })
    await person.press('.save-form button[type=submit]', 'Save')
    await person.sees('.notice', 'changed the title meanwhile')
    await person.press('.save-form button[type=submit]', 'Save')
    await person.sees('.notice', 'Saved.')
    expect((await admin.call('GET', `/courses/${course.id}/draft`)).title).toBe('Mine')

    await person.page.run((to) => {
      location.hash = to
    }, `/courses/${course.id}/${lesson.id}`)
    await write(person, 'In short', 'Mine')
    await admin.call('PATCH', `/courses/${course.id}/lessons/${lesson.id}`, { description: 'Theirs' })
    await person.press('.save-form button[type=submit]', 'Save')
    await person.sees('.notice', 'changed the description meanwhile')
    // Looking elsewhere loses nothing.
    await person.press('.console-menu a', 'Courses')
    await person.sees('.table')
    await person.page.run((to) => {
      location.hash = to
    }, `/courses/${course.id}/${lesson.id}`)
    await person.press('.save-form button[type=submit]', 'Save')
    await person.sees('.notice', 'Saved in the draft')
    expect((await admin.call('GET', `/courses/${course.id}/draft/lessons/${lesson.id}`)).description).toBe(
      'Mine',
    )
    expect(await person.page.problems()).toEqual([])
    await person.page.close()
  })

  test.skipIf(missing)('a preview is elements and never HTML', { timeout: 60_000 }, async () => {
    const person = createChatPerson(await engine.open({ width: 1200, height: 800 }), server.url, '/console')
    await signIn(person, 'admin@example.org')
    const course = await admin.call('POST', '/courses', {
      title: 'With malice',
      description: '',
      category: 'tech',
      level: 'beginner',
    })
    const content = [
      '<img src=x onerror="document.title=1"><script>document.title=2</script>',
      '[press](javascript:document.title=3) [data](data:text/html,x) ![far](https://elsewhere.example/p.png)',
      '<p style="position:fixed" id="app" onclick="x()">**bold**</p>',
      '[near](https://example.org)',
    ].join('\n\n')
    const { id } = await admin.call('POST', `/courses/${course.id}/lessons`, { title: 'One', content })
    await person.page.run((to) => {
      location.hash = to
    }, `/courses/${course.id}/${id}`)
    await person.press('.markdown button', 'Show the preview')
    await person.sees('.preview a', 'near')
    const found = await person.page.run(() =>
      [...document.querySelectorAll('.preview > *, .preview > * *')].flatMap((each) =>
        [...each.attributes].map(({ name, value }) => `${each.localName} ${name}=${value}`),
      ),
    )
    expect(
      found.filter((each) => /^(?:img|script)|javascript:|data:| on\w+=| style=| id=/.test(each)),
    ).toEqual([])
    expect(found).toContain('a href=https://example.org')
    expect(await person.texts('.preview img, .preview script')).toEqual([])
    expect(await person.page.problems()).toEqual([])
    await person.page.close()
  })

  test.skipIf(missing)('a token is shown once, and ended', { timeout: 60_000 }, async () => {
    const person = createChatPerson(await engine.open({ width: 390, height: 844 }), server.url, '/console')
    await signIn(person, 'admin@example.org')
    await person.press('.console-menu a', 'Service tokens')
    await person.press('.screen-head button', 'New token')
    await write(person, 'Name', 'Nightly report')
    await person.press('.dialog button[type=submit]', 'Make it')
    await person.sees('.dialog [role=alert]', 'Choose at least one.')
    await person.press('.dialog .check', 'Read counts')
    await person.press('.dialog button[type=submit]', 'Make it')
    await person.fill('[name=proof]', demoPassword)
    await person.page.press('Enter')
    await person.sees('.secret')
    const [token = ''] = await person.texts('.secret')
    const counts = () =>
      fetch(`${server.url}/api/v1/reports/forms`, { headers: { authorization: `Bearer ${token}` } })
    expect((await counts()).status).toBe(200)
    await person.press('.dialog button', 'I have kept it')
    await person.sees('.table tbody th', 'Nightly report')
    expect(await person.page.run(() => document.body.innerText)).not.toContain(token)
    await person.press('.table button', 'End Nightly report')
    await person.press('.dialog button', 'End it')
    await person.sees('.hint', 'There is none.')
    expect((await counts()).status).toBe(401)
    await person.page.close()
  })

  test.skipIf(missing)(
    'a mentor sees their own courses and learners only',
    { timeout: 120_000 },
    async () => {
      const theirs = await admin.call('POST', '/courses', {
        title: 'Of somebody else',
        description: '',
        category: 'tech',
        level: 'beginner',
      })
      const person = createChatPerson(await engine.open({ width: 390, height: 844 }), server.url, '/console')
      await signIn(person, 'mentor@example.org')
      expect(await person.texts('.console-menu a')).toEqual(['Today', 'Forms', 'My learners', 'Courses'])
      await person.press('.console-menu a', 'Courses')
      await person.sees('.hint', 'No course is like that.')
      await person.page.run((to) => {
        location.hash = to
      }, `/courses/${theirs.id}`)
      await person.sees('[role=alert]')
      expect(await person.texts('.console-main')).not.toContain('Of somebody else')
      await person.press('.console-menu a', 'My learners')
      await person.press('.table a', 'Alicia')
      await person.sees('h2', 'Altogether')
      await person.page.close()
    },
  )
})
