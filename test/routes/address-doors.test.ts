import { describe, expect, test } from 'vitest'
import type { User } from '../../src/core/accounts/users/users.model.ts'
import type { Defer } from '../../src/ports/defer.ts'
import type { ProvidedIdentity } from '../../src/ports/identity-providers.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { type AddressDoor, addressDoors, noAddressDoors } from '../../src/routes/address-doors.ts'
import { type Answer, type Browser, browserOf, createTestApp, person, type TestApp } from '../app.ts'
import { requestFields } from './request-fields.ts'

const auth = '/api/v1/auth'
const { password } = person
const eve = { email: 'eve@example.com', password: 'Another-Long-One-5', name: 'Eve' }
const modes = ['open', 'hidden'] as const
type Mode = (typeof modes)[number]

/** Ports whose calls tell how much is done. What they are told, and the order of what has no order, is left out. */
function tracing(trace: string[]) {
  const familyOf = (port: string, value: unknown): string => {
    if (port === 'documents') return ` ${(value as { name?: string } | undefined)?.name}`
    if (port.endsWith('ache')) return ` ${String(value).split(':').slice(0, 2).join(':')}`
    return ''
  }
  const traced = <T extends object>(port: string, target: T): T =>
    new Proxy(target, {
      get(inner, name) {
        const value = Reflect.get(inner, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          // One slow hash, whichever way it is asked for.
          const call = port === 'hasher' ? String(name).replace('verifyNothing', 'verify') : String(name)
          if (call !== 'needsRehash') trace.push(hide(`${port}.${call}${familyOf(port, given[0])}`))
          return value.apply(inner, given)
        }
      },
    })
  return (ports: Ports): Partial<Ports> => ({
    documents: traced('documents', ports.documents),
    cache: traced('cache', ports.cache),
    mailQueue: traced('mailQueue', ports.mailQueue),
    hasher: traced('hasher', ports.hasher),
    audit: traced('audit', ports.audit),
    submissions: traced('submissions', ports.submissions),
    mailer: traced('mailer', ports.mailer),
    identityProviders: {
      names: ['microsoft'],
      addressOf: ports.identityProviders.addressOf,
      redeem: async (_, { code }) => JSON.parse(code) as ProvidedIdentity,
    },
  })
}

/** Work after the answer is done at once; work that is to wait waits for `later`. */
function deferring(trace: string[], { defer }: Ports) {
  const postponed: (() => Promise<void>)[] = []
  const recording: Defer = {
    run(name, task, { afterMs = 0 } = {}) {
      trace.push(`defer ${name}${afterMs > 0 ? ' for a while' : ''}`)
      if (afterMs > 0) postponed.push(task)
      else defer.run(name, task)
    },
  }
  return {
    recording,
    async later() {
      for (const task of postponed.splice(0)) await task()
    },
  }
}

interface World {
  readonly testApp: TestApp
  /** Who asks: signed in and stepped up, signed in as a guest, or nobody yet. */
  readonly member: Browser
  readonly guest: Browser
  readonly stranger: Browser
  readonly later: () => Promise<void>
}

const known = 'ann@example.com'
const unknown = 'ben@example.com'

/** What there can be at an address; null for nothing. */
const accounts: Readonly<Record<string, (testApp: TestApp) => Promise<unknown>>> = {
  'with a password': (testApp) => account(testApp, {}),
  'not confirmed, with a code in the mailbox': async (testApp) =>
    testApp.auth.emailVerification.send(await account(testApp, { emailVerified: false })),
  suspended: (testApp) => account(testApp, { status: 'suspended' }),
  'about to be erased': (testApp) =>
    account(testApp, { status: 'suspended', deletion: { id: 'd', statusBefore: 'active' } }),
  'without a password': (testApp) => account(testApp, { passwordHash: null }),
  'with a second factor': (testApp) =>
    account(testApp, {
      secondFactors: {
        totp: { sealedSecret: 'x', confirmedAt: '2026-01-01T00:00:00.000Z', lastStep: 0 },
        recoveryCodes: [],
        passkeys: [],
      },
    }),
}
async function account({ users, ports }: TestApp, change: Partial<User>): Promise<User> {
  const passwordHash = await ports.hasher.hash(password)
  const opened = await users.createAccount({ email: known, name: 'Ann', passwordHash, emailVerified: true })
  return (await users.changeUser(opened.id, (user) => ({ ...user, ...change }))).value
}

async function openWorld(mode: Mode, trace: string[], there: (testApp: TestApp) => Promise<unknown>) {
  let later = async () => {}
  const testApp = await createTestApp({
    environment: { SIGNUP_DISCLOSURE: mode, REQUIRE_VERIFIED_EMAIL: 'off' },
    ports(ports) {
      const deferred = deferring(trace, ports)
      later = deferred.later
      return { ...tracing(trace)(ports), defer: deferred.recording }
    },
  })
  await there(testApp)
  const asker = await testApp.users.createAccount({
    email: eve.email,
    name: eve.name,
    passwordHash: await testApp.ports.hasher.hash(eve.password),
    emailVerified: true,
  })
  expect(asker.id).toBeTruthy()
  const [member, guest, stranger] = [browserOf(testApp), browserOf(testApp), browserOf(testApp)]
  await member.call('POST', `${auth}/login`, { body: { email: eve.email, password: eve.password } })
  await member.call('POST', `${auth}/step-up`, { body: { password: eve.password } })
  await guest.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
  await testApp.settled()
  return { testApp, member, guest, stranger, later: () => later() } satisfies World
}

type Probe = (world: World, email: string, next: () => Promise<void>) => Promise<Answer>

const chosen = 'chosen by a stranger 7'
const signUp: Probe = ({ stranger }, email) =>
  stranger.call('POST', `${auth}/signup`, { body: { email, password: chosen, name: 'Mallory' } })
const atProvider: Probe = ({ stranger }, email) =>
  stranger.call('POST', `${auth}/social`, {
    body: {
      provider: 'microsoft',
      code: JSON.stringify({
        issuer: 'https://issuer.example',
        subject: 'mallory',
        email,
        isEmailVouchedFor: false,
        name: 'Mallory',
      }),
      codeVerifier: 'v'.repeat(43),
      redirectUri: 'http://localhost:3000/callback',
    },
  })
const askEmail: Probe = ({ member }, email) =>
  member.call('POST', '/api/v1/users/me/email', { body: { email } })
const form = (path: string, bodyOf: (email: string) => object): Probe => {
  return ({ stranger }, email) => stranger.call('POST', `/api/v1/forms/${path}`, { body: bodyOf(email) })
}

/** How each place is asked. `next` ends what came before: only what follows is compared. */
const probes: Readonly<Record<string, Probe>> = {
  'Signing up': signUp,
  async 'Signing up, then in'(world, email, next) {
    await signUp(world, email, next)
    await next()
    return browserOf(world.testApp).call('POST', `${auth}/login`, { body: { email, password: chosen } })
  },
  'Signing in': ({ stranger }, email) =>
    stranger.call('POST', `${auth}/login`, { body: { email, password: 'not the password' } }),
  'Asking for a new password': ({ stranger }, email) =>
    stranger.call('POST', `${auth}/forgot-password`, { body: { email } }),
  'Confirming an address by its code': ({ stranger }, email) =>
    stranger.call('POST', `${auth}/verify-email`, { body: { email, code: '000000' } }),
  'Completing a recovery with the code from staff': ({ stranger }, email) =>
    stranger.call('POST', `${auth}/complete-recovery`, { body: { email, code: 'K7M2P-9QXRT' } }),
  'Signing in by a provider that does not vouch for the address': atProvider,
  async 'Joining a provider with the account of an address'(world, email, next) {
    const { body } = await atProvider(world, email, next)
    await next()
    return world.stranger.call('POST', `${auth}/social/link`, {
      body: { linkToken: body.linkToken ?? '', password: 'not the password' },
    })
  },
  'Turning a guest into an account': ({ guest }, email) =>
    guest.call('POST', `${auth}/guest/upgrade`, { body: { email, password: chosen } }),
  'Asking for another address': askEmail,
  async 'Asking for another address, then guessing its code'(world, email, next) {
    await askEmail(world, email, next)
    await next()
    return world.member.call('POST', '/api/v1/users/me/email/confirm', { body: { code: '000000' } })
  },
  'Writing to us': form('contact', (email) => ({
    name: 'Mallory',
    email,
    subject: 'A question',
    message: 'Who of you can help me with this?',
  })),
  'Saying what one is interested in': form('interest', (email) => ({
    name: 'Mallory',
    email,
    interests: ['tech'],
    availability: 'weekday mornings',
  })),
  'Referring somebody': form('referral', (email) => ({
    referrer: { name: 'Mallory', email, phone: '+1 619 555 0100', organization: 'Agency' },
    participant: { name: 'Pat Participant', contact: email },
    services: ['housing'],
    urgency: 'normal',
  })),
}

const hide = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)')
    .replaceAll(/[\w-]{22,}|\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g, '(secret)')

/** All that somebody sees of an answer, and all that was done for it until nothing more is done. */
async function lookAt(
  mode: Mode,
  place: string,
  email: string,
  there: (testApp: TestApp) => Promise<unknown>,
) {
  const trace: string[] = []
  const world = await openWorld(mode, trace, there)
  trace.length = 0
  const next = async () => {
    await world.testApp.settled()
    await world.later()
    await world.testApp.settled()
    trace.length = 0
  }
  const probe = probes[place]
  if (!probe) throw new Error(`nobody has written down how to ask: ${place}`)
  const { status, headers, body } = await probe(world, email, next)
  await world.testApp.settled()
  const seen = {
    status,
    headers: hide(JSON.stringify([...headers].filter(([name]) => name !== 'x-request-id').toSorted())),
    body: hide(JSON.stringify(body)),
    // What is asked at the same time comes in any order; slow hashes, which are felt, in theirs.
    done: trace.toSorted(),
    hashed: trace.filter((call) => call.startsWith('hasher')),
  }
  // It was understood, and came as far as it can: otherwise nothing is compared.
  expect([200, 201, 202, 401, 409]).toContain(status)
  // As the next request finds it.
  const session = (browser: Browser) => browser.call('GET', '/api/v1/users/me')
  await world.later()
  await world.testApp.settled()
  const afterwards = [await session(world.stranger), await session(world.guest), await session(world.member)]
  return { seen, afterwards: afterwards.map((answer) => [answer.status, hide(JSON.stringify(answer.body))]) }
}

describe.each(addressDoors)('$place', (door: AddressDoor) => {
  for (const mode of modes)
    if (door[mode] === 'alike')
      test.each(Object.keys(accounts))(
        `${mode}: an address with an account ${mode === 'open' ? '' : ''}%s is like one without`,
        async (kind) => {
          const without = await lookAt(mode, door.place, unknown, async () => {})
          const withAccount = await lookAt(mode, door.place, known, accounts[kind]!)
          expect(without.seen.done.length).toBeGreaterThan(0)
          expect(withAccount).toEqual(without)
        },
      )
    else
      test(`${mode}: is told, as the table says`, async () => {
        const without = await lookAt(mode, door.place, unknown, async () => {})
        const withAccount = await lookAt(mode, door.place, known, accounts['with a password']!)
        const said = ({ seen: { status, body } }: typeof without) => [status, JSON.parse(body).error?.code]
        expect(said(withAccount)).not.toEqual(said(without))
      })
})

test('an address kept for somebody who has moved away from it is like one that is free', async () => {
  const moved = async (testApp: TestApp) => {
    const user = await account(testApp, {})
    await testApp.users.changeAddress(user.id, 'ann.new@example.com', 7 * 86_400_000, (latest) => latest)
  }
  for (const { place, open, hidden } of addressDoors)
    for (const mode of modes)
      if ((mode === 'open' ? open : hidden) === 'alike')
        expect(await lookAt(mode, place, known, moved), `${mode}: ${place}`).toEqual(
          await lookAt(mode, place, unknown, async () => {}),
        )
})

describe('the table', async () => {
  const document = (await createTestApp()).describe() as { paths: Record<string, Record<string, any>> }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      at: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
  const idOf = new Map(operations.map(({ at, operation }) => [at, operation.operationId as string]))
  const named = new Set([
    ...addressDoors.flatMap(({ operations: called }) => called),
    ...Object.keys(noAddressDoors),
  ])

  test('has every operation that takes an address', () => {
    const taking = requestFields(document)
      .filter(
        ({ name, schema }) =>
          /e-?mail|contact|address|recipient|login|user-?name/i.test(name) ||
          schema['format'] === 'email' ||
          schema['x-holds'] === 'email-address',
      )
      .map(({ at }) => idOf.get(at.split(' ').slice(0, 2).join(' ')))
    expect(taking.length).toBeGreaterThan(5)
    for (const id of taking) expect(named).toContain(id)
    expect(named).toContain('migrateUsers')
  })

  test('has every operation that anybody may call where people sign in', () => {
    const open = operations.filter(
      ({ path, operation }) => path.startsWith('/api/v1/auth') && operation['x-access'] === 'public',
    )
    expect(open.length).toBeGreaterThan(10)
    for (const { at, operation } of open) expect(named, at).toContain(operation.operationId)
  })

  test('names operations that there are, each place with a way to ask', () => {
    for (const id of named) expect([...idOf.values()]).toContain(id)
    expect(Object.keys(probes).sort()).toEqual(addressDoors.map(({ place }) => place).sort())
    const both = Object.keys(noAddressDoors).filter((id) =>
      addressDoors.some(({ operations: called }) => called.includes(id)),
    )
    expect(both).toEqual([])
  })

  test('is what the description of an operation says', () => {
    const described = operations.filter(({ operation }) => operation['x-account-disclosure'])
    expect(described.map(({ operation }) => operation.operationId).sort()).toEqual(
      [...new Set(addressDoors.map(({ operations: called }) => called.at(-1)))].sort(),
    )
  })
})
