import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { describe, expect, test } from 'vitest'
import { mailedPages, ownPagesPath } from '../../src/core/platform/mail/mailed-pages.model.ts'
import { languages } from '../../src/routes/mailed-pages/languages.ts'
import {
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../app.ts'
import { addPasskey, addTotp, auth, codeOf, lastMail, me, stepUp } from '../core/accounts/intruder.ts'
import { newPassword } from './mailed-journeys.ts'
import { createPlainBrowser, type PlainBrowser } from './plain-browser.ts'

/* The page behind "your data is ready", for everybody who has an account: whatever they sign in with. */

const path = `${ownPagesPath}/${mailedPages.dataExport.ours}`
const { email, password } = person

/** With the export that the mail tells of. `prepare`: what signs in besides; changing it later takes the export back. */
async function withExport<T>(prepare: (testApp: TestApp, owner: Browser) => Promise<T>) {
  const testApp = await createTestApp()
  const owner = await signedInBrowser(testApp)
  await stepUp(owner)
  const way = await prepare(testApp, owner)
  await owner.call('GET', `${me}/data-export`)
  const { links } = await lastMail(testApp, email, /data is ready/i)
  return { testApp, owner, way, link: links.find((each) => each.includes(path)) ?? '' }
}

const withPasskey = (_: TestApp, owner: Browser) => addPasskey(owner)

const forgetPassword = (testApp: TestApp, userId: string) =>
  testApp.users.changeUser(userId, (user) => ({ ...user, passwordHash: null }))

async function open(testApp: TestApp, language = 'en') {
  const page = createPlainBrowser(testApp, { 'accept-language': language })
  expect((await page.visit(path)).status).toBe(200)
  return page
}

/** What the script puts into its form. */
async function answerOf(testApp: TestApp, emulator: WebAuthnEmulator) {
  const { body } = await browserOf(testApp).call('POST', `${auth}/login/passkey/options`)
  const passkey = emulator.getJSON(origin, body.options)
  return { challengeToken: body.challengeToken as string, passkey: JSON.stringify(passkey) }
}
const sendPasskey = (page: PlainBrowser, answer: Record<string, string>) =>
  page.send(answer, {}, 'by-passkey')
const problemOn = (page: PlainBrowser) => /role="alert">([^<]*)/.exec(page.page())?.[1]

async function expectMyData(testApp: TestApp, page: PlainBrowser) {
  expect(problemOn(page)).toBeUndefined()
  expect(page.address()).toBe(origin + path)
  expect(page.page()).not.toContain('<script')
  const href = page.hrefs().find((each) => each.includes('/api/blobs/')) ?? ''
  const zip = await testApp.app.request(new URL(href, origin).href)
  expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip'])
  expect([...page.cookies.keys()]).not.toContain('accessToken')
}

describe('a passkey', () => {
  test('is enough where an account has nothing else, and signs out again as a password does', async () => {
    const { testApp, owner, way, link } = await withExport(withPasskey)
    const { emulator } = way
    await forgetPassword(testApp, owner.userId)
    const sessions = async () => (await owner.call('GET', `${auth}/sessions`)).body.items.length
    const before = await sessions()
    const page = createPlainBrowser(testApp)
    await page.visit(link)
    expect((await sendPasskey(page, await answerOf(testApp, emulator))).status).toBe(200)
    await expectMyData(testApp, page)
    await testApp.settled()
    expect(await sessions()).toBe(before)
    const events = testApp.auditRecords.map(({ eventType, outcome }) => `${eventType} ${outcome}`)
    expect(events.slice(events.lastIndexOf('user.login success'))).toContain('user.logout success')
  })

  test.each(['en', 'es'] as const)('that is none is told as a wrong password is, in %s', async (language) => {
    const { testApp, way } = await withExport(withPasskey)
    const { emulator } = way
    const page = await open(testApp, language)
    const wrong = languages[language].problems.invalid_credentials()
    expect((await page.send({ email, password: 'Not-The-Password-1' })).status).toBe(401)
    expect(problemOn(page)).toBe(wrong)

    const spent = await answerOf(testApp, emulator)
    expect((await sendPasskey(page, spent)).status).toBe(200)
    const stranger = new WebAuthnEmulator()
    const other = await signedInBrowser(testApp, { ...person, email: 'other@example.org' })
    await stepUp(other)
    await addPasskey(other, stranger)
    const theirs = JSON.parse((await answerOf(testApp, stranger)).passkey)
    const mine = await answerOf(testApp, emulator)
    const pretended = JSON.parse(mine.passkey)
    const { userHandle } = pretended.response
    const attempts: Record<string, Record<string, string>> = {
      'used before': spent,
      'an unknown question': { ...mine, challengeToken: 'x'.repeat(43) },
      'for another question': {
        ...(await answerOf(testApp, emulator)),
        passkey: JSON.stringify(pretended),
      },
      'of another account': {
        ...(await answerOf(testApp, emulator)),
        passkey: JSON.stringify({ ...theirs, response: { ...theirs.response, userHandle } }),
      },
      'of nobody': {
        ...(await answerOf(testApp, emulator)),
        passkey: JSON.stringify({ ...theirs, response: { ...theirs.response, userHandle: 'bm9ib2R5' } }),
      },
      'nothing but its name': { ...mine, passkey: '{"id":"a","rawId":"a","type":"public-key"}' },
    }
    for (const [what, attempt] of Object.entries(attempts)) {
      await page.visit(path)
      expect((await sendPasskey(page, attempt)).status, what).toBe(401)
      expect(problemOn(page), what).toBe(wrong)
    }
  })

  test.each([
    '',
    '{',
    '[]',
    'null',
    '{"id":1}',
    '{"id":"a","rawId":"a","type":"public-key","response":{"userHandle":"\\u0000"}}',
    '{"__proto__":{"id":"a"}}',
    `${'['.repeat(40)}${']'.repeat(40)}`,
  ])('is refused where it is none at all: %s', async (passkey) => {
    const testApp = await createTestApp()
    const page = await open(testApp)
    expect((await sendPasskey(page, { challengeToken: 'x', passkey })).status).toBe(400)
    expect(problemOn(page)).toBe(languages.en.problems.other())
  })

  test('opens no locked account', async () => {
    const { testApp, owner, way } = await withExport(withPasskey)
    await testApp.users.changeUser(owner.userId, (user) => ({ ...user, status: 'suspended' }))
    const byPasskey = await open(testApp)
    const byPassword = await open(testApp)
    const { status } = await byPassword.send({ email, password })
    expect((await sendPasskey(byPasskey, await answerOf(testApp, way.emulator))).status).toBe(status)
    expect(problemOn(byPasskey)).toBe(problemOn(byPassword))
  })

  test('is counted as a password is', async () => {
    const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
    const page = await open(testApp)
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push((await sendPasskey(page, { passkey: '{' })).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429])
  })
})

test('a second factor is asked for beside the password, and proved by the app or a recovery code', async () => {
  const { testApp, way } = await withExport(addTotp)
  const { secret, recoveryCodes } = way
  testApp.clock.advance(60_000)
  const page = await open(testApp)
  await page.send({ email, password })
  expect(problemOn(page)).toBe(languages.en.dataExport.codeNeeded)
  expect(page.page()).not.toContain(password)
  expect((await page.send({ email, password, code: '000000' })).status).toBe(401)
  expect(problemOn(page)).toBe(languages.en.problems.invalid_credentials())
  for (const code of [codeOf(testApp, secret), recoveryCodes[0] ?? '']) {
    await page.visit(path)
    expect((await page.send({ email, password, code })).status).toBe(200)
    await expectMyData(testApp, page)
  }
})

test('who signs in by a provider alone is led to a password, and from there to the data', async () => {
  const { testApp, owner, link } = await withExport(async () => null)
  await forgetPassword(testApp, owner.userId)
  const page = createPlainBrowser(testApp)
  await page.visit(link)
  expect(page.page()).toContain(languages.en.dataExport.noPassword)
  const href = page.hrefs().find((each) => each.includes(mailedPages.forgotPassword.ours)) ?? ''
  expect((await page.visit(href)).status).toBe(200)
  expect((await page.send({ email })).status).toBe(200)
  const { links } = await lastMail(testApp, email, /choose a new password/i)
  await page.visit(links[0] ?? '')
  expect((await page.send({ newPassword })).status).toBe(200)
  await page.visit(link)
  expect((await page.send({ email, password: newPassword })).status).toBe(200)
  await testApp.settled()
  await page.visit(link)
  expect((await page.send({ email, password: newPassword })).status).toBe(200)
  await expectMyData(testApp, page)
})
