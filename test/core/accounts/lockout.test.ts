import { TOTP } from 'otpauth'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryCache } from '../../../src/adapters/memory/cache.ts'
import type { Cache } from '../../../src/ports/cache.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { sharedStores } from '../../two-processes.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const environment = { TRUSTED_PROXY_HOPS: '1' }
const minute = 60_000

/** The n-th of a thousand addresses. */
const addressOf = (n: number) => `198.51.${100 + Math.floor((n % 1_000) / 250)}.${n % 250}`
const from = (address: string) => ({ 'x-forwarded-for': address })

const logIn = (
  browser: Browser,
  { mailedCode, secret = password }: { mailedCode?: string; secret?: string } = {},
) =>
  browser.call('POST', `${auth}/login`, {
    headers: from('203.0.113.7'),
    body: { email, password: secret, ...(mailedCode === undefined ? {} : { mailedCode }) },
  })
const statusOf = async (answer: Promise<{ readonly status: number }>) => (await answer).status

/** Somebody without end, each time from another address. */
function strangerAt(testApp: TestApp) {
  let guesses = 0
  const guess = () =>
    browserOf(testApp).call('POST', `${auth}/login`, {
      headers: from(addressOf(++guesses)),
      body: { email, password: `guess number ${guesses}` },
    })
  return {
    guess,
    /** Until the account waits, whatever was right before. */
    async lock() {
      for (let n = 0; n < 8; n++) await guess()
    },
  }
}

async function mailed(testApp: TestApp, subject: RegExp) {
  await testApp.settled()
  const mail = (await testApp.ports.mailbox?.messages())?.find(
    (message) => message.to === email && subject.test(message.subject),
  )
  return {
    code: /^ {4}([0-9A-Z]{5}-[0-9A-Z]{5})$/m.exec(mail?.text ?? '')?.[1] ?? '',
    token: /token=([\w.~-]+)/.exec(mail?.text ?? '')?.[1] ?? '',
  }
}
async function askForMail(testApp: TestApp) {
  const asked = await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
  expect(asked.status).toBe(200)
  return mailed(testApp, /new password/i)
}

/** Counts what is judged: a password that is looked at, right or wrong. */
function judging({ hasher }: Ports) {
  const judged = { count: 0 }
  return {
    judged,
    ports: {
      hasher: {
        ...hasher,
        verify(hash: string, given: string) {
          judged.count++
          return hasher.verify(hash, given)
        },
      },
    },
  }
}

describe('while a stranger guesses without end, from a thousand addresses', () => {
  test('the owner gets in within the minute, every minute, on a device that has signed in before', async () => {
    const testApp = await createTestApp({ environment })
    const owner = await signedInBrowser(testApp)
    const stranger = strangerAt(testApp)
    const statuses: number[] = []
    for (let n = 0; n < 120; n++) {
      for (let second = 0; second < 60; second += 3) {
        await stranger.guess()
        testApp.clock.advance(3_000)
      }
      await owner.call('POST', `${auth}/logout`)
      statuses.push(await statusOf(logIn(owner)))
    }
    expect(statuses).toEqual(Array(120).fill(200))
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(401)
  })

  test('the owner gets in on a computer that has not, by the code of one mail', async () => {
    const testApp = await createTestApp({ environment })
    await signedInBrowser(testApp)
    const stranger = strangerAt(testApp)
    await stranger.lock()
    const library = browserOf(testApp)
    expect(await statusOf(logIn(library))).toBe(401)
    const { code } = await askForMail(testApp)
    testApp.clock.advance(minute)
    await stranger.lock()
    expect(await statusOf(logIn(library, { mailedCode: 'WRONG-C0DE1', secret: password }))).toBe(401)
    expect(await statusOf(logIn(library, { mailedCode: code, secret: 'not the password' }))).toBe(401)
    expect(
      await statusOf(logIn(library, { mailedCode: ` ${code.toLowerCase().replace('-', '\u2011')} ` })),
    ).toBe(200)
    await stranger.lock()
    await library.call('POST', `${auth}/logout`)
    expect(await statusOf(logIn(library))).toBe(200)
  })

  test('or by its link: whoever set a new password there is no stranger', async () => {
    const testApp = await createTestApp({ environment })
    const elsewhere = await signedInBrowser(testApp)
    const stranger = strangerAt(testApp)
    await stranger.lock()
    const library = browserOf(testApp)
    const { token } = await askForMail(testApp)
    const secret = 'quite another secret 7'
    const reset = await library.call('POST', `${auth}/reset-password`, {
      body: { token, newPassword: secret },
    })
    expect(reset.status).toBe(200)
    expect(reset.headers.getSetCookie().join()).not.toMatch(/max-age|accessToken/i)
    await stranger.lock()
    expect(await statusOf(logIn(library, { secret }))).toBe(200)
    // What the others knew was that the old password had been right there.
    expect(await statusOf(logIn(elsewhere, { secret }))).toBe(401)
  })

  test('strangers cannot use up the mails: a link that is good is always in the mailbox', async () => {
    const testApp = await createTestApp({ environment })
    await signedInBrowser(testApp)
    for (let n = 0; n < 60; n++) {
      for (let i = 0; i < 3; i++)
        await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
      testApp.clock.advance(minute)
    }
    const { code, token } = await askForMail(testApp)
    const page = await browserOf(testApp).call('POST', `${auth}/reset-password`, {
      body: { token, newPassword: 'x' },
    })
    expect(page.body.error.code).toBe('validation_error')
    await strangerAt(testApp).lock()
    expect(await statusOf(logIn(browserOf(testApp), { mailedCode: code }))).toBe(200)
    const mails = (await testApp.ports.mailbox?.messages())?.filter(({ subject }) =>
      /new password/i.test(subject),
    )
    expect(mails?.length).toBeLessThanOrEqual(12)
  })

  test('whoever is signed in steps up and changes the password', async () => {
    const testApp = await createTestApp({ environment })
    const owner = await signedInBrowser(testApp)
    const stranger = strangerAt(testApp)
    await stranger.lock()
    expect(await statusOf(owner.call('POST', `${auth}/step-up`, { body: { password } }))).toBe(200)
    const change = { currentPassword: password, newPassword: 'quite another secret 7' }
    expect(await statusOf(owner.call('POST', `${auth}/change-password`, { body: change }))).toBe(200)
    await owner.call('POST', `${auth}/logout`)
    await stranger.lock()
    expect(await statusOf(logIn(owner, { secret: change.newPassword }))).toBe(200)
  })

  test('an account that something else signed in to is asked for its password on this device', async () => {
    const testApp = await createTestApp({ environment })
    const ann = await signedInBrowser(testApp)
    const ben = { ...person, email: 'ben@example.com' }
    await ann.call('POST', `${auth}/logout`)
    expect(await statusOf(ann.call('POST', `${auth}/signup`, { body: ben }))).toBe(201)
    await ann.call('POST', `${auth}/logout`)
    await strangerAt(testApp).lock()
    expect(await statusOf(logIn(ann))).toBe(200)
  })
})

describe('second factors, while somebody with the password guesses at them', () => {
  async function withTotp(testApp: TestApp) {
    const owner = await signedInBrowser(testApp)
    await owner.call('POST', `${auth}/step-up`, { body: { password } })
    const begun = await owner.call('POST', `${auth}/mfa/totp`)
    const totp = new TOTP({ secret: begun.body.secret })
    const codeNow = () => {
      testApp.clock.advance(30_000)
      return totp.generate({ timestamp: testApp.clock.now() })
    }
    const confirmed = await owner.call('POST', `${auth}/mfa/totp/confirm`, { body: { code: codeNow() } })
    expect(confirmed.status).toBe(200)
    await owner.call('POST', `${auth}/refresh`)
    const thief = async () => {
      for (let n = 0; n < 8; n++) {
        const { body } = await logIn(browserOf(testApp))
        await browserOf(testApp).call('POST', `${auth}/login/mfa`, {
          body: { mfaToken: body.mfaToken, code: '000000' },
        })
      }
    }
    const finish = async (browser: Browser, given: { mailedCode?: string } = {}) => {
      const { body } = await logIn(browser, given)
      return statusOf(
        browser.call('POST', `${auth}/login/mfa`, { body: { mfaToken: body.mfaToken, code: codeNow() } }),
      )
    }
    return { owner, codeNow, thief, finish }
  }

  test('the owner shows theirs on a known device, on another by a mailed code, and inside', async () => {
    const testApp = await createTestApp({ environment })
    const { owner, codeNow, thief, finish } = await withTotp(testApp)
    await thief()
    expect(await statusOf(owner.call('POST', `${auth}/step-up`, { body: { code: codeNow() } }))).toBe(200)
    await owner.call('POST', `${auth}/logout`)
    expect(await finish(owner)).toBe(200)
    // Six more, so that half a minute is not enough.
    for (let n = 0; n < 6; n++) {
      testApp.clock.advance(15 * minute)
      await thief()
    }
    const library = browserOf(testApp)
    expect(await finish(library)).toBe(401)
    const { code } = await askForMail(testApp)
    expect(await finish(library, { mailedCode: code })).toBe(200)
  })
})

describe('whoever has a count of their own', () => {
  test('guesses no more than others: a device', async () => {
    let judged = { count: 0 }
    const testApp = await createTestApp({
      environment,
      ports(ports) {
        const counted = judging(ports)
        judged = counted.judged
        return counted.ports
      },
    })
    const owner = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await logIn(phone)
    judged.count = 0
    for (let n = 0; n < 20; n++) await logIn(phone, { secret: `guess ${n}` })
    expect(judged.count).toBe(5)
    expect(await statusOf(logIn(phone))).toBe(401)
    // Of nobody else's device, and of no stranger.
    expect(await statusOf(logIn(owner))).toBe(200)
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(200)
    testApp.clock.advance(1_000)
    expect(await statusOf(logIn(phone))).toBe(200)
  })

  test('guesses no more than others: a session', async () => {
    const testApp = await createTestApp({ environment })
    const owner = await signedInBrowser(testApp)
    const other = browserOf(testApp)
    await logIn(other)
    const stepUp = (browser: Browser, secret: string) =>
      statusOf(browser.call('POST', `${auth}/step-up`, { body: { password: secret } }))
    const change = (browser: Browser, secret: string) =>
      statusOf(
        browser.call('POST', `${auth}/change-password`, {
          body: { currentPassword: secret, newPassword: 'quite another secret 7' },
        }),
      )
    for (let n = 0; n < 3; n++) expect(await stepUp(other, `guess ${n}`)).toBe(401)
    for (let n = 0; n < 2; n++) expect(await change(other, `guess ${n}`)).toBe(401)
    expect(await stepUp(other, password)).toBe(401)
    expect(await change(other, password)).toBe(401)
    expect(await stepUp(owner, password)).toBe(200)
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(200)
    testApp.clock.advance(1_000)
    expect(await stepUp(other, password)).toBe(200)
  })

  test('guesses no more than others: a code from the mailbox', async () => {
    const testApp = await createTestApp({ environment })
    await signedInBrowser(testApp)
    const { code } = await askForMail(testApp)
    const guess = (secret: string) => statusOf(logIn(browserOf(testApp), { mailedCode: code, secret }))
    for (let n = 0; n < 5; n++) expect(await guess(`guess ${n}`)).toBe(401)
    expect(await guess(password)).toBe(401)
    testApp.clock.advance(20 * minute)
    expect(await guess(password)).toBe(200)
  })

  test('many devices and sessions together do not guess more: past thirty they are strangers', async () => {
    let judged = { count: 0 }
    const testApp = await createTestApp({
      environment,
      ports(ports) {
        const counted = judging(ports)
        judged = counted.judged
        return counted.ports
      },
    })
    await signedInBrowser(testApp)
    const devices: Browser[] = []
    for (let n = 0; n < 20; n++) {
      const device = browserOf(testApp)
      await logIn(device)
      devices.push(device)
    }
    judged.count = 0
    for (const device of devices) for (let n = 0; n < 5; n++) await logIn(device, { secret: `guess ${n}` })
    expect(judged.count).toBe(35)
    testApp.clock.advance(61 * minute)
    expect(await statusOf(logIn(devices[0]!))).toBe(200)
  })
})

/** A cache as far away as a service is: nothing is answered in the turn it was asked in. */
const farAway = (cache: Cache): Cache =>
  new Proxy(cache, {
    get:
      (target, name: keyof Cache) =>
      async (...values: unknown[]) => {
        await new Promise((resolve) => setImmediate(resolve))
        return (target[name] as (...given: unknown[]) => unknown)(...values)
      },
  })

describe('at the same moment', () => {
  const openApp = async (overrides: (ports: Ports) => Partial<Ports> = () => ({})) => {
    let judged = { count: 0 }
    const testApp = await createTestApp({
      environment,
      ports(ports) {
        const counted = judging(ports)
        judged = counted.judged
        return { ...counted.ports, cache: farAway(ports.cache), ...overrides(ports) }
      },
    })
    await signedInBrowser(testApp)
    judged.count = 0
    return { testApp, judged }
  }
  const attempts = (testApps: readonly TestApp[], count: number, secretOf: (n: number) => string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        statusOf(logIn(browserOf(testApps[n % testApps.length]!), { secret: secretOf(n) })),
      ),
    )

  test('fifty right passwords are no guesses: all get in', async () => {
    const { testApp } = await openApp()
    expect(await attempts([testApp], 50, () => password)).toEqual(Array(50).fill(200))
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(200)
  })

  test('two hundred wrong ones are: five are judged', async () => {
    const { testApp, judged } = await openApp()
    expect(await attempts([testApp], 200, (n) => `guess ${n}`)).toEqual(Array(200).fill(401))
    expect(judged.count).toBe(5)
  })

  test('a right one among wrong ones waits with them, and no more are judged for it', async () => {
    const { testApp, judged } = await openApp()
    await attempts([testApp], 100, (n) => (n === 60 ? password : `guess ${n}`))
    expect(judged.count).toBe(5)
  })

  test('without the cache each process counts for itself', async () => {
    const down = async () => {
      throw new PortUnavailable('cache')
    }
    const { testApp, judged } = await openApp(() => ({
      cache: { get: down, set: down, delete: down, increment: down, compareAndSwap: down },
    }))
    const owner = browserOf(testApp)
    expect(await statusOf(logIn(owner))).toBe(200)
    judged.count = 0
    await attempts([testApp], 100, (n) => `guess ${n}`)
    expect(judged.count).toBe(5)
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(401)
    expect(await statusOf(logIn(owner))).toBe(200)
    expect(await attempts([testApp], 20, () => password)).toEqual(Array(20).fill(401))
  })

  test('a cache that goes while a password is judged keeps nobody out', async () => {
    let isDown = false
    const cache = createMemoryCache({ clock: { now: () => 0 } })
    const failing = (name: keyof Cache) =>
      (isDown ? Promise.reject(new PortUnavailable('cache')) : undefined) ?? name
    const { testApp } = await openApp(({ hasher }) => ({
      cache: new Proxy(cache, {
        get:
          (target, name: keyof Cache) =>
          async (...values: unknown[]) => {
            await failing(name)
            return (target[name] as (...given: unknown[]) => unknown)(...values)
          },
      }),
      hasher: {
        ...hasher,
        async verify(hash, given) {
          isDown = true
          return hasher.verify(hash, given)
        },
      },
    }))
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(200)
  })

  test('an attempt that was never decided has failed after half a minute', async () => {
    let isStuck = true
    const { testApp } = await openApp(({ hasher }) => ({
      hasher: {
        ...hasher,
        verify: (hash, given) => (isStuck ? new Promise(() => {}) : hasher.verify(hash, given)),
      },
    }))
    for (let n = 0; n < 5; n++) void logIn(browserOf(testApp), { secret: `guess ${n}` })
    await new Promise((resolve) => setImmediate(resolve))
    while (((await testApp.ports.cache.get(await lockoutKey(testApp))) ?? '').split(',').length < 7)
      await new Promise((resolve) => setImmediate(resolve))
    isStuck = false
    testApp.clock.advance(30_000)
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(401)
    testApp.clock.advance(1_000)
    expect(await statusOf(logIn(browserOf(testApp)))).toBe(200)
  })

  test.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])(
    'on two processes, on %s',
    async (kind) => {
      const store = await sharedStores[kind]()
      let judged = { count: 0 }
      const one = await createTestApp({
        environment,
        ports(ports) {
          const counted = judging(ports)
          judged = counted.judged
          return { ...counted.ports, documents: store.open(ports.clock), cache: farAway(ports.cache) }
        },
      })
      const { defer: _, log: __, localCache: ___, ...shared } = one.ports
      const two = await createTestApp({
        environment,
        ports: () => ({ ...shared, documents: store.open(one.clock) }),
      })
      onTestFinished(async () => {
        await Promise.all([one.settled(), two.settled()])
        await store.close()
      })
      const owner = await signedInBrowser(one)
      expect(await attempts([one, two], 50, () => password)).toEqual(Array(50).fill(200))
      judged.count = 0
      expect(await attempts([one, two], 200, (n) => `guess ${n}`)).toEqual(Array(200).fill(401))
      expect(judged.count).toBe(5)
      const elsewhere = browserOf(two)
      elsewhere.cookies.set('device', owner.cookies.get('device') ?? '')
      expect(await statusOf(logIn(elsewhere))).toBe(200)
      expect(await statusOf(logIn(browserOf(one)))).toBe(401)
      judged.count = 0
      const withDevice = () => {
        const browser = browserOf(two)
        browser.cookies.set('device', elsewhere.cookies.get('device') ?? '')
        return browser
      }
      const right = await Promise.all(Array.from({ length: 20 }, () => statusOf(logIn(withDevice()))))
      expect(right).toEqual(Array(20).fill(200))
    },
  )
})

const lockoutKey = async ({ keys }: TestApp) => `lockout:${await keys.pseudonym('account', email)}`
