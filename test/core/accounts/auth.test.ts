import { describe, expect, test } from 'vitest'
import { sessions } from '../../../src/core/accounts/auth/sessions.model.ts'
import { userEmails, users } from '../../../src/core/accounts/users/users.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { browserOf, createTestApp, person, signedInBrowser } from '../../app.ts'

const logIn = { email: person.email, password: person.password }

describe('signing up', () => {
  test('opens an account and a session', async () => {
    const testApp = await createTestApp()
    const browser = browserOf(testApp)
    const answer = await browser.call('POST', '/api/v1/auth/signup', { body: person })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      user: expect.objectContaining({ email: person.email, name: 'Ann', avatar: null, enrolledCourses: [] }),
      accessToken: expect.stringMatching(/^eyJ/),
    })
    expect([...browser.cookies.keys()]).toEqual(['accessToken', 'refreshToken', 'device'])
    for (const line of answer.headers.getSetCookie()) {
      expect(line).toMatch(/HttpOnly/)
      expect(line).toMatch(/SameSite=Strict/)
      expect(line).toMatch(/Path=\//)
    }
    const profile = await browser.call('GET', '/api/v1/users/me')
    expect(profile.body).toEqual(answer.body.user)
    expect(profile.body).toMatchObject({
      email: person.email,
      role: 'user',
      status: 'active',
      emailVerified: false,
    })
  })

  test.each([
    ['case', 'Ann@Example.COM'],
    ['white space', '  ann@example.com '],
    ['compatibility forms', 'ａnn@example.com'],
  ])('one address in another %s is the same account', async (_, email) => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const again = await browserOf(testApp).call('POST', '/api/v1/auth/signup', { body: { ...person, email } })
    expect([again.status, again.body.error.code]).toEqual([409, 'user_exists'])
  })

  test('two at once with one address in two normalisations: one account', async () => {
    const testApp = await createTestApp()
    const addresses = ['josé@exämple.com', 'JOSE\u0301@xn--exmple-cua.com']
    const answers = await Promise.all(
      addresses.map((email) =>
        browserOf(testApp).call('POST', '/api/v1/auth/signup', { body: { ...person, email } }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await testApp.ports.documents.scan(users)).items).toHaveLength(1)
    expect((await testApp.ports.documents.scan(userEmails)).items).toHaveLength(1)
  })

  test('hidden disclosure answers a known and an unknown address alike', async () => {
    const testApp = await createTestApp({ environment: { SIGNUP_DISCLOSURE: 'hidden' } })
    const browser = browserOf(testApp)
    const first = await browser.call('POST', '/api/v1/auth/signup', { body: person })
    const second = await browser.call('POST', '/api/v1/auth/signup', {
      body: { ...person, password: 'Another-long-1' },
    })
    expect([first.status, second.status]).toEqual([202, 202])
    expect(second.body).toEqual(first.body)
    expect(browser.cookies.size).toBe(0)
    await testApp.settled()
    // Otherwise whoever signed up would learn from the login whether the address was free.
    expect((await browser.call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(401)
    const mails = (await testApp.ports.mailbox?.messages()) ?? []
    expect(mails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      [person.email, 'Confirm your e-mail address'],
      [person.email, 'You already have an account'],
    ])
    const code = mails.flatMap(({ text }) => /^ {4}(\d{6})$/m.exec(text)?.[1] ?? [])[0]
    const verified = await browser.call('POST', '/api/v1/auth/verify-email', {
      body: { email: person.email, code },
    })
    expect(verified.status).toBe(200)
    expect((await browser.call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(200)
  })

  test.each([
    ['too short', 'Sh0rt!pass', 'too_short'],
    ['too long', 'x'.repeat(129), 'too_long'],
    ['common', 'password1234', 'too_common'],
    ['the name of the organisation', 'ToolsInc2026!', 'too_common'],
  ])('refuses a password that is %s', async (_, password, code) => {
    const answer = await browserOf(await createTestApp()).call('POST', '/api/v1/auth/signup', {
      body: { ...person, password },
    })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({
      code: 'validation_error',
      details: [{ path: 'password', code }],
    })
    expect(JSON.stringify(answer.body)).not.toContain(password)
  })

  test('12 emoji are 12 characters, and a password is the same in every Unicode form', async () => {
    const testApp = await createTestApp()
    const composed = { ...person, password: `é${'🔑'.repeat(11)}` }
    expect((await browserOf(testApp).call('POST', '/api/v1/auth/signup', { body: composed })).status).toBe(
      201,
    )
    const decomposed = { ...logIn, password: `e\u0301${'🔑'.repeat(11)}` }
    expect((await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: decomposed })).status).toBe(
      200,
    )
  })

  test('what a crash between user and claim leaves is swept, and the address stays free', async () => {
    const testApp = await createTestApp()
    const { userId } = await signedInBrowser(testApp)
    const stored = await testApp.ports.documents.read(users, { partition: userId, id: userId })
    const orphan = { ...stored!.value, id: '00000000-0000-7000-8000-0000000000aa', email: 'half@example.com' }
    await testApp.ports.documents.insert(users, orphan)
    const idsOfUsers = async () =>
      (await testApp.ports.documents.scan(users)).items.map(({ value }) => value.id).sort()
    await testApp.runJob('sweep-unclaimed-users')
    expect(await idsOfUsers()).toEqual([userId, orphan.id].sort())
    testApp.clock.advance(11 * 60_000)
    await testApp.runJob('sweep-unclaimed-users')
    expect(await idsOfUsers()).toEqual([userId])
  })
})

describe('logging in', () => {
  test('answers with the role and opens a second session', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    const answer = await browser.call('POST', '/api/v1/auth/login', {
      body: { ...logIn, email: 'ANN@example.com' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body.user).toMatchObject({ email: person.email, name: 'Ann', role: 'user' })
    await testApp.settled()
    const profile = await browser.call('GET', '/api/v1/users/me')
    const untimed = { updatedAt: undefined, lastLogin: undefined }
    const withoutTimes = ({ metadata, ...user }: any) => ({ ...user, metadata: { ...metadata, ...untimed } })
    expect(withoutTimes(answer.body.user)).toEqual(withoutTimes(profile.body))
    expect(profile.body.metadata.lastLogin).toBe(new Date(testApp.clock.now()).toISOString())
    expect((await browser.call('GET', '/api/v1/auth/sessions')).body.items).toHaveLength(2)
  })

  test('a wrong password and an unknown address answer alike, by the same calls', async () => {
    const calls: string[] = []
    const testApp = await createTestApp({
      ports: ({ hasher, documents }) => ({
        hasher: {
          ...hasher,
          verify(...values) {
            calls.push('verify')
            return hasher.verify(...values)
          },
          verifyNothing(...values) {
            calls.push('verify')
            return hasher.verifyNothing(...values)
          },
        },
        documents: {
          ...documents,
          read(c, key) {
            calls.push(`read ${c.name}`)
            return documents.read(c, key)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    await testApp.settled()
    const attempt = async (body: object) => {
      calls.length = 0
      const { status, body: answer } = await browserOf(testApp).call('POST', '/api/v1/auth/login', { body })
      return { status, error: { ...answer.error, requestId: '' }, calls: [...calls] }
    }
    const wrong = await attempt({ ...logIn, password: 'not the password' })
    const unknown = await attempt({ ...logIn, email: 'nobody@example.com' })
    expect(wrong).toEqual(unknown)
    expect(wrong.status).toBe(401)
    expect(wrong.error.code).toBe('invalid_credentials')
    expect(wrong.calls).toEqual(['read UserEmails', 'read Users', 'verify'])
  })

  test('five failures, then growing delays that end by themselves; the answer never changes', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    const attempt = async (password: string) =>
      (await browser.call('POST', '/api/v1/auth/login', { body: { ...logIn, password } })).status
    for (let i = 0; i < 5; i++) expect(await attempt('wrong')).toBe(401)
    expect(await attempt(person.password)).toBe(401)
    testApp.clock.advance(1_000)
    expect(await attempt('wrong')).toBe(401)
    testApp.clock.advance(1_999)
    expect(await attempt(person.password)).toBe(401)
    testApp.clock.advance(1)
    expect(await attempt(person.password)).toBe(200)
    expect(await attempt('wrong')).toBe(401)
    expect(await attempt(person.password)).toBe(200)
  })

  test('the delay never exceeds 900 s', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    for (let i = 0; i < 30; i++) {
      await browser.call('POST', '/api/v1/auth/login', { body: { ...logIn, password: 'wrong' } })
      testApp.clock.advance(900_000)
    }
    expect((await browser.call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(200)
  })

  test('guesses made at once are no better than guesses in a row', async () => {
    let verified = 0
    const testApp = await createTestApp({
      ports: ({ hasher }) => ({
        hasher: {
          ...hasher,
          verify(...values) {
            verified++
            return hasher.verify(...values)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        browserOf(testApp).call('POST', '/api/v1/auth/login', { body: { ...logIn, password: `guess ${i}` } }),
      ),
    )
    expect(verified).toBe(5)
  })

  test('a busy hasher is 503 with Retry-After and does not count against the account', async () => {
    let isBusy = false
    const testApp = await createTestApp({
      ports: ({ hasher }) => ({
        hasher: {
          ...hasher,
          verify: async (...values) => {
            if (isBusy) throw new PortUnavailable('hasher', { retryAfterSeconds: 1 })
            return hasher.verify(...values)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    isBusy = true
    for (let i = 0; i < 10; i++) {
      const answer = await browser.call('POST', '/api/v1/auth/login', { body: logIn })
      expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([
        503,
        'unavailable',
        '1',
      ])
    }
    isBusy = false
    expect((await browser.call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(200)
  })

  test('a suspended account is told so only with the right password, and its sessions are over', async () => {
    const testApp = await createTestApp()
    const { call, userId } = await signedInBrowser(testApp)
    await testApp.users.changeUser(userId, (user) => ({
      ...user,
      status: 'suspended',
      securityEpoch: user.securityEpoch + 1,
    }))
    const stranger = browserOf(testApp)
    const right = await stranger.call('POST', '/api/v1/auth/login', { body: logIn })
    const wrong = await stranger.call('POST', '/api/v1/auth/login', { body: { ...logIn, password: 'wrong' } })
    expect([right.status, right.body.error.code]).toEqual([403, 'account_suspended'])
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'invalid_credentials'])
    expect((await call('PATCH', '/api/v1/users/me', { body: { name: 'X' } })).status).toBe(403)
    expect((await call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
  })

  test('a hash below policy is renewed at login', async () => {
    const testApp = await createTestApp({
      ports: ({ hasher }) => ({
        hasher: {
          ...hasher,
          needsRehash: (hash) => !hash.endsWith('.new'),
          hash: async (password) => `${await hasher.hash(password)}${isNew ? '.new' : ''}`,
          verify: (hash, password) => hasher.verify(hash.replace('.new', ''), password),
        },
      }),
    })
    var isNew = false
    const { userId } = await signedInBrowser(testApp)
    isNew = true
    await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
    await testApp.settled()
    const stored = await testApp.ports.documents.read(users, { partition: userId, id: userId })
    expect(stored?.value.passwordHash).toMatch(/\.new$/)
    expect((await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(200)
  })

  test('what changes on the account while its password is verified is kept', async () => {
    let meanwhile = async () => {}
    const testApp = await createTestApp({
      ports: ({ hasher }) => ({
        hasher: {
          ...hasher,
          async verify(hash, password) {
            await meanwhile()
            return hasher.verify(hash, password)
          },
        },
      }),
    })
    const { userId } = await signedInBrowser(testApp)
    testApp.clock.advance(60_000)
    meanwhile = async () => {
      await testApp.users.changeUser(userId, (user) => ({ ...user, name: 'Another name' }))
    }
    await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
    await testApp.settled()
    const stored = await testApp.ports.documents.read(users, { partition: userId, id: userId })
    expect(stored?.value).toMatchObject({
      name: 'Another name',
      lastLoginAt: new Date(testApp.clock.now()).toISOString(),
    })
  })

  test('what logins at the same time left too many, the next one ends', async () => {
    const testApp = await createTestApp()
    const { userId } = await signedInBrowser(testApp)
    const { documents } = testApp.ports
    const open = async () => {
      const kept = { path: 'byCreation', partition: userId, equals: {}, limit: 100 } as const
      const { items } = await documents.query(sessions, kept)
      return items.filter(({ value }) => value.revokedAt === null)
    }
    const [first] = await open()
    if (!first) throw new Error('the sign-up opened no session')
    for (let n = 0; n < 11; n++) {
      const id = testApp.ports.ids.next()
      const createdAt = new Date(testApp.clock.now() + n).toISOString()
      await documents.insert(sessions, { ...first.value, id, createdAt })
    }
    testApp.clock.advance(1_000)
    await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
    await testApp.settled()
    expect(await open()).toHaveLength(10)
  })

  test('sessions that are over are no reason to keep an old one too many, however many they are', async () => {
    const testApp = await createTestApp()
    const old = await signedInBrowser(testApp)
    for (let n = 0; n < 45; n++) {
      testApp.clock.advance(1_000)
      const passing = browserOf(testApp)
      await passing.call('POST', '/api/v1/auth/login', { body: logIn })
      await passing.call('POST', '/api/v1/auth/logout')
    }
    expect((await old.call('GET', '/api/v1/auth/sessions')).status).toBe(200)
    for (let n = 0; n < 10; n++) {
      testApp.clock.advance(1_000)
      await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
      await testApp.settled()
    }
    expect((await old.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
  })

  test('beyond ten sessions the oldest ends', async () => {
    const testApp = await createTestApp()
    const first = await signedInBrowser(testApp)
    for (let i = 0; i < 10; i++) {
      testApp.clock.advance(1_000)
      await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
      await testApp.settled()
    }
    expect((await first.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
  })
})

describe('refreshing', () => {
  test('50 at once with one cookie: one successor, nobody logged out', async () => {
    const testApp = await createTestApp()
    const { cookies } = await signedInBrowser(testApp)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const tab = browserOf(testApp)
        tab.cookies.set('refreshToken', cookies.get('refreshToken')!)
        return { tab, answer: await tab.call('POST', '/api/v1/auth/refresh') }
      }),
    )
    expect(answers.map(({ answer }) => answer.status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map(({ tab }) => tab.cookies.get('refreshToken'))).size).toBe(1)
    for (const { tab } of answers) expect((await tab.call('GET', '/api/v1/users/me')).status).toBe(200)
    const { tab } = answers[0]!
    expect((await tab.call('POST', '/api/v1/auth/refresh')).status).toBe(200)
  })

  test('the predecessor works until 20 s after its successor was used; after that it ends the family and is audited', async () => {
    const testApp = await createTestApp()
    const { call, cookies } = await signedInBrowser(testApp)
    const old = browserOf(testApp)
    old.cookies.set('refreshToken', cookies.get('refreshToken')!)
    await call('POST', '/api/v1/auth/refresh')
    await call('GET', '/api/v1/users/me')
    await testApp.settled()
    testApp.clock.advance(20_000)
    expect((await old.call('POST', '/api/v1/auth/refresh')).status).toBe(200)
    expect(old.cookies.get('refreshToken')).toBe(cookies.get('refreshToken'))

    const thief = browserOf(testApp)
    thief.cookies.set('refreshToken', cookies.get('refreshToken')!)
    await call('POST', '/api/v1/auth/refresh')
    await call('GET', '/api/v1/users/me')
    await testApp.settled()
    testApp.clock.advance(20_001)
    const reuse = await thief.call('POST', '/api/v1/auth/refresh')
    expect([reuse.status, reuse.body.error.code]).toEqual([401, 'token_revoked'])
    const victim = await call('POST', '/api/v1/auth/refresh')
    expect([victim.status, victim.body.error.code]).toEqual([401, 'token_revoked'])
    expect((await call('GET', '/api/v1/users/me')).status).toBe(401)
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'auth.refresh.reuse')).toHaveLength(1)
  })

  test('a made-up token for a known session is refused and ends nothing', async () => {
    const testApp = await createTestApp()
    const { call, cookies } = await signedInBrowser(testApp)
    await call('POST', '/api/v1/auth/refresh')
    const [version, user, session] = cookies.get('refreshToken')!.split('.')
    for (const generation of [1, 2, 3]) {
      const forger = browserOf(testApp)
      forger.cookies.set('refreshToken', `${version}.${user}.${session}.${generation}.${'A'.repeat(43)}`)
      expect((await forger.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('invalid_token')
    }
    expect((await call('POST', '/api/v1/auth/refresh')).status).toBe(200)
  })

  test('no cookie, nonsense, and a token that ran out', async () => {
    const testApp = await createTestApp()
    const { call, cookies } = await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    expect((await browser.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('missing_token')
    browser.cookies.set('refreshToken', 'nonsense')
    expect((await browser.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('invalid_token')
    const before = cookies.get('refreshToken')
    testApp.clock.advance(7 * 86_400_000)
    expect((await call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
    expect(before).toBeDefined()
  })

  test('a session ends after 30 days however often it is refreshed', async () => {
    const testApp = await createTestApp()
    const { call } = await signedInBrowser(testApp)
    for (let day = 1; day < 30; day++) {
      testApp.clock.advance(86_400_000)
      expect((await call('POST', '/api/v1/auth/refresh')).status).toBe(200)
    }
    testApp.clock.advance(86_400_000)
    expect((await call('POST', '/api/v1/auth/refresh')).status).toBe(401)
  })

  test('only hashes and a sealed secret are stored', async () => {
    const testApp = await createTestApp()
    const { cookies } = await signedInBrowser(testApp)
    const secretPart = cookies.get('refreshToken')!.split('.').at(-1)!
    const stored = JSON.stringify((await testApp.ports.documents.scan(sessions)).items)
    expect(stored).not.toContain(secretPart)
  })
})

describe('logging out', () => {
  test('ends the session for both tokens at once, clears the cookies, and may be repeated', async () => {
    const testApp = await createTestApp()
    const { call, cookies, accessToken } = await signedInBrowser(testApp)
    const refreshToken = cookies.get('refreshToken')!
    await call('GET', '/api/v1/users/me')
    expect((await call('POST', '/api/v1/auth/logout')).status).toBe(200)
    expect([...cookies.keys()]).toEqual(['device'])
    const thief = browserOf(testApp)
    const stolen = await thief.call('GET', '/api/v1/users/me', {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(stolen.body.error.code).toBe('token_revoked')
    thief.cookies.set('refreshToken', refreshToken)
    expect((await thief.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
    expect((await call('POST', '/api/v1/auth/logout')).status).toBe(200)
  })

  test('with only the refresh cookie left', async () => {
    const testApp = await createTestApp()
    const { call, cookies, accessToken } = await signedInBrowser(testApp)
    cookies.delete('accessToken')
    expect((await call('POST', '/api/v1/auth/logout')).status).toBe(200)
    const after = await call('GET', '/api/v1/users/me', {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(after.body.error.code).toBe('token_revoked')
  })

  test('with a bearer token and no cookie', async () => {
    const testApp = await createTestApp()
    const { accessToken } = await signedInBrowser(testApp)
    const headers = { 'x-authorization': `Bearer ${accessToken}` }
    expect((await browserOf(testApp).call('POST', '/api/v1/auth/logout', { headers })).status).toBe(200)
    expect((await browserOf(testApp).call('GET', '/api/v1/users/me', { headers })).status).toBe(401)
  })
})

describe('sessions', () => {
  test('list the devices without any token', async () => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
    testApp.clock.advance(1_000)
    await browserOf(testApp).call('POST', '/api/v1/auth/login', {
      body: logIn,
      headers: { 'user-agent': userAgent },
    })
    const { body } = await browser.call('GET', '/api/v1/auth/sessions')
    expect(body.items.map((item: any) => [item.device, item.current])).toEqual([
      ['Firefox on Windows', false],
      ['Unknown app', true],
    ])
    expect(JSON.stringify(body)).not.toMatch(/hash|secret|token/i)
  })

  test("one's own can be ended; anybody else's is not found", async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    const phone = browserOf(testApp)
    testApp.clock.advance(1_000)
    await phone.call('POST', '/api/v1/auth/login', { body: logIn })
    await phone.call('GET', '/api/v1/users/me')
    const [theirs] = (await phone.call('GET', '/api/v1/auth/sessions')).body.items
    const byBob = await bob.call('DELETE', `/api/v1/auth/sessions/${theirs.id}`)
    expect([byBob.status, byBob.body.error.code]).toEqual([404, 'not_found'])
    expect((await phone.call('GET', '/api/v1/users/me')).status).toBe(200)
    expect((await ann.call('DELETE', `/api/v1/auth/sessions/${theirs.id}`)).status).toBe(204)
    expect((await phone.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect((await ann.call('DELETE', `/api/v1/auth/sessions/${theirs.id}`)).status).toBe(204)
    expect((await ann.call('DELETE', '/api/v1/auth/sessions/not-an-id')).status).toBe(404)
  })

  test('all others can be ended at once', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await phone.call('POST', '/api/v1/auth/login', { body: logIn })
    expect((await ann.call('DELETE', '/api/v1/auth/sessions')).status).toBe(204)
    expect((await phone.call('POST', '/api/v1/auth/refresh')).status).toBe(401)
    expect((await ann.call('GET', '/api/v1/auth/sessions')).body.items).toHaveLength(1)
  })

  test('a session ended by another process is refused at once for changes and within 30 s for reading', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await ann.call('GET', '/api/v1/users/me')
    const { documents } = testApp.ports
    const [stored] = (await documents.scan(sessions)).items
    const revokedAt = new Date(testApp.clock.now()).toISOString()
    await documents.replace(sessions, { ...stored!.value, revokedAt }, stored!.version)
    testApp.clock.advance(30_000)
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(401)
    await documents.scan(sessions)
    expect((await ann.call('PATCH', '/api/v1/users/me', { body: { name: 'X' } })).status).toBe(401)
  })
})

describe('changing the password', () => {
  test('keeps this session and ends the others', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await phone.call('POST', '/api/v1/auth/login', { body: logIn })
    const change = { currentPassword: person.password, newPassword: 'A-different-one-77' }
    expect((await ann.call('POST', '/api/v1/auth/change-password', { body: change })).status).toBe(200)
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(200)
    expect((await ann.call('POST', '/api/v1/auth/refresh')).status).toBe(200)
    expect((await phone.call('GET', '/api/v1/users/me')).body.error.code).toBe('token_revoked')
    expect((await phone.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
    const stale = await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: logIn })
    expect(stale.status).toBe(401)
    const fresh = { ...logIn, password: change.newPassword }
    expect((await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: fresh })).status).toBe(200)
  })

  test('asks for the current one, and the policy holds', async () => {
    const ann = await signedInBrowser(await createTestApp())
    const wrong = { currentPassword: 'not this one', newPassword: 'A-different-one-77' }
    const weak = { currentPassword: person.password, newPassword: 'password1234' }
    expect((await ann.call('POST', '/api/v1/auth/change-password', { body: wrong })).status).toBe(401)
    const answer = await ann.call('POST', '/api/v1/auth/change-password', { body: weak })
    expect(answer.body.error.details).toEqual([
      expect.objectContaining({ path: 'newPassword', code: 'too_common' }),
    ])
  })

  test('two at once with one current password: one wins', async () => {
    const ann = await signedInBrowser(await createTestApp())
    const answers = await Promise.all(
      ['A-different-one-77', 'A-different-one-88'].map((newPassword) =>
        ann.call('POST', '/api/v1/auth/change-password', {
          body: { currentPassword: person.password, newPassword },
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

test('the audit log says who did what and nothing about them', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  await browserOf(testApp).call('POST', '/api/v1/auth/login', { body: { ...logIn, password: 'wrong' } })
  await ann.call('POST', '/api/v1/auth/logout')
  expect(testApp.auditRecords.map(({ eventType, outcome }) => [eventType, outcome])).toEqual([
    ['user.signup', 'success'],
    ['user.login', 'failure'],
    ['user.logout', 'success'],
  ])
  expect(JSON.stringify(testApp.auditRecords)).not.toMatch(/ann|example|SecurePass/i)
  expect(await testApp.ports.audit.verify()).toMatchObject({ intact: true })
})
