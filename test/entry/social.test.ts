import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose'
import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOidcIdentityProviders } from '../../src/adapters/oidc/identity-providers.ts'
import { identities } from '../../src/core/accounts/auth/identities.ts'
import { browserOf, createTestApp, origin, person, signedInBrowser, type TestApp } from '../app.ts'
import { type OidcProviderStandIn, startOidcProvider } from '../stand-ins/oidc-provider.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const atProvider = { sub: 'g-1', email, email_verified: true, name: 'Ann of Google' }
const refused = { status: 401, body: { error: { code: 'invalid_credentials' } } }

let provider: OidcProviderStandIn
beforeAll(async () => {
  provider = await startOidcProvider()
})
afterAll(() => provider.close())

/** `tamper` changes what the provider signed, and signs it again with the provider's own key. */
function appAt(
  tamper?: (claims: JWTPayload) => JWTPayload,
  { isIssuerRequired = false } = {},
): Promise<TestApp> {
  const send: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    if (!tamper || !String(input).endsWith('/token')) return answer
    const tokens = (await answer.json()) as { id_token: string }
    const { kid, ...jwk } = provider.signingKey()
    const id_token = await new SignJWT(tamper(decodeJwt(tokens.id_token)))
      .setProtectedHeader({ alg: 'RS256', ...(kid ? { kid } : {}) })
      .sign(await importJWK(jwk, 'RS256'))
    return Response.json({ ...tokens, id_token })
  }
  return createTestApp({
    ports: () => ({
      identityProviders: createOidcIdentityProviders({
        providers: { google: provider.client },
        fetch: send,
        isIssuerRequired,
        isInsecureAllowed: true,
      }),
    }),
  })
}

const logIn = async (testApp: TestApp, body: object, browser = browserOf(testApp)) => ({
  browser,
  answer: await browser.call('POST', `${auth}/social`, { body }),
})

describe('signing in by a provider', () => {
  test('opens an account the first time, and is the same person the next', async () => {
    const testApp = await appAt()
    const first = await logIn(testApp, await provider.authorize(atProvider))
    expect(first.answer).toMatchObject({ status: 200, body: { user: { email, name: 'Ann of Google' } } })
    const profile = await first.browser.call('GET', '/api/v1/users/me')
    expect(profile.body.emailVerified).toBe(true)
    const renamed = { ...atProvider, email: 'ann.moved@example.com' }
    const second = await logIn(testApp, await provider.authorize(renamed))
    expect(second.answer.body.user.id).toBe(first.answer.body.user.id)
    const listed = await first.browser.call('GET', `${auth}/identities`)
    expect(listed.body.items).toMatchObject([{ provider: 'google', email }])
  })

  test('is refused when the answer says that it is of somebody else, whatever else is right', async () => {
    for (const isIssuerRequired of [false, true]) {
      const testApp = await appAt(undefined, { isIssuerRequired })
      for (const iss of [
        'https://login.microsoftonline.com/common/v2.0',
        `${provider.client.issuer}/`,
        'x',
      ]) {
        const { answer } = await logIn(testApp, { ...(await provider.authorize(atProvider)), iss })
        expect(answer).toMatchObject(refused)
      }
      expect((await logIn(testApp, await provider.authorize(atProvider))).answer.status).toBe(200)
    }
  })

  test('without the issuer of a provider that sends it: as published, unless it is required', async () => {
    const { iss, ...asPublished } = await provider.authorize(atProvider)
    expect(iss).toBe(provider.client.issuer)
    expect((await logIn(await appAt(), asPublished)).answer.status).toBe(200)
    const { iss: _, ...again } = await provider.authorize(atProvider)
    const strict = await appAt(undefined, { isIssuerRequired: true })
    expect((await logIn(strict, again)).answer).toMatchObject(refused)
  })

  test('two at once open one account', async () => {
    const testApp = await appAt()
    const codes = await Promise.all([provider.authorize(atProvider), provider.authorize(atProvider)])
    const answers = await Promise.all(codes.map((code) => logIn(testApp, code)))
    const ids = answers.flatMap(({ answer }) => (answer.status === 200 ? [answer.body.user.id] : []))
    expect(new Set(ids).size).toBe(1)
    expect((await testApp.ports.documents.scan(identities)).items).toHaveLength(1)
  })

  test('a code works once, and not with another verifier', async () => {
    const testApp = await appAt()
    const code = await provider.authorize(atProvider)
    expect((await logIn(testApp, { ...code, codeVerifier: 'x'.repeat(43) })).answer).toMatchObject(refused)
    const another = await provider.authorize(atProvider)
    expect((await logIn(testApp, another)).answer.status).toBe(200)
    expect((await logIn(testApp, another)).answer).toMatchObject(refused)
  })

  test('a nonce of another request is refused, one that is named is accepted', async () => {
    const testApp = await appAt()
    const nonce = 'a-nonce-of-this-page'
    const wrong = await provider.authorize(atProvider, { nonce: 'of-another-browser-tab' })
    expect((await logIn(testApp, wrong)).answer).toMatchObject(refused)
    const right = await provider.authorize(atProvider, { nonce })
    expect((await logIn(testApp, { ...right, nonce })).answer.status).toBe(200)
  })

  test.each([
    ['of another issuer', (claims: JWTPayload) => ({ ...claims, iss: 'https://accounts.example' })],
    ['for another client', (claims: JWTPayload) => ({ ...claims, aud: 'another-app' })],
    ['that has expired', (claims: JWTPayload) => ({ ...claims, iat: 1_000_000_000, exp: 1_000_000_600 })],
    ['without a nonce', ({ nonce: _, ...claims }: JWTPayload) => claims],
  ])('a token %s is refused', async (_, tamper) => {
    const testApp = await appAt(tamper)
    const { answer, browser } = await logIn(testApp, await provider.authorize(atProvider))
    expect(answer).toMatchObject(refused)
    expect(browser.cookies.size).toBe(0)
  })

  test.each([
    ['a few seconds ahead', 20, 200],
    ['far ahead', 600, 401],
  ])('a token of a provider whose clock is %s', async (_, aheadSeconds, status) => {
    const testApp = await appAt(({ iat = 0, exp = 0, ...claims }) => ({
      ...claims,
      iat: iat + aheadSeconds,
      nbf: iat + aheadSeconds,
      exp: exp + aheadSeconds,
    }))
    const { answer } = await logIn(testApp, await provider.authorize(atProvider))
    expect(answer.status).toBe(status)
  })

  test('a key that was rotated a moment ago is found', async () => {
    const testApp = await appAt()
    expect((await logIn(testApp, await provider.authorize(atProvider))).answer.status).toBe(200)
    await provider.rotateKeys()
    await expect
      .poll(async () => (await logIn(testApp, await provider.authorize(atProvider))).answer.status, {
        timeout: 5_000,
        interval: 300,
      })
      .toBe(200)
  })

  test('a token signed with a key of nobody is refused', async () => {
    const forged = await startOidcProvider()
    const own = provider.signingKey
    const testApp = await appAt((claims) => claims)
    provider.signingKey = () => ({ ...forged.signingKey(), kid: own().kid as string })
    try {
      expect((await logIn(testApp, await provider.authorize(atProvider))).answer).toMatchObject(refused)
    } finally {
      provider.signingKey = own
      forged.close()
    }
  })

  test('a provider that is not set up, and a page that is not ours, are 400; one that is down is 503', async () => {
    const testApp = await appAt()
    const code = await provider.authorize(atProvider)
    for (const wrong of [{ provider: 'microsoft' }, { redirectUri: 'https://phishing.example/' }])
      expect((await logIn(testApp, { ...code, ...wrong })).answer.body.error.code).toBe('validation_error')
    const down = await createTestApp({
      ports: () => ({
        identityProviders: createOidcIdentityProviders({
          providers: { google: { ...provider.client, issuer: 'http://127.0.0.1:9' } },
          isInsecureAllowed: true,
        }),
      }),
    })
    expect((await logIn(down, code)).answer.status).toBe(503)
  })
})

test.each([
  ['an error', () => new Response('busy', { status: 500 })],
  ['no keys', () => Response.json({})],
  ['nothing', () => Promise.reject(new DOMException('too late', 'TimeoutError'))],
])(
  'a provider that answers %s where its keys are is down: nobody is told that their code is wrong',
  async (_what, keys) => {
    let isDown = true
    const testApp = await createTestApp({
      ports: () => ({
        identityProviders: createOidcIdentityProviders({
          providers: { google: provider.client },
          fetch: async (input, init) =>
            isDown && String(input).endsWith('/jwks') ? keys() : fetch(input, init),
          isInsecureAllowed: true,
        }),
      }),
    })
    expect((await logIn(testApp, await provider.authorize(atProvider))).answer.status).toBe(503)
    isDown = false
    expect((await logIn(testApp, await provider.authorize(atProvider))).answer.status).toBe(200)
  },
)

describe('an address that has an account already', () => {
  const confirmed = async (testApp: TestApp) => {
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
    return ann
  }

  test('asks for its password before the two are joined', async () => {
    const testApp = await appAt()
    const ann = await confirmed(testApp)
    const { answer, browser } = await logIn(testApp, await provider.authorize(atProvider))
    expect(answer).toMatchObject({ status: 202, body: { methods: ['password'] } })
    expect(browser.cookies.size).toBe(0)
    const { linkToken } = answer.body
    const link = (secret: string) =>
      browser.call('POST', `${auth}/social/link`, { body: { linkToken, password: secret } })
    expect(await link('not the password')).toMatchObject(refused)
    expect(await link(password)).toMatchObject({ status: 200, body: { user: { id: ann.userId } } })
    expect((await link(password)).status).toBe(401)
    const again = await logIn(testApp, await provider.authorize(atProvider))
    expect(again.answer.body.user.id).toBe(ann.userId)
  })

  test('that nobody ever confirmed goes to whom the provider vouches for, and nothing of the other stays', async () => {
    const testApp = await appAt()
    const squatter = await signedInBrowser(testApp)
    await squatter.call('POST', `${auth}/step-up`, { body: { password } })
    const { body } = await squatter.call('POST', `${auth}/passkeys/options`)
    const emulator = new WebAuthnEmulator()
    await squatter.call('POST', `${auth}/passkeys`, {
      body: {
        challengeToken: body.challengeToken,
        passkey: emulator.createJSON(origin, body.options),
      },
    })
    const { answer } = await logIn(testApp, await provider.authorize(atProvider))
    expect(answer.status).toBe(200)
    expect((await squatter.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect((await squatter.call('POST', `${auth}/refresh`)).status).toBe(401)
    const old = await browserOf(testApp).call('POST', `${auth}/login`, { body: { email, password } })
    expect(old).toMatchObject(refused)
  })

  test('that was opened by a provider who does not vouch for it keeps nothing of that identity either', async () => {
    const testApp = await appAt()
    const unvouched = { sub: 'squatter', email, email_verified: false }
    const squatter = await logIn(testApp, await provider.authorize(unvouched))
    expect(squatter.answer.status).toBe(200)
    const owner = await logIn(testApp, await provider.authorize(atProvider))
    expect(owner.answer.status).toBe(200)
    expect((await owner.browser.call('GET', `${auth}/identities`)).body.items).toHaveLength(1)
    const again = await logIn(testApp, await provider.authorize(unvouched))
    expect(again.answer).toMatchObject({ status: 202, body: { methods: ['password'] } })
    const elsewhere = { ...unvouched, email: 'squatter@example.com' }
    const own = await logIn(testApp, await provider.authorize(elsewhere))
    expect(own.answer).toMatchObject({ status: 200, body: { user: { email: 'squatter@example.com' } } })
  })

  test('that the provider does not vouch for takes nothing over', async () => {
    const testApp = await appAt()
    const ann = await signedInBrowser(testApp)
    const unvouched = { ...atProvider, email_verified: false }
    const { answer } = await logIn(testApp, await provider.authorize(unvouched))
    expect(answer).toMatchObject({ status: 202, body: { methods: ['password'] } })
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(200)
  })

  test('is refused where the provider names no address', async () => {
    const testApp = await appAt()
    const { answer } = await logIn(testApp, await provider.authorize({ sub: 'g-2' }))
    expect(answer).toMatchObject(refused)
  })
})

test('a provider is no way around a second factor, nor into a suspended account', async () => {
  const testApp = await appAt()
  const { browser, answer } = await logIn(testApp, await provider.authorize(atProvider))
  const { body: ways } = await browser.call('POST', `${auth}/step-up/options`)
  expect(ways.methods).toEqual(['mailed-code', 'provider'])
  await testApp.settled()
  const letters = (await testApp.ports.mailbox?.messages()) ?? []
  const mailedCode = /^ {4}(\d{6})$/m.exec(letters[0]?.text ?? '')?.[1]
  expect((await browser.call('POST', `${auth}/step-up`, { body: { mailedCode } })).status).toBe(200)
  const { body } = await browser.call('POST', `${auth}/passkeys/options`)
  const passkey = new WebAuthnEmulator().createJSON(origin, body.options)
  await browser.call('POST', `${auth}/passkeys`, { body: { challengeToken: body.challengeToken, passkey } })
  const next = await logIn(testApp, await provider.authorize(atProvider))
  expect(next.answer).toMatchObject({ status: 202, body: { methods: ['passkey', 'recovery-code'] } })

  await testApp.users.changeUser(answer.body.user.id, (user) => ({ ...user, status: 'suspended' }))
  const suspended = await logIn(testApp, await provider.authorize(atProvider))
  expect(suspended.answer.body.error.code).toBe('account_suspended')
})

test('the only way in is not unlinked; another one is', async () => {
  const testApp = await appAt()
  const { browser } = await logIn(testApp, await provider.authorize(atProvider))
  const stepUp = async () => {
    await browser.call('POST', `${auth}/step-up/options`)
    await testApp.settled()
    const [letter] = (await testApp.ports.mailbox?.messages()) ?? []
    const mailedCode = /^ {4}(\d{6})$/m.exec(letter?.text ?? '')?.[1]
    await browser.call('POST', `${auth}/step-up`, { body: { mailedCode } })
  }
  await stepUp()
  const [{ id }] = (await browser.call('GET', `${auth}/identities`)).body.items
  expect((await browser.call('DELETE', `${auth}/identities/${id}`)).status).toBe(409)
  const { body } = await browser.call('POST', `${auth}/passkeys/options`)
  const passkey = new WebAuthnEmulator().createJSON(origin, body.options)
  await browser.call('POST', `${auth}/passkeys`, { body: { challengeToken: body.challengeToken, passkey } })
  expect((await browser.call('DELETE', `${auth}/identities/${id}`)).status).toBe(204)
  expect((await browser.call('DELETE', `${auth}/passkeys/${passkey.id}`)).status).toBe(409)
  expect((await testApp.ports.documents.scan(identities)).items).toEqual([])
})
