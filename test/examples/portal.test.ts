import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { freePort } from '../free-port.ts'
import { type ChatPerson, createChatPerson } from '../pages/chat-person.ts'
import { type ChatServer, password, startChatServer } from '../pages/chat-server.ts'
import { type Engine, engines, launch } from '../pages/engines/engines.ts'
import { type RunningServer, startServer } from '../server.ts'
import { writeCourse } from './course.ts'
import { openGateway, openSites } from './gateway.ts'
import { faultsOf, pages } from './looks.ts'
import { buildPortal, example, expectNewestClient, portalMissing, serveByStaticWebApps } from './portal.ts'

/*
 * The portal in miniature, built as a front end builds it, behind the emulator of Static Web Apps with the whole API behind that:
 * what people do in it, in every engine.
 */

const desk = { width: 1000, height: 800 }
let portal: Awaited<ReturnType<typeof serveByStaticWebApps>>
let gateway: Awaited<ReturnType<typeof openGateway>>
let chat: ChatServer
let realtime: RunningServer | undefined
let course: { id: string; title: string }

/** The address that the newest mail with these words leads to. */
async function linkIn(email: string, words: RegExp): Promise<string> {
  return vi.waitFor(
    async () => {
      const mails = await chat.mailsTo(email)
      const mail = mails.find(({ subject, text }) => words.test(subject) || words.test(text))
      if (mail === undefined) throw new Error(`no mail to ${email} with ${words}`)
      return /https?:\/\/\S+/.exec(mail.text)?.[0] ?? ''
    },
    { timeout: 30_000, interval: 100 },
  )
}

async function signInWith(engine: Engine, path: string, email: string, secret: string = password) {
  const person = createChatPerson(await engine.open(desk), portal.url)
  await person.page.goto(`${portal.url}/login/?next=${encodeURIComponent(path)}`)
  await person.fill('[name=email]', email)
  await person.fill('[name=password]', secret)
  await person.page.press('Enter')
  await person.until(`to be at ${path}`, () =>
    person.page.run((at) => location.pathname === at && document.querySelector('h1') !== null, path),
  )
  return person
}

beforeAll(async () => {
  if (portalMissing) return
  expectNewestClient(example)
  const folder = await buildPortal('')
  const port = await freePort()
  const url = `http://localhost:${port}`
  // As Azure Web PubSub: elsewhere, since Static Web Apps pass no connections on.
  const socketsPort = await freePort()
  const key = 'the-access-key-of-this-portal-and-of-nobody-else'
  const sockets = `http://localhost:${socketsPort}`
  chat = await startChatServer({
    PUBLIC_URL: url,
    PORTAL_URL: url,
    WEB_PUBSUB_CONNECTION_STRING: `Endpoint=${sockets};AccessKey=${key};Version=1.0;`,
    FORMS_NOTIFY: 'admin@example.org',
    REPORTS_NOTIFY: 'admin@example.org',
  })
  realtime = await startServer(
    {
      REALTIME_PORT: String(socketsPort),
      REALTIME_URL: sockets,
      REALTIME_KEY: key,
      REALTIME_EVENTS_URL: `${chat.url}/api/v1/realtime/events`,
    },
    ['entry/realtime.ts'],
  )
  gateway = await openGateway()
  gateway.leadTo(chat.url)
  portal = await serveByStaticWebApps(folder, port, gateway.url)
  course = await writeCourse(chat)
}, 300_000)
afterAll(async () => {
  portal?.close()
  gateway?.close()
  await realtime?.stop('SIGKILL')
  await chat?.stop()
})

const whyNot = portalMissing ? ` (${portalMissing})` : ''
/** Firefox says so of what its service worker was asked for by a page that somebody has left. */
const cutByLeaving = /ServiceWorker intercepted the request/
const problemsOf = async ({ page }: Pick<ChatPerson, 'page'>) =>
  (await page.problems()).filter((problem) => !cutByLeaving.test(problem))

for (const { name, missing, title } of engines)
  describe.skipIf(missing ?? portalMissing)(title + whyNot, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const open = async (path: string) => {
      const person = createChatPerson(await engine.open(desk), portal.url)
      await person.page.goto(portal.url + path)
      return person
    }

    const signIn = (path: string, email: string) => signInWith(engine, path, email)

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
      expect(await problemsOf(ann)).toEqual([])
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
      expect(await problemsOf(ben)).toEqual([])
      await ben.page.close()
    }, 120_000)

    test('a profile is changed, and a second factor is set up and asked for', async () => {
      const { email } = await chat.signUp(`Cleo ${name}`)
      await chat.confirm(email)
      const cleo = await signIn('/profile/', email)
      await cleo.sees('h2', 'Settings')
      const isOn = (label: string) =>
        cleo.page.run(
          (text) =>
            [...document.querySelectorAll('[role=switch]')]
              .find((each) => each.textContent?.includes(text))
              ?.getAttribute('aria-checked'),
          label,
        )
      for (const label of ['Push notifications', 'E-mail updates', 'Dark']) {
        await cleo.until(`${label} to be on`, async () => (await isOn(label)) === 'true')
        await cleo.press('[role=switch]', label)
        await cleo.until(`${label} to be off`, async () => (await isOn(label)) === 'false')
      }
      await cleo.fill('[name=name]', 'Cleo Two')
      await cleo.page.press('Enter')
      await cleo.until('all of it to be kept', () =>
        cleo.page.run(async () => {
          const { name, preferences } = await (await fetch('/api/v1/users/me')).json()
          const { notifications, emailUpdates, theme } = preferences
          return name === 'Cleo Two' && !notifications && !emailUpdates && theme === 'light'
        }),
      )
      await cleo.page.reload()
      await cleo.sees('h2', 'Settings')
      for (const label of ['Push notifications', 'E-mail updates', 'Dark'])
        await cleo.until(`${label} to be off still`, async () => (await isOn(label)) === 'false')
      await cleo.until('the light colors', () =>
        cleo.page.run(() => document.documentElement.dataset['theme'] === 'light'),
      )

      await cleo.fill('[name=proof]', password)
      await cleo.press('button', 'Set up an app')
      await cleo.sees('code')
      const [secret = ''] = await cleo.texts('code')
      const totp = new TOTP({ secret })
      await cleo.fill('[name=code]', totp.generate())
      await cleo.press('button', 'Turn it on')
      await cleo.sees('.codes li')
      const codes = await cleo.texts('.codes li')
      await cleo.press('button', 'Sign out')
      await cleo.sees('main', 'You are signed out.')
      const back = createChatPerson(await engine.open(desk), portal.url)
      await back.page.goto(`${portal.url}/login/?next=/profile/`)
      await back.fill('[name=email]', email)
      await back.fill('[name=password]', password)
      await back.page.press('Enter')
      await back.sees('main', 'This account wants a second proof.')
      await back.fill('[name=code]', '000000')
      await back.press('button', 'Go on')
      await back.until('to be refused', async () => (await back.texts('[role=alert]')).some(Boolean))
      await back.fill('[name=code]', codes[0] ?? '')
      await back.press('button', 'Go on')
      await back.sees('main', 'An app on your phone is asked for')
      expect(await problemsOf(cleo)).toEqual([])
      expect(await problemsOf(back)).toEqual([])
      await cleo.page.close()
      await back.page.close()
    }, 120_000)

    test('a forgotten password is set anew by the link of the mail, which leaves the address', async () => {
      const { email } = await chat.signUp(`Dora ${name}`)
      const dora = await open('/forgot-password/')
      await dora.fill('[name=email]', email)
      await dora.page.press('Enter')
      await dora.sees('[role=status]', 'link')
      await dora.page.goto(await linkIn(email, /password/i))
      await dora.sees('label', 'New password')
      expect(await dora.page.run(() => location.pathname + location.search)).toBe('/reset-password')
      const anew = 'Quite-Another-Secret-7'
      await dora.fill('[name=newPassword]', 'password1234')
      await dora.page.press('Enter')
      await dora.until('to be told what is wrong with it', async () =>
        (await dora.texts('[role=alert]')).some(Boolean),
      )
      await dora.fill('[name=newPassword]', anew)
      await dora.page.press('Enter')
      await dora.press('a', 'Sign in with it')
      await dora.fill('[name=email]', email)
      await dora.fill('[name=password]', anew)
      await dora.page.press('Enter')
      await dora.sees('main', `Hello Dora ${name}`)
      expect(await problemsOf(dora)).toEqual([])
      await dora.page.close()
    }, 120_000)

    test('anybody sends the three forms, and follows a referral; staff open it from their mail', async () => {
      const sam = await open('/contact/')
      const send = async (fields: Readonly<Record<string, string>>, boxes: readonly string[] = []) => {
        for (const [field, text] of Object.entries(fields)) await sam.fill(`[name=${field}]`, text)
        for (const box of boxes) await sam.press('label', box)
        // Somebody who is done within a second is taken for a program, and staff are told later.
        await sam.page.run(() => {
          const { now } = Date
          Date.now = () => now() + 60_000
        })
        await sam.press('button', 'Send')
      }
      const email = `sam-${name}@example.com`
      await send({ name: 'Sam Example', email, subject: 'Hours', message: 'When are you open on Fridays?' })
      await sam.sees('[role=status]', '24 hours')
      await sam.press('a', 'Take part')
      await sam.sees('h1', 'Take part')
      await send({ name: 'Sam Example', email, availability: 'Evenings' }, ['Computers', 'Education'])
      await sam.until('to be thanked', async () => (await sam.texts('[role=status].done')).some(Boolean))
      await sam.press('a', 'Refer somebody')
      await sam.sees('h1', 'Refer somebody')
      await send(
        {
          referrerName: 'Rita Example',
          organization: 'Example Services',
          referrerEmail: `rita-${name}@example.com`,
          referrerPhone: '+1 619 555 0100',
          name: `Pat ${name}`,
          contact: '+1 619 555 0142',
          notes: 'Mornings are best.',
        },
        ['Housing'],
      )
      await sam.sees('dd', 'REF-')
      const [number = '', code = ''] = await sam.texts('.done dd')
      await sam.press('a', 'how far it is')
      await sam.fill('[name=trackingNumber]', number)
      await sam.fill('[name=code]', 'AAAA-BBBB-CCCC-DDDD')
      await sam.page.press('Enter')
      await sam.until('to be told that the code is wrong', async () =>
        (await sam.texts('[role=alert]')).some(Boolean),
      )
      await sam.fill('[name=code]', code)
      await sam.page.press('Enter')
      await sam.sees('[role=status]', `${number}: Nobody has looked at it yet.`)

      const { call } = await chat.signIn('admin@example.org', demoPassword)
      const { items } = await call('GET', '/forms?type=referral')
      const { id } = items.find((each: { trackingNumber: string }) => each.trackingNumber === number)
      await sam.page.goto(await linkIn('admin@example.org', new RegExp(id)))
      await sam.press('main a', 'Sign in')
      await sam.fill('[name=email]', 'admin@example.org')
      await sam.fill('[name=password]', demoPassword)
      await sam.page.press('Enter')
      await sam.sees('dd', `Pat ${name}`)
      await sam.page.run(() => {
        const select = document.querySelector('select')
        if (select) select.value = 'reviewed'
        select?.dispatchEvent(new Event('change', { bubbles: true }))
      })
      await sam.fill('[name=note]', 'Called, comes on Tuesday.')
      await sam.press('button', 'Save')
      await sam.sees('li', 'Called, comes on Tuesday.')
      await sam.sees('.quiet', 'reviewed')
      expect(await problemsOf(sam)).toEqual([])
      await sam.page.close()
    }, 120_000)

    test('somebody takes their data along, deletes their account, and thinks better of it', async () => {
      const { email } = await chat.signUp(`Eve ${name}`)
      await chat.confirm(email)
      const eve = await signIn('/data-export/', email)
      await eve.fill('[name=proof]', 'Not-It-At-All-9')
      await eve.page.press('Enter')
      await eve.until('to be refused', async () => (await eve.texts('[role=alert]')).some(Boolean))
      await eve.fill('[name=proof]', password)
      await eve.page.press('Enter')
      await eve.until('the export to be on its way, or here', async () =>
        (await eve.texts('[role=status]')).some((text) => /put together|is ready/.test(text)),
      )
      await eve.page.goto(await linkIn(email, /data/i))
      await eve.fill('[name=proof]', password)
      await eve.page.press('Enter')
      await eve.sees('[role=status] a', 'Download my data')
      const first = await eve.page.run(async () => {
        const link = document.querySelector<HTMLAnchorElement>('[role=status] a')
        const bytes = new Uint8Array(await (await fetch(link?.href ?? '')).arrayBuffer())
        return String.fromCharCode(...bytes.slice(0, 2))
      })
      expect(first).toBe('PK')

      await eve.page.goto(`${portal.url}/delete-account/`)
      await eve.fill('[name=proof]', password)
      await eve.press('button', 'Delete my account')
      await eve.sees('[role=status]', 'Your account is locked.')
      await eve.page.goto(await linkIn(email, /delet|clos/i))
      await eve.press('button', 'Cancel the deletion')
      await eve.seesNo('button', 'Cancel the deletion')
      expect(await eve.page.run(() => location.search)).toBe('')
      const back = await signIn('/dashboard/', email)
      await back.sees('main', `Hello Eve ${name}`)
      expect(await problemsOf(eve)).toEqual([])
      await eve.page.close()
      await back.page.close()
    }, 120_000)

    test('two people write to each other, live', async () => {
      const learner = await signInWith(engine, '/chat/', 'learner@example.org', demoPassword)
      await learner.press('button', 'Demo Mentor')
      await learner.sees('#message')
      await learner.seesNo('main [role=status]', 'Connecting')
      const mentor = await chat.signIn('mentor@example.org', demoPassword)
      const id = await learner.page.run(() => new URLSearchParams(location.search).get('id'))
      const text = `Shall we meet on Thursday? (${name})`
      await mentor.call('POST', `/conversations/${id}/messages`, { text })
      await learner.sees('.message', text)
      await learner.fill('#message', `Yes, at noon. (${name})`)
      await learner.page.press('Enter')
      await learner.sees('[role=log] .mine', `Yes, at noon. (${name})`)
      await learner.until('it to be there for the other', async () => {
        const { items } = await mentor.call('GET', `/conversations/${id}/messages`)
        return items[0].text === `Yes, at noon. (${name})`
      })
      chat.line.cut()
      await learner.fill('#message', `And I bring coffee. (${name})`)
      await learner.page.press('Enter')
      await learner.sees('.waiting', 'I bring coffee')
      chat.line.restore()
      await learner.sees('[role=log] .mine', `And I bring coffee. (${name})`)
      expect(await problemsOf(learner)).toEqual([])
      await learner.page.close()
    }, 120_000)

    test('it is an app, which keeps what the build made and nothing that the API says', async () => {
      const { email } = await chat.signUp(`Finn ${name}`)
      const finn = await signIn('/dashboard/', email)
      await finn.sees('main', `Hello Finn ${name}`)
      const hasWorker = await finn.page.run(() => 'serviceWorker' in navigator)
      if (hasWorker) {
        await finn.page.run(async () => void (await navigator.serviceWorker.ready))
        await finn.page.reload()
        await finn.sees('main', `Hello Finn ${name}`)
        const kept = await finn.page.run(async () => {
          const names = await caches.keys()
          const requests = await Promise.all(names.map(async (each) => (await caches.open(each)).keys()))
          return requests.flat().map(({ url }) => new URL(url).pathname)
        })
        expect(kept).toContain('/offline/')
        expect(kept.filter((path) => path.startsWith('/_next/static/')).length).toBeGreaterThan(3)
        for (const path of kept)
          expect(path).toMatch(/^\/(_next\/static\/|offline\/$|icon\.svg$|manifest\.webmanifest$)/)
      }
      const manifest = await finn.page.run(async () => {
        const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')
        const { display, start_url, icons } = await (await fetch(link?.href ?? '')).json()
        const sizes = await Promise.all(
          icons.map(async ({ src, type }: { src: string; type: string }) => {
            const icon = await fetch(src)
            return icon.ok && icon.headers.get('content-type')?.startsWith(type)
          }),
        )
        return { display, start_url, sizes }
      })
      expect(manifest).toEqual({ display: 'standalone', start_url: '/dashboard/', sizes: [true, true, true] })
      await finn.page.close()
    }, 120_000)
  })

const [shownIn] = engines.filter(({ name }) => name === 'chromium')
describe.skipIf(shownIn?.missing ?? portalMissing)(`every page, in ${shownIn?.title}${whyNot}`, () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await launch('chromium')
  }, 60_000)
  afterAll(() => engine?.close())

  test('looks as it should at a desk and on a phone, light and dark, and is used by the keyboard alone', async () => {
    const admin = await chat.signIn('admin@example.org', demoPassword)
    const referral = await admin.call('POST', '/forms/contact', {
      name: 'Sam Example',
      email: 'sam@example.com',
      subject: 'A question',
      message: 'When are you open on Fridays?',
    })
    const learner = await chat.signUp('Hana Walker')
    await chat.confirm(learner.email)
    await learner.call('POST', `/courses/${course.id}/enroll`)
    const { items } = await learner.call('GET', `/courses/${course.id}/lessons`)
    const friend = await learner.call('GET', '/contacts')
    const talk = await learner.call('POST', '/conversations', {
      type: 'direct',
      participantIds: [friend.items[0].userId],
    })
    await learner.call('POST', `/conversations/${talk.id}/messages`, { text: 'Hello, I am new here.' })
    const ofLearner: Readonly<Record<string, string>> = {
      '/chat/': '',
      '/chat/conversation/': `?id=${talk.id}`,
      '/confirm/': '',
      '/courses/course/': `?id=${course.id}`,
      '/courses/lesson/': `?course=${course.id}&id=${items[0].id}`,
      '/dashboard/': '',
      '/data-export/': '',
      '/delete-account/': '',
      '/profile/': '',
    }
    const found: string[] = []
    const look = async (person: ChatPerson, path: string, rest = '') =>
      found.push(
        ...(await faultsOf(
          person,
          path.replaceAll('/', ' ').trim().replaceAll(' ', '-') || 'home',
          portal.url + path + rest,
        )),
      )
    const person = createChatPerson(await engine.open(desk), portal.url)
    const visited = pages.filter((path) => !(path in ofLearner) && !path.startsWith('/admin/'))
    for (const path of visited)
      await look(person, path, ['/reset-password/', '/account-deletion/'].includes(path) ? '?token=none' : '')
    const signedIn = await signInWith(engine, '/dashboard/', learner.email)
    for (const path of pages.filter((each) => each in ofLearner)) await look(signedIn, path, ofLearner[path])
    const staff = await signInWith(engine, '/admin/forms/', 'admin@example.org', demoPassword)
    for (const path of pages.filter((each) => each.startsWith('/admin/'))) await look(staff, path)
    await look(staff, '/admin/forms/', referral.id)
    expect(found).toEqual([])
    for (const { page } of [person, signedIn, staff]) {
      expect(await page.problems()).toEqual([])
      await page.close()
    }
  }, 300_000)
})

describe('as portal. and client. of one site, with the API at api.', () => {
  // Under a top level that there is: WebKit keeps no cookies between hosts of one that nobody has listed.
  const site = (name: string) => `https://${name}.example.org`
  let sites: Awaited<ReturnType<typeof openSites>>
  let host: Awaited<ReturnType<typeof serveByStaticWebApps>>
  let expiry: Awaited<ReturnType<typeof openGateway>>
  let api: ChatServer
  let lesson: { id: string; title: string }

  beforeAll(async () => {
    if (portalMissing) return
    const folder = await buildPortal(site('api'))
    host = await serveByStaticWebApps(folder, await freePort())
    api = await startChatServer({
      PUBLIC_URL: site('api'),
      PORTAL_URL: site('portal'),
      CORS_ORIGINS: `${site('portal')},${site('client')}`,
    })
    expiry = await openGateway()
    expiry.leadTo(api.url)
    sites = await openSites({
      'api.example.org': expiry.url,
      'portal.example.org': host.url,
      'client.example.org': host.url,
      'other.example.org': host.url,
    })
    lesson = await writeCourse(api)
  }, 300_000)
  afterAll(async () => {
    sites?.close()
    host?.close()
    expiry?.close()
    await api?.stop()
  })

  for (const { name, missing, title } of engines)
    describe.skipIf(missing ?? portalMissing)(title + whyNot, () => {
      let engine: Engine
      beforeAll(async () => {
        engine = await launch(name, { httpsProxy: sites.proxy })
      }, 60_000)
      afterAll(() => engine?.close())

      test('one sign-in is good for both, and a page that is not listed gets nothing', async () => {
        const { email } = await api.signUp(`Gus ${name}`)
        const gus = createChatPerson(await engine.open(desk), site('portal'), '/login/')
        await gus.open()
        await gus.fill('[name=email]', email)
        await gus.fill('[name=password]', password)
        await gus.page.press('Enter')
        await gus.sees('main', `Hello Gus ${name}`)
        const there = createChatPerson(await gus.page.tab(), site('client'), '/dashboard/')
        await there.open()
        await there.sees('main', `Hello Gus ${name}`)

        expiry.endAccessTokens()
        await Promise.all([gus.page.reload(), there.page.reload()])
        await gus.sees('main', `Hello Gus ${name}`)
        await there.sees('main', `Hello Gus ${name}`)

        await there.press('nav a', 'Courses')
        await there.press('h2 a', lesson.title)
        await there.press('button', 'Take part')
        await there.press('ol a', 'Be there early')
        await there.sees('video')
        if (name !== 'webkit')
          await there.until('the film of another origin to be there', () =>
            there.page.run(() => (document.querySelector('video')?.readyState ?? 0) > 0),
          )
        await there.press('button', 'I have completed this lesson')
        await there.sees('[role=status]', 'You have completed this lesson.')
        expect(await problemsOf(gus)).toEqual([])
        expect(await problemsOf(there)).toEqual([])

        const stranger = createChatPerson(await gus.page.tab(), site('other'), '/dashboard/')
        await stranger.open()
        await stranger.sees('body', 'One moment')
        const answered = await stranger.page.run(
          (url) =>
            fetch(`${url}/api/v1/users/me`, { credentials: 'include' }).then(
              ({ status }) => status,
              () => 'nothing',
            ),
          site('api'),
        )
        expect(answered).toBe('nothing')
        await stranger.page.close()

        await gus.press('button', 'Sign out')
        await gus.sees('main', 'You are signed out.')
        await there.page.reload()
        await there.sees('main', 'Sign in')
        await gus.page.close()
      }, 120_000)
    })
})
