import { describe, expect, test } from 'vitest'
import { users } from '../../src/core/accounts/users/users.model.ts'
import { MailList } from '../../src/core/platform/mail/mail.model.ts'
import { mailedPages, ownPagesPath } from '../../src/core/platform/mail/mailed-pages.model.ts'
import { deliveries } from '../../src/core/platform/mail/templates.ts'
import { encodeBase64url } from '../../src/ports/base64url.ts'
import { headersOf } from '../../src/ports/mailer.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { createTestApp, origin, person, type TestApp } from '../app.ts'
import { mailsTo } from '../core/accounts/intruder.ts'
import { lastSummary, learner, planAndSend } from '../core/notifications/weekly-mail.ts'
import { samples } from '../core/platform/mails/samples.ts'
import { createPlainBrowser } from './plain-browser.ts'

const page = `${origin}${ownPagesPath}/${mailedPages.unsubscribe.ours}`
const body = 'List-Unsubscribe=One-Click'
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

async function open(environment: Record<string, string> = {}, ports?: Parameters<typeof createTestApp>[0]) {
  const testApp = await createTestApp({ environment, ...ports })
  const ann = await learner(testApp)
  await planAndSend(testApp)
  const { links } = await lastSummary(testApp)
  const wants = async () => (await testApp.users.read(ann.userId))?.value.preferences.emailUpdates
  const want = (emailUpdates: boolean) =>
    testApp.users.changeUser(ann.userId, (user) => ({
      ...user,
      preferences: { ...user.preferences, emailUpdates },
    }))
  return { testApp, ann, link: links[0] ?? '', wants, want }
}

const post = ({ app }: TestApp, link: string, init: RequestInit = {}) =>
  app.request(link, { method: 'POST', headers: urlencoded, body, ...init })

test('every template is either of a list that can be ended, by its head and by its foot, or is sent in any case', () => {
  expect(new Set(Object.keys(deliveries))).toEqual(new Set(samples.map(({ template }) => template)))
  for (const { template, language, message } of samples) {
    const { list } = deliveries[template]
    const head = headersOf(message)
    expect(head['Auto-Submitted'], template).toBe('auto-generated')
    expect(head['List-Unsubscribe'] !== undefined, template).toBe(list !== null)
    expect(head['List-Unsubscribe-Post'], template).toBe(
      list === null ? undefined : 'List-Unsubscribe=One-Click',
    )
    const ends = language === 'es' ? 'No recibir más estos correos' : 'Stop these mails'
    for (const text of [message.text, message.html])
      expect(text.includes(ends), `${template} ${language}`).toBe(list !== null)
  }
  const lists = new Set(Object.values(deliveries).flatMap(({ list }) => list ?? []))
  expect(lists).toEqual(new Set(MailList.options))
})

describe('the one request of RFC 8058', () => {
  test('needs nobody signed in, and no cookie; again it changes nothing', async () => {
    const { testApp, link, wants } = await open()
    const [mail] = await mailsTo(testApp, person.email).then((all) => all.toReversed())
    expect(mail?.unsubscribe).toBe(link)
    for (let time = 0; time < 2; time++) {
      const answer = await post(testApp, link)
      expect(answer.status).toBe(200)
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
      expect(await wants()).toBe(false)
    }
    const said = testApp.auditRecords.filter(({ eventType }) => eventType === 'mail.unsubscribe')
    expect(said).toHaveLength(1)
  })

  test('is taken in both of the ways that forms are sent', async () => {
    const { testApp, link, wants } = await open()
    const form = new FormData()
    form.set('List-Unsubscribe', 'One-Click')
    const request = new Request(link, { method: 'POST', body: form })
    expect((await testApp.app.request(request)).status).toBe(200)
    expect(await wants()).toBe(false)
  })

  test('is taken from a page of a mail program, which another site is', async () => {
    const { testApp, link, wants } = await open()
    const headers = { ...urlencoded, origin: 'https://mail.example.net', 'sec-fetch-site': 'cross-site' }
    expect((await post(testApp, link, { headers })).status).toBe(200)
    expect(await wants()).toBe(false)
  })

  test.each([
    ['nothing', { body: '' }],
    ['something else', { body: 'List-Unsubscribe=Two-Clicks' }],
    ['JSON', { body: '{"List-Unsubscribe":"One-Click"}', headers: { 'content-type': 'application/json' } }],
    ['no type', { headers: {} }],
    ['a form that is none', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
    ['no boundary', { headers: { 'content-type': 'multipart/form-data' } }],
    ['far too much', { body: `${body}&x=${'x'.repeat(100_000)}` }],
  ])('that says %s ends nothing', async (_, init) => {
    const { testApp, link, wants } = await open()
    const answer = await post(testApp, link, init)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await wants()).toBe(true)
  })

  test('many services may ask from one address for many people, and nobody may ask for one person without end', async () => {
    const { testApp, link } = await open({ RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '1000' })
    const statuses: number[] = []
    for (let time = 0; time < 21; time++) statuses.push((await post(testApp, link)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(20)
    expect(statuses.at(-1)).toBe(429)
    const guessed: number[] = []
    for (let time = 0; time < 6; time++)
      guessed.push((await post(testApp, `${page}?token=guessed${time}`)).status)
    expect(guessed.at(0)).toBe(404)
    expect(guessed.at(-1)).toBe(429)
  })
})

test.each(['GET', 'HEAD'])(
  'whoever only looks (%s), as scanners of links do, changes nothing',
  async (method) => {
    const { testApp, link, wants } = await open()
    const browser = createPlainBrowser(testApp)
    expect((await browser.visit(link, method)).status).toBe(200)
    expect(browser.address()).toBe(page)
    expect((await browser.visit(page, method)).status).toBe(200)
    expect(await wants()).toBe(true)
  },
)

test('one button ends them, one takes that back, and one ends them again', async () => {
  const { testApp, link, wants } = await open()
  const browser = createPlainBrowser(testApp)
  await browser.visit(link)
  expect(browser.page()).toContain('The weekly summary')
  await browser.send()
  expect(await wants()).toBe(false)
  await browser.send()
  expect(browser.page()).toContain('as it was before')
  expect(await wants()).toBe(true)
  await browser.send()
  expect(await wants()).toBe(false)
})

test('who pressed twice can take it back as well', async () => {
  const { testApp, link, wants } = await open()
  await post(testApp, link)
  const browser = createPlainBrowser(testApp)
  await browser.visit(link)
  await browser.send()
  await browser.send()
  expect(await wants()).toBe(true)
})

test('what somebody ended in their account, no link begins again, and no old undo does', async () => {
  const { testApp, link, wants, want } = await open()
  await want(false)
  const browser = createPlainBrowser(testApp)
  await browser.visit(link)
  await browser.send()
  await browser.send()
  expect(browser.page()).toContain('as it was before')
  expect(await wants()).toBe(false)
  await want(true)
  const late = createPlainBrowser(testApp)
  await late.visit(link)
  await late.send()
  testApp.clock.advance(60 * 60_000)
  expect((await late.send()).status).toBe(404)
  expect(await wants()).toBe(false)
})

test('an undo that was used is of no more use', async () => {
  const { testApp, link, wants, want } = await open()
  const browser = createPlainBrowser(testApp)
  await browser.visit(link)
  await browser.send()
  const [, undo = ''] = /name="undo" value="([^"]+)"/.exec(browser.page()) ?? []
  const undoAgain = () =>
    testApp.app.request(page, {
      method: 'POST',
      headers: { ...urlencoded, origin },
      body: new URLSearchParams({ token: new URL(link).searchParams.get('token') ?? '', undo }).toString(),
    })
  expect((await undoAgain()).status).toBe(200)
  expect(await wants()).toBe(true)
  await want(false)
  expect((await undoAgain()).status).toBe(200)
  expect(await wants()).toBe(false)
})

test('a suspended account, one that is erased and one that is there are answered alike', async () => {
  const answers: string[] = []
  for (const fate of ['there', 'suspended', 'erased'] as const) {
    const { testApp, ann, link } = await open()
    if (fate === 'suspended')
      await testApp.users.changeUser(ann.userId, (user) => ({ ...user, status: 'suspended' }))
    if (fate === 'erased')
      await testApp.ports.documents.remove(users, { partition: ann.userId, id: ann.userId })
    const browser = createPlainBrowser(testApp)
    const shown: string[] = []
    const see = async (answer: Response) => {
      shown.push(`${answer.status} ${browser.page().replaceAll(/value="[^"]*"/g, '')}`)
    }
    await see(await browser.visit(link))
    await see(await browser.send())
    await see(await browser.send())
    const once = await post(testApp, link)
    shown.push(`${once.status} ${await once.text()}`)
    answers.push(shown.join('\n'))
  }
  expect(answers[1]).toBe(answers[0])
  expect(answers[2]).toBe(answers[0])
})

test('without a cache mails end all the same, and nobody is promised a way back', async () => {
  let isDown = false
  const { testApp, link, wants } = await open(
    {},
    {
      ports: ({ cache }) => ({
        cache: {
          ...cache,
          async get(key) {
            if (isDown) throw new PortUnavailable('cache')
            return cache.get(key)
          },
          async set(key, value, ttlMs) {
            if (isDown) throw new PortUnavailable('cache')
            await cache.set(key, value, ttlMs)
          },
        },
      }),
    },
  )
  isDown = true
  const browser = createPlainBrowser(testApp)
  await browser.visit(link)
  expect((await browser.send()).status).toBe(200)
  expect(await wants()).toBe(false)
  expect(browser.page()).not.toContain('<form')
})

describe('a token', () => {
  test('says nothing of whom it is, and two of one person have nothing in common', async () => {
    const { testApp, ann } = await open()
    const links = await Promise.all(
      [1, 2].map(() => testApp.mails.linkFor({ userId: ann.userId, list: 'weekly' })),
    )
    const [one = '', two = ''] = links.map(
      ({ oneClick }) => new URL(oneClick).searchParams.get('token') ?? '',
    )
    expect(one).not.toBe(two)
    const plain = one.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    for (const text of [one, ...plain]) {
      expect(text).not.toContain(ann.userId)
      expect(text).not.toContain('weekly')
    }
    // Only the name of the master key is the same.
    expect(one.split('.')[0]).toBe(two.split('.')[0])
    expect(one.split('.')[2]?.slice(0, 8)).not.toBe(two.split('.')[2]?.slice(0, 8))
  })

  test.each([
    ['altered', (token: string) => `${token.slice(0, -2)}${token.endsWith('A') ? 'BB' : 'AA'}`],
    ['cut off', (token: string) => token.slice(0, -10)],
    ['of other parts', (token: string) => token.split('.').toReversed().join('.')],
    ['of another shape', () => '../../etc'],
    ['empty', () => ''],
  ])('that is %s ends nothing', async (_, change) => {
    const { testApp, link, wants } = await open()
    const url = new URL(link)
    url.searchParams.set('token', change(url.searchParams.get('token') ?? ''))
    expect((await post(testApp, url.href)).status).toBeGreaterThanOrEqual(400)
    const browser = createPlainBrowser(testApp)
    await browser.visit(url.href)
    expect(browser.page()).not.toContain('<form')
    expect(await wants()).toBe(true)
  })

  test('that undoes is not one that ends, and the other way round', async () => {
    const { testApp, link, wants } = await open()
    const browser = createPlainBrowser(testApp)
    await browser.visit(link)
    await browser.send()
    const [, undo = ''] = /name="undo" value="([^"]+)"/.exec(browser.page()) ?? []
    expect(undo.length).toBeGreaterThan(40)
    expect((await post(testApp, `${page}?token=${undo}`)).status).toBe(404)
    const token = new URL(link).searchParams.get('token') ?? ''
    const answer = await testApp.app.request(page, {
      method: 'POST',
      headers: { ...urlencoded, origin },
      body: new URLSearchParams({ token, undo: token }).toString(),
    })
    expect(answer.status).toBe(404)
    expect(await wants()).toBe(false)
  })

  test('is good for nothing else: no page and no endpoint takes it', async () => {
    const { testApp, link, wants } = await open()
    const token = new URL(link).searchParams.get('token') ?? ''
    for (const path of ['verify-email', 'undo-email-change', 'not-me', 'reset-password']) {
      const answer = await testApp.app.request(`${origin}/api/v1/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ token, newPassword: 'Another-Secure-Pass-456' }),
      })
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
    }
    const me = await testApp.app.request(`${origin}/api/v1/users/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(me.status).toBe(401)
    expect(await wants()).toBe(true)
  })

  test('is good for years, also after the master key has been replaced', async () => {
    let isReplaced = false
    const newer = {
      id: 'k2',
      value: encodeBase64url(new Uint8Array(32).fill(9)),
      activeFrom: '2027-01-01T00:00:00.000Z',
    }
    const { testApp, ann, link, wants } = await open(
      {},
      {
        ports: ({ secrets }) => ({
          secrets: {
            ...secrets,
            async versions(name) {
              const known = await secrets.versions(name)
              return name === 'master-key' && isReplaced ? [newer, ...known] : known
            },
          },
        }),
      },
    )
    isReplaced = true
    testApp.clock.advance(3 * 365 * 86_400_000)
    const { oneClick } = await testApp.mails.linkFor({ userId: ann.userId, list: 'weekly' })
    const keyOf = (url: string) => new URL(url).searchParams.get('token')?.split('.')[0]
    expect(keyOf(oneClick)).not.toBe(keyOf(link))
    expect((await post(testApp, link)).status).toBe(200)
    expect(await wants()).toBe(false)
  })
})
