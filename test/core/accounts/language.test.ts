import { describe, expect, test } from 'vitest'
import { browserOf, createTestApp, logInOf, person, type TestApp } from '../../app.ts'
import { contact, openForms, referral, submit } from '../forms/form-world.ts'

const auth = '/api/v1/auth'
const me = '/api/v1/users/me'
const inSpanish = { 'accept-language': 'es-US,es;q=0.9,en;q=0.5' }
const hidden = { SIGNUP_DISCLOSURE: 'hidden' }

async function subjectsTo(testApp: TestApp, address = person.email) {
  await testApp.settled()
  const letters = (await testApp.ports.mailbox?.messages()) ?? []
  return letters.filter(({ to }) => to === address).map(({ subject }) => subject)
}
async function signedUp(headers: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const testApp = await createTestApp({ environment })
  const browser = browserOf(testApp)
  const { body } = await browser.call('POST', `${auth}/signup`, { body: person, headers })
  return { testApp, ...browser, user: body.user }
}
/** As accounts were before there was another language. */
const withoutLanguage = (testApp: TestApp, userId: string) =>
  testApp.users.changeUser(userId, (user) => {
    const { language: _, ...preferences } = user.preferences
    return { ...user, preferences }
  })

describe('the language of somebody with an account', () => {
  test('is what their browser read when they signed up', async () => {
    const { testApp, call, user } = await signedUp(inSpanish)
    expect(user.preferences.language).toBe('es')
    expect((await call('GET', me)).body.preferences.language).toBe('es')
    expect(await subjectsTo(testApp)).toEqual(['Confirme su correo electrónico'])
  })

  test('is English where nothing is said', async () => {
    const { testApp, user } = await signedUp()
    expect(user.preferences.language).toBe('en')
    expect(await subjectsTo(testApp)).toEqual(['Confirm your e-mail address'])
  })

  test('is what they choose, whatever a request reads; answers go by the request', async () => {
    const { testApp, call } = await signedUp()
    const chosen = await call('PATCH', me, { body: { preferences: { language: 'es' } } })
    expect(chosen.body.preferences).toMatchObject({ language: 'es', theme: 'dark' })
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email: person.email } })
    expect(await subjectsTo(testApp)).toContain('Elija una contraseña nueva')
    expect((await call('POST', `${auth}/change-password`, { body: {} })).body.error.message).toBe(
      'The request is not valid.',
    )
  })

  test.each(['fr', 'ES', 'es-MX', 7, ['es']])('is none that there is not: %j', async (language) => {
    const { call } = await signedUp()
    const answer = await call('PATCH', me, { body: { preferences: { language } } })
    expect(answer.status).toBe(400)
    expect((await call('GET', me)).body.preferences.language).toBe('en')
  })

  test('comes back with a profile that was read, and with the export', async () => {
    const { call } = await signedUp(inSpanish)
    const { body } = await call('GET', me)
    expect((await call('PATCH', me, { body: { ...body, name: 'Ana' } })).body).toMatchObject({
      name: 'Ana',
      preferences: { language: 'es' },
    })
  })

  test('that was never said is that of the request which has us write, until they sign in', async () => {
    const { testApp, user } = await signedUp()
    await withoutLanguage(testApp, user.id)
    const visitor = browserOf(testApp)
    await visitor.call('POST', `${auth}/forgot-password`, {
      body: { email: person.email },
      headers: inSpanish,
    })
    expect(await subjectsTo(testApp)).toContain('Elija una contraseña nueva')
    expect((await testApp.users.read(user.id))?.value.preferences.language).toBeUndefined()
    await visitor.call('POST', `${auth}/login`, { body: logInOf(person), headers: inSpanish })
    await testApp.settled()
    expect((await visitor.call('GET', me)).body.preferences.language).toBe('es')
    await visitor.call('POST', `${auth}/login`, { body: logInOf(person) })
    await testApp.settled()
    expect((await visitor.call('GET', me)).body.preferences.language).toBe('es')
  })

  test('is kept where it is decided later whether there is an account', async () => {
    const { testApp } = await signedUp(inSpanish, hidden)
    expect(await subjectsTo(testApp)).toEqual(['Confirme su correo electrónico'])
    await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })
    expect(await subjectsTo(testApp), 'its owner is told, in their language').toContain(
      'Usted ya tiene una cuenta',
    )
  })

  test('is that of what we tell them unasked', async () => {
    const { testApp, call } = await signedUp(inSpanish)
    await call('POST', `${auth}/change-password`, {
      body: { currentPassword: person.password, newPassword: 'rather other words 77' },
    })
    expect(await subjectsTo(testApp)).toContain('Su contraseña se cambió')
  })
})

describe('the language of somebody without an account', () => {
  test('is kept with what they sent, for every mail about it', async () => {
    const { visitor, review, mailsTo } = await openForms()
    const { body } = await submit(visitor, 'referral', referral, inSpanish)
    await review(body.id, { status: 'reviewed' })
    await review(body.id, { status: 'resolved' })
    const subjects = (await mailsTo(referral.referrer.email)).map(({ subject }) => subject)
    expect(subjects).toEqual([
      `Recibimos la remisión ${body.trackingNumber}`,
      `Hay noticias de la remisión ${body.trackingNumber}`,
    ])
  })

  test('says nothing about that of staff', async () => {
    const { visitor, mailsTo } = await openForms()
    await submit(visitor, 'contact', contact, inSpanish)
    expect((await mailsTo('intake@tools.example')).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^New: /),
    ])
    expect((await mailsTo(contact.email))[0]?.text).toContain('Gracias por escribirnos.')
  })
})
