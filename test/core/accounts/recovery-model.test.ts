import fc from 'fast-check'
import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../../src/adapters/memory/identity-providers.ts'
import { type Browser, browserOf, createTestApp, origin, person, signedInBrowser } from '../../app.ts'
import { addPasskey, addTotp, auth, codeOf, copyOf, lastMail, mailsTo, me } from './intruder.ts'

/*
 * An owner and an intruder do to one account whatever its sessions allow, in any order, over hours. Then the owner wins
 * the account back by what their mailbox holds. Of all that the intruder has kept nothing opens or ends anything.
 */

const { email, password } = person
const ownersNew = 'the owner has it again 1'
const minute = 60_000
const day = 24 * 60 * minute
const stranger = 'a provider of the intruder'

/** What the intruder has written down. Nothing is ever taken off the list. */
function createHoldings() {
  return {
    browsers: [] as Browser[],
    bearers: new Set<string>(),
    passwords: [password],
    totpSecrets: [] as string[],
    recoveryCodes: [] as string[],
    passkeys: [] as WebAuthnEmulator[],
    subjects: [] as string[],
    mfaTokens: [] as string[],
    linkTokens: [] as string[],
    challengeTokens: [] as string[],
    mailboxes: [] as string[],
    receipts: [] as string[],
    exports: [] as string[],
    sessionIds: new Set<string>(),
  }
}

async function createWorld() {
  const providers = createMemoryIdentityProviders()
  const testApp = await createTestApp({ ports: () => ({ identityProviders: providers }) })
  const owner = await signedInBrowser(testApp)
  const { code } = await lastMail(testApp, email, /confirm your e-mail/i)
  await owner.call('POST', `${auth}/verify-email`, { body: { email, code } })
  testApp.clock.advance(30 * day)
  const intruder = browserOf(testApp)
  const held = createHoldings()
  return { testApp, providers, owner, intruder, held, userId: owner.userId }
}
type World = Awaited<ReturnType<typeof createWorld>>

/** The intruder's browser, with all that it was given along the way written down. */
function note({ held, testApp, intruder }: World): void {
  const bearer = intruder.cookies.get('accessToken')
  if (bearer === undefined || held.bearers.has(bearer)) return
  held.bearers.add(bearer)
  held.browsers.push(copyOf(testApp, intruder))
  held.sessionIds.add(JSON.parse(atob(bearer.split('.')[1] ?? '')).sid)
}

/** As far as the intruder can: with whatever second factor they hold. */
async function enter(world: World): Promise<void> {
  const { testApp, intruder, held } = world
  const address = held.mailboxes.at(-1) ?? email
  const { body } = await intruder.call('POST', `${auth}/login`, {
    body: { email: address, password: held.passwords.at(-1) },
  })
  if (body.mfaToken !== undefined) {
    held.mfaTokens.push(body.mfaToken)
    await intruder.call('POST', `${auth}/login/mfa`, { body: { mfaToken: body.mfaToken, ...proofOf(world) } })
  }
  testApp.clock.advance(minute)
}
function proofOf({ testApp, held }: World): object {
  const secret = held.totpSecrets.at(-1)
  if (secret !== undefined) return { code: codeOf(testApp, secret) }
  return { recoveryCode: held.recoveryCodes.at(-1) ?? 'AAAAA-AAAAA' }
}
async function stepUpAs(world: World): Promise<void> {
  const { intruder, held, testApp } = world
  const options = await intruder.call('POST', `${auth}/step-up/options`)
  const methods: string[] = options.body.methods ?? []
  const emulator = held.passkeys.at(-1)
  if (methods.includes('password'))
    await intruder.call('POST', `${auth}/step-up`, { body: { password: held.passwords.at(-1) } })
  else if (methods.includes('passkey') && emulator) {
    const { challengeToken, options: question } = options.body.passkey
    held.challengeTokens.push(challengeToken)
    const passkey = emulator.getJSON(origin, question)
    await intruder.call('POST', `${auth}/step-up`, { body: { challengeToken, passkey } })
  } else await intruder.call('POST', `${auth}/step-up`, { body: proofOf(world) })
  testApp.clock.advance(minute)
}

type Act = (world: World, n: number) => Promise<void>
const acts: Readonly<Record<string, Act>> = {
  'the intruder signs in': enter,
  'the intruder proves it again': stepUpAs,
  'the intruder refreshes': async ({ intruder }) => void (await intruder.call('POST', `${auth}/refresh`)),
  async 'the intruder adds a passkey'({ intruder, held }) {
    const emulator = new WebAuthnEmulator()
    const begun = await intruder.call('POST', `${auth}/passkeys/options`)
    if (begun.status !== 200) return
    held.challengeTokens.push(begun.body.challengeToken)
    const added = await addPasskey(intruder, emulator)
    if (added.answer.status === 201) held.passkeys.push(emulator)
    held.recoveryCodes.push(...added.recoveryCodes)
  },
  async 'the intruder adds an authenticator app'({ testApp, intruder, held }) {
    if ((await intruder.call('GET', `${auth}/mfa`)).body.totp !== false) return
    if ((await intruder.call('POST', `${auth}/mfa/totp`)).status !== 200) return
    const added = await addTotp(testApp, intruder)
    if (added.answer.status === 200) held.totpSecrets.push(added.secret)
    held.recoveryCodes.push(...added.recoveryCodes)
    testApp.clock.advance(minute)
  },
  'the intruder takes the app away': async ({ intruder }) =>
    void (await intruder.call('DELETE', `${auth}/mfa/totp`)),
  async 'the intruder renews the recovery codes'({ intruder, held }) {
    const { body } = await intruder.call('POST', `${auth}/mfa/recovery-codes`)
    held.recoveryCodes.push(...(body.recoveryCodes ?? []))
  },
  async 'the intruder links a provider from inside'({ providers, intruder, held }, n) {
    const subject = `${stranger} ${n}`
    const body = await providers.authorize('google', { subject })
    if ((await intruder.call('POST', `${auth}/identities`, { body })).status === 201)
      held.subjects.push(subject)
  },
  async 'the intruder links a provider by the password'({ testApp, providers, held }, n) {
    const subject = `${stranger} by password ${n}`
    const address = held.mailboxes.at(-1) ?? email
    const answer = await providers.authorize('microsoft', { subject, email: address })
    const { body } = await browserOf(testApp).call('POST', `${auth}/social`, { body: answer })
    if (body.linkToken === undefined) return
    held.linkTokens.push(body.linkToken)
    const linked = await browserOf(testApp).call('POST', `${auth}/social/link`, {
      body: { linkToken: body.linkToken, password: held.passwords.at(-1) },
    })
    held.subjects.push(subject)
    if (linked.body.mfaToken !== undefined) held.mfaTokens.push(linked.body.mfaToken)
    if (linked.body.accessToken !== undefined) held.bearers.add(linked.body.accessToken)
  },
  async 'the intruder changes the password'({ intruder, held }, n) {
    const newPassword = `a secret of the intruder ${n}`
    const body = { currentPassword: held.passwords.at(-1), newPassword }
    if ((await intruder.call('POST', `${auth}/change-password`, { body })).status === 200)
      held.passwords.push(newPassword)
  },
  async 'the intruder changes the address'({ testApp, intruder, held }, n) {
    const mailbox = `mallory${n}@example.com`
    const asked = await intruder.call('POST', `${me}/email`, { body: { email: mailbox } })
    if (asked.status !== 202) return
    const { code } = await lastMail(testApp, mailbox, /new e-mail/).catch(() => ({ code: '' }))
    if (code === '') return
    const confirmed = await intruder.call('POST', `${me}/email/confirm`, { body: { code } })
    if (confirmed.status === 200) held.mailboxes.push(mailbox)
  },
  async 'the intruder asks for a new password'({ testApp, held }) {
    const address = held.mailboxes.at(-1) ?? email
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email: address } })
    await testApp.settled()
  },
  async 'the intruder sets the password by their mailbox'({ testApp, held }, n) {
    const token = (await tokensIn(testApp, held.mailboxes, 'reset-password')).at(-1)
    const newPassword = `by the mailbox ${n} of theirs`
    const body = { token: token ?? '', newPassword }
    const answer = await browserOf(testApp).call('POST', `${auth}/reset-password`, { body })
    if (answer.status === 200) held.passwords.push(newPassword)
  },
  async 'the intruder says that it was not them'({ testApp, held }) {
    const token = (await tokensIn(testApp, held.mailboxes, 'not-me')).at(-1)
    if (token !== undefined) await browserOf(testApp).call('POST', `${auth}/not-me`, { body: { token } })
    await testApp.settled()
  },
  async 'the intruder asks to delete the account'({ testApp, intruder, held }, n) {
    // At once only while it can be taken back: otherwise that is what it says.
    const isImmediate = held.mailboxes.length > 0 && n % 2 === 0
    const answer = await intruder.call('DELETE', isImmediate ? `${me}?immediate=true` : me)
    if (answer.status === 204) held.receipts.push(answer.headers.get('location')?.split('/').at(-1) ?? '')
    await testApp.settled()
  },
  async 'the intruder asks for all data'({ testApp, intruder, held }) {
    await intruder.call('GET', `${me}/data-export`)
    await testApp.settled()
    const { body } = await intruder.call('GET', `${me}/data-export`)
    if (body.url !== undefined) held.exports.push(body.url)
  },
  async 'the intruder cancels the deletion'({ testApp, held }) {
    const receipt = held.receipts.at(-1)
    if (receipt !== undefined) await browserOf(testApp).call('POST', `/api/v1/deletions/${receipt}/cancel`)
  },
  'the intruder ends the other sessions': async ({ intruder }) =>
    void (await intruder.call('DELETE', `${auth}/sessions`)),
  'the intruder renames the owner': async ({ intruder }) =>
    void (await intruder.call('PATCH', me, { body: { name: 'Mallory' } })),
  'the owner signs in': async ({ owner }) =>
    void (await owner.call('POST', `${auth}/login`, { body: { email, password } })),
  'the owner proves it again': async ({ owner }) =>
    void (await owner.call('POST', `${auth}/step-up`, { body: { password } })),
  'the owner looks at their sessions': async ({ owner }) =>
    void (await owner.call('GET', `${auth}/sessions`)),
  'the owner renews what they can': async ({ owner }) =>
    void (await owner.call('POST', `${auth}/mfa/recovery-codes`)),
  'time passes': async ({ testApp }, n) => testApp.clock.advance((5 + (n % 90)) * minute),
  async 'the jobs run'({ testApp }) {
    for (const job of ['erase-accounts', 'prepare-exports']) await testApp.runJob(job)
  },
}

/** What a mailbox holds, in the links to this page. */
async function tokensIn(
  testApp: World['testApp'],
  mailboxes: readonly string[],
  page: string,
): Promise<string[]> {
  const tokens: string[] = []
  for (const mailbox of mailboxes)
    for (const { text } of await mailsTo(testApp, mailbox))
      for (const [, token = ''] of text.matchAll(new RegExp(`/${page}\\?token=(\\S+)`, 'g')))
        tokens.push(token)
  return tokens
}

const ways = ['not-me', 'undo-email-change', 'reset-password'] as const

/** By whichever way of the owner's there is, the preferred one first. True when the account is theirs again. */
async function recover({ testApp }: World, preferred: (typeof ways)[number], pick: number): Promise<boolean> {
  // As soon as a link for a new password may be mailed, however many strangers have asked for.
  testApp.clock.advance(minute)
  const post = (path: string, body: object) => browserOf(testApp).call('POST', `${auth}/${path}`, { body })
  const setPassword = async (): Promise<boolean> => {
    const token = (await tokensIn(testApp, [email], 'reset-password')).at(-1) ?? ''
    return (await post('reset-password', { token, newPassword: ownersNew })).status === 200
  }
  for (const way of [preferred, ...ways.filter((other) => other !== preferred)]) {
    if (way === 'reset-password') {
      await post('forgot-password', { email })
      if (await setPassword()) return true
      continue
    }
    const links = await tokensIn(testApp, [email], way)
    for (let n = 0; n < links.length; n++) {
      const token = links[(pick + n) % links.length]
      if ((await post(way, { token })).status !== 200) continue
      if (await setPassword()) return true
    }
  }
  return false
}

async function expectNothingLeft(world: World): Promise<void> {
  const { testApp, providers, held, userId } = world
  const post = (path: string, body: object, browser = browserOf(testApp)) =>
    browser.call('POST', `${auth}/${path}`, { body })
  const isIn = ({ status, body }: { status: number; body: any }) =>
    status < 300 && body.linkToken === undefined

  for (const bearer of held.bearers) {
    const headers = { authorization: `Bearer ${bearer}` }
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { name: 'Mallory' }],
    ] as const)
      expect((await browserOf(testApp).call(method, me, { headers, body })).status).toBe(401)
  }
  for (const browser of held.browsers)
    expect((await browser.call('POST', `${auth}/refresh`)).status).toBe(401)
  for (const sessionId of held.sessionIds)
    expect(await testApp.auth.mayConnect(userId, sessionId)).toBe(false)
  for (const secret of held.passwords)
    for (const address of [email, ...held.mailboxes])
      expect(isIn(await post('login', { email: address, password: secret })), 'a password').toBe(false)
  for (const emulator of held.passkeys) {
    const { body } = await post('login/passkey/options', {})
    const passkey = emulator.getJSON(origin, body.options)
    expect(isIn(await post('login/passkey', { challengeToken: body.challengeToken, passkey }))).toBe(false)
  }
  for (const subject of held.subjects)
    for (const provider of ['google', 'microsoft'] as const) {
      const answer = await providers.authorize(provider, { subject, email })
      expect(isIn(await post('social', answer)), 'a provider').toBe(false)
    }
  const proofs = [
    ...held.totpSecrets.map((secret) => ({ code: codeOf(testApp, secret) })),
    ...held.recoveryCodes.map((recoveryCode) => ({ recoveryCode })),
    { code: '000000' },
  ]
  for (const mfaToken of held.mfaTokens)
    for (const proof of proofs.slice(-4))
      expect(isIn(await post('login/mfa', { mfaToken, ...proof }))).toBe(false)
  for (const linkToken of held.linkTokens)
    for (const secret of held.passwords)
      expect(isIn(await post('social/link', { linkToken, password: secret }))).toBe(false)
  for (const page of ['reset-password', 'not-me', 'undo-email-change', 'verify-email'])
    for (const token of await tokensIn(testApp, held.mailboxes, page)) {
      const body = page === 'reset-password' ? { token, newPassword: 'once more by the intruder' } : { token }
      expect((await post(page, body)).status, page).toBe(401)
    }
  for (const url of held.exports) expect((await testApp.app.request(url)).status, 'an export').not.toBe(200)
  for (const receipt of held.receipts)
    await browserOf(testApp).call('POST', `/api/v1/deletions/${receipt}/cancel`)

  await testApp.settled()
  testApp.clock.advance(10 * day)
  for (const job of ['erase-accounts', 'sweep-reserved-addresses', 'sweep-unclaimed-users'])
    await testApp.runJob(job)
  const owner = browserOf(testApp)
  expect((await post('login', { email, password: ownersNew }, owner)).status).toBe(200)
  expect((await owner.call('GET', me)).body).toMatchObject({ id: userId, email, status: 'active' })
  expect((await owner.call('GET', `${auth}/mfa`)).body).toMatchObject({
    totp: false,
    passkeys: [],
    recoveryCodesLeft: 0,
  })
  expect((await owner.call('GET', `${auth}/identities`)).body.items).toEqual([])
  const { items } = (await owner.call('GET', `${auth}/sessions`)).body
  expect(items).toMatchObject([{ current: true }])
  // Nothing more is written to the intruder about it.
  const before = (await Promise.all(held.mailboxes.map((mailbox) => mailsTo(testApp, mailbox)))).flat().length
  await post('forgot-password', { email })
  await testApp.settled()
  const after = (await Promise.all(held.mailboxes.map((mailbox) => mailsTo(testApp, mailbox)))).flat().length
  expect(after).toBe(before)
}

class Step implements fc.AsyncCommand<object, World> {
  readonly what: string
  readonly n: number
  constructor(what: string, n: number) {
    this.what = what
    this.n = n
  }
  check(): boolean {
    return true
  }
  async run(_: object, world: World): Promise<void> {
    await acts[this.what]?.(world, this.n)
    note(world)
    await world.testApp.settled()
  }
  toString(): string {
    return `${this.what} (${this.n})`
  }
}

/** Those that lead somewhere, more often than others. */
const steps = fc.commands(
  [
    fc.nat(99).map((n) => new Step('the intruder proves it again', n)),
    fc.nat(99).map((n) => new Step('the intruder signs in', n)),
    ...Object.keys(acts).map((what) => fc.nat(99).map((n) => new Step(what, n))),
  ],
  { maxCommands: 30 },
)

test('whatever an intruder has set up, nothing of it is left once the owner has the account again', async () => {
  let recovered = 0
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(...ways), fc.nat(9), async (commands, preferred, pick) => {
      const world = await createWorld()
      await enter(world)
      await stepUpAs(world)
      note(world)
      await fc.asyncModelRun(() => ({ model: {}, real: world }), commands)
      const { held } = world
      for (const [what, list] of Object.entries(held)) if ([...list].length > 0) seen.add(what)
      expect(await recover(world, preferred, pick), 'the owner has a way back').toBe(true)
      recovered++
      await expectNothingLeft(world)
    }),
    { numRuns: 100 },
  )
  expect(recovered).toBeGreaterThanOrEqual(100)
  // The intruder has come as far as there is to come.
  expect([...seen].toSorted()).toEqual(Object.keys(createHoldings()).toSorted())
}, 240_000)
