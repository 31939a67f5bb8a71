import { describe, expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../../src/adapters/memory/identity-providers.ts'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { addPasskey, addTotp, auth, codeOf, lastMail, logIn, me, recoverByMail, stepUp } from './intruder.ts'

/*
 * A request takes its time between being authenticated and writing. Whatever ends every session in between ends it too:
 * the account is compared in the very write.
 */

const providers = createMemoryIdentityProviders()
const newPassword = 'quite another secret 7'

/** Runs `between` once, after the next change of the account was computed and before it is written. */
async function openWorld() {
  const world: { between: (() => Promise<unknown>) | undefined } = { between: undefined }
  const testApp = await createTestApp({
    ports: ({ documents }) => ({
      identityProviders: providers,
      documents: {
        ...documents,
        async replace(c, value, version) {
          const { between } = world
          if (c.name === users.name && between) {
            world.between = undefined
            await between()
          }
          return documents.replace(c, value, version)
        },
      },
    }),
  })
  return { testApp, world }
}

type Act = (browser: Browser) => Promise<{ readonly status: number }>

/**
 * Every way in which a session changes its account: what is set up first, and the request that is overtaken. Codes are
 * for signing in once more afterwards.
 */
const changes: Readonly<
  Record<
    string,
    (testApp: TestApp, browser: Browser) => Promise<Act | { readonly act: Act; readonly codes: string[] }>
  >
> = {
  'PATCH users/me': async () => (browser) => browser.call('PATCH', me, { body: { name: 'Mallory' } }),
  'POST auth/change-password': async () => (browser) =>
    browser.call('POST', `${auth}/change-password`, {
      body: { currentPassword: person.password, newPassword: 'a secret of the intruder 9' },
    }),
  'POST auth/step-up, which uses up a code': async (testApp, browser) => {
    await stepUp(browser)
    const { recoveryCodes } = await addTotp(testApp, browser)
    const [first, ...codes] = recoveryCodes
    return { act: () => stepUp(browser, { recoveryCode: first }), codes }
  },
  'POST auth/mfa/totp': async (_, browser) => {
    await stepUp(browser)
    return () => browser.call('POST', `${auth}/mfa/totp`)
  },
  'POST auth/mfa/totp/confirm': async (testApp, browser) => {
    await stepUp(browser)
    const { body } = await browser.call('POST', `${auth}/mfa/totp`)
    return () =>
      browser.call('POST', `${auth}/mfa/totp/confirm`, { body: { code: codeOf(testApp, body.secret) } })
  },
  'DELETE auth/mfa/totp': async (testApp, browser) => {
    await stepUp(browser)
    const { recoveryCodes: codes } = await addTotp(testApp, browser)
    return { act: () => browser.call('DELETE', `${auth}/mfa/totp`), codes }
  },
  'POST auth/mfa/recovery-codes': async (testApp, browser) => {
    await stepUp(browser)
    const { recoveryCodes: codes } = await addTotp(testApp, browser)
    return { act: () => browser.call('POST', `${auth}/mfa/recovery-codes`), codes }
  },
  'POST auth/passkeys': async (_, browser) => {
    await stepUp(browser)
    return async () => (await addPasskey(browser)).answer
  },
  'PATCH auth/passkeys/{id}': async (_, browser) => {
    await stepUp(browser)
    const { id, recoveryCodes: codes } = await addPasskey(browser)
    const act = () => browser.call('PATCH', `${auth}/passkeys/${id}`, { body: { name: 'Mine' } })
    return { act, codes }
  },
  'DELETE auth/passkeys/{id}': async (_, browser) => {
    await stepUp(browser)
    const { id, recoveryCodes: codes } = await addPasskey(browser)
    return { act: () => browser.call('DELETE', `${auth}/passkeys/${id}`), codes }
  },
  'POST auth/identities': async (_, browser) => {
    await stepUp(browser)
    const answer = await providers.authorize('google', { subject: 'of the intruder' })
    return () => browser.call('POST', `${auth}/identities`, { body: answer })
  },
  'DELETE auth/identities/{id}': async (testApp, browser) => {
    await stepUp(browser)
    const { id } = (await browser.call('GET', me)).body
    await testApp.users.changeUser(id, (user) => ({
      ...user,
      identities: [{ id: 'own', provider: 'google', email: null, linkedAt: user.createdAt }],
    }))
    return () => browser.call('DELETE', `${auth}/identities/own`)
  },
  'POST users/me/email/confirm': async (testApp, browser) => {
    await stepUp(browser)
    await browser.call('POST', `${me}/email`, { body: { email: 'mallory@example.com' } })
    const { code } = await lastMail(testApp, 'mallory@example.com', /new e-mail/)
    return () => browser.call('POST', `${me}/email/confirm`, { body: { code } })
  },
  'DELETE users/me/avatar': async (testApp, browser) => {
    const { id } = (await browser.call('GET', me)).body
    await testApp.users.changeUser(id, (user) => ({ ...user, avatar: 'https://pictures.example/ann.png' }))
    return () => browser.call('DELETE', `${me}/avatar`)
  },
  'DELETE users/me': async (_, browser) => {
    await stepUp(browser)
    return () => browser.call('DELETE', me)
  },
}

/** What ends every session of an account, or every other one. */
const boundaries: Readonly<Record<string, (testApp: TestApp, owner: Browser) => Promise<unknown>>> = {
  'the owner changed the password': (_, owner) =>
    owner.call('POST', `${auth}/change-password`, {
      body: { currentPassword: person.password, newPassword },
    }),
  'the owner set a new password by mail': (testApp) => recoverByMail(testApp, newPassword),
  'the owner said that it was not them': async (testApp, owner) => {
    const { id } = (await owner.call('GET', me)).body
    const account = (await testApp.users.read(id))?.value
    const [told] = account ? await testApp.auth.whereToTell(account, account.createdAt) : []
    const token = new URL(told?.notMe ?? '').searchParams.get('token')
    await browserOf(testApp).call('POST', `${auth}/not-me`, { body: { token } })
  },
  'an administrator ended every session': async (testApp, owner) => {
    const admin = await signedInBrowser(testApp, { ...person, email: 'admin@example.com' })
    await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
    const { id } = (await owner.call('GET', me)).body
    await admin.call('POST', `/api/v1/admin/users/${id}/revoke-sessions`)
  },
}

describe.each(Object.entries(changes))('%s', (_name, prepare) => {
  test.each(Object.entries(boundaries))('changes nothing once %s meanwhile', async (_boundary, end) => {
    const { testApp, world } = await openWorld()
    const owner = await signedInBrowser(testApp)
    const intruder = await logIn(testApp)
    await testApp.settled()
    const prepared = await prepare(testApp, intruder)
    const { act, codes } = 'act' in prepared ? prepared : { act: prepared, codes: [] }
    await testApp.settled()
    // What was set up has ended the owner's session.
    const ownersOwn = await logIn(testApp)
    if (ownersOwn.mfaToken !== undefined)
      await ownersOwn.call('POST', `${auth}/login/mfa`, {
        body: { mfaToken: ownersOwn.mfaToken, recoveryCode: codes.at(-1) },
      })
    await testApp.settled()
    const stored = async () => (await testApp.users.read(owner.userId))?.value
    let afterBoundary: Awaited<ReturnType<typeof stored>>
    world.between = async () => {
      await end(testApp, ownersOwn)
      afterBoundary = await stored()
    }
    expect((await act(intruder)).status).toBe(401)
    await testApp.settled()
    expect(afterBoundary).toBeDefined()
    expect(await stored()).toEqual(afterBoundary)
    expect((await intruder.call('PATCH', me, { body: { name: 'Mallory' } })).status).toBe(401)
    expect((await intruder.call('POST', `${auth}/refresh`)).body.error.code).toBe('token_revoked')
  })
})

test('a session that was ended meanwhile is not lifted into the next epoch', async () => {
  const { testApp, world } = await openWorld()
  const owner = await signedInBrowser(testApp)
  const intruder = await logIn(testApp)
  await stepUp(intruder)
  await testApp.settled()
  world.between = () => owner.call('DELETE', `${auth}/sessions`)
  await addTotp(testApp, intruder)
  expect((await intruder.call('GET', me)).status).toBe(401)
  expect((await intruder.call('POST', `${auth}/refresh`)).body.error.code).toBe('token_revoked')
})

test('an administrator who was suspended meanwhile changes nobody', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const [admin, other] = [
    await signedInBrowser(testApp, { ...person, email: 'admin@example.com' }),
    await signedInBrowser(testApp, { ...person, email: 'other@example.com' }),
  ]
  for (const { userId } of [admin, other])
    await testApp.users.changeUser(userId, (user) => ({ ...user, role: 'admin' }))
  await testApp.settled()
  for (const { call } of [admin, other])
    await call('POST', `${auth}/step-up`, { body: { password: person.password } })
  const suspend = () =>
    other.call('PATCH', `/api/v1/admin/users/${admin.userId}`, { body: { status: 'suspended' } })
  for (const act of [
    () => admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { role: 'admin' } }),
    () => admin.call('POST', `/api/v1/admin/users/${ann.userId}/revoke-sessions`),
    () => admin.call('PUT', `/api/v1/admin/users/${ann.userId}/legal-hold`),
  ]) {
    await stepUp(admin)
    const before = (await testApp.users.read(ann.userId))?.value
    // The write is the administrator's own here: what is looked at right before it is their account.
    const read = testApp.ports.documents.read
    let isOvertaken = false
    testApp.ports.documents.read = async (c, key) => {
      if (c.name === users.name && key.id === ann.userId && !isOvertaken) {
        isOvertaken = true
        await suspend()
      }
      return read(c, key)
    }
    const answer = await act()
    testApp.ports.documents.read = read
    expect(answer.status).toBe(401)
    expect((await testApp.users.read(ann.userId))?.value).toEqual(before)
    await testApp.users.changeUser(admin.userId, (user) => ({ ...user, status: 'active' }))
    const { cookies } = await logIn(testApp, person.password, 'admin@example.com')
    for (const [name, value] of cookies) admin.cookies.set(name, value)
    await stepUp(admin)
  }
  expect((await browserOf(testApp).call('GET', me)).status).toBe(401)
})
