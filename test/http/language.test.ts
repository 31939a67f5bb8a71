import { expect, test } from 'vitest'
import { progress } from '../../src/core/learning/enrollments/enrollments.model.ts'
import { newStats } from '../../src/core/learning/enrollments/learners.ts'
import { acceptedLanguage } from '../../src/http/language.ts'
import { createTestApp, origin, person, signedInBrowser } from '../app.ts'
import { contact, openForms } from '../core/forms/form-world.ts'

const testApp = await createTestApp()
const inSpanish = { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' }

const ask = (
  path: string,
  { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {},
) => testApp.app.request(path, { ...init, headers: { origin, ...headers } })
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['es', 'es'],
  ['ES-mx', 'es'],
  ['es-419;q=0.7, en;q=0.3', 'es'],
  ['en, es', 'en'],
  ['fr, es;q=0.2', 'es'],
  ['fr', 'en'],
  ['es;q=0', 'en'],
  ['constructor, __proto__', 'en'],
  [`${'x,'.repeat(100_000)}es`, 'en'],
])('%s is read as %s', (header, language) => {
  expect(acceptedLanguage(header)).toBe(language)
})

test('an error speaks the language of the request, says so, and keeps its code', async () => {
  const english = await ask('/api/v1/users/me')
  const spanish = await ask('/api/v1/users/me', { headers: inSpanish })
  expect((await english.json()).error).toMatchObject({ code: 'missing_token', message: 'Sign in first.' })
  expect((await spanish.json()).error).toMatchObject({
    code: 'missing_token',
    message: 'Primero inicie sesión.',
  })
  for (const [answer, language] of [
    [english, 'en'],
    [spanish, 'es'],
  ] as const) {
    expect(answer.headers.get('content-language')).toBe(language)
    expect(answer.headers.get('vary')).toContain('Accept-Language')
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  }
})

test('so does each detail, and RFC 9457', async () => {
  const body = { email: 'nobody', password: 7, name: '', extra: true }
  const english = (await (await post('/api/v1/auth/signup', body)).json()).error
  const spanish = (await (await post('/api/v1/auth/signup', body, inSpanish)).json()).error
  const places = (details: { path: string; code: string }[]) =>
    details.map(({ path, code }) => ({ path, code }))
  expect(places(spanish.details)).toEqual(places(english.details))
  expect(spanish.details.map(({ message }: { message: string }) => message)).toEqual(
    expect.arrayContaining([
      'Debe ser un correo electrónico.',
      'Falta, o no es un texto.',
      'No es un campo de esta solicitud.',
    ]),
  )
  const problem = await post('/api/v1/auth/signup', body, {
    ...inSpanish,
    accept: 'application/problem+json',
  })
  expect(await problem.json()).toMatchObject({ title: 'Bad Request', detail: 'La solicitud no es válida.' })
})

test('bounds and passwords are said with their numbers', async () => {
  const { details } = (
    await (
      await post(
        '/api/v1/auth/signup',
        { email: 'ann@example.com', password: 'short', name: 'Ann' },
        inSpanish,
      )
    ).json()
  ).error
  expect(details).toEqual([{ path: 'password', code: 'too_short', message: 'Use al menos 12 caracteres.' }])
  const { error } = await (await ask('/api/v1/courses?limit=101', { headers: inSpanish })).json()
  expect(error.details).toMatchObject([{ path: 'limit', message: 'Debe ser como máximo 100.' }])
})

test('what is answered in words is, too', async () => {
  const known = await post('/api/v1/auth/forgot-password', { email: 'ann@example.com' }, inSpanish)
  expect(await known.json()).toEqual({
    message: 'Si hay una cuenta con esta dirección, un enlace va en camino.',
  })
  expect(known.headers.get('content-language')).toBe('es')
  const { testApp: forms } = await openForms()
  const sent = await forms.app.request('/api/v1/forms/contact', {
    method: 'POST',
    body: JSON.stringify(contact),
    headers: { origin, 'content-type': 'application/json', ...inSpanish },
  })
  expect((await sent.json()).message).toBe(
    'Gracias. Lo recibimos, y alguien le responderá en un plazo de 24 horas.',
  )
})

test('what is the same for everybody has no language of anybody', async () => {
  for (const path of ['/api/v1/courses', '/api/openapi.json']) {
    const [english, spanish] = [await ask(path), await ask(path, { headers: inSpanish })]
    expect(await spanish.text()).toBe(await english.text())
    expect(spanish.headers.get('etag')).toBe(english.headers.get('etag'))
    expect(spanish.headers.get('content-language')).toBeNull()
    expect(spanish.headers.get('vary') ?? '').not.toContain('Language')
  }
})

test('somebody signed in is answered in the language of each request', async () => {
  const { call } = await signedInBrowser(testApp, { ...person, email: 'two@example.com' })
  const { body } = await call('POST', '/api/v1/auth/change-password', {
    body: { currentPassword: 'wrong wrong wrong', newPassword: 'another long one 1' },
    headers: inSpanish,
  })
  expect(body.error).toMatchObject({
    code: 'invalid_credentials',
    message: 'El correo electrónico o la contraseña no son correctos.',
  })
})

test('what somebody has earned, and what the law keeps of them, is named in it', async () => {
  const app = await createTestApp()
  const ann = await signedInBrowser(app)
  await app.ports.documents.insert(progress, {
    ...newStats(ann.userId, '2026-03-01T18:00:00.000Z'),
    achievements: [{ id: 'first-lesson', unlockedAt: '2026-03-02T18:00:00.000Z' }],
  })
  const [english, spanish] = [
    await ann.call('GET', '/api/v1/users/me/progress'),
    await ann.call('GET', '/api/v1/users/me/progress', { headers: inSpanish }),
  ]
  expect(english.body.achievements).toMatchObject([
    { title: 'First step', description: 'Complete a lesson.' },
  ])
  expect(spanish.body.achievements).toMatchObject([
    { id: 'first-lesson', title: 'Primer paso', description: 'Complete una lección.' },
  ])
})

test.each(['/certificates/ABCD-EFGH-JKMN-PQRS', '/api/v1/shared'])(
  'the page %s says it all in one language',
  async (path) => {
    const headers = { accept: 'text/html' }
    const english = await ask(path, { headers })
    const spanish = await ask(path, { headers: { ...headers, ...inSpanish } })
    expect(spanish.status).toBe(english.status)
    const [one, other] = [await english.text(), await spanish.text()]
    expect(one).toContain('<html lang="en">')
    expect(other).toContain('<html lang="es">')
    expect(spanish.headers.get('content-language')).toBe('es')
    const wordsOf = (page: string) =>
      [...page.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/>\s*([^<>]*\p{L}[^<>]*?)\s*</gu)].map(
        ([, text]) => text,
      )
    expect(wordsOf(one).length).toBeGreaterThan(1)
    expect(wordsOf(other)).toHaveLength(wordsOf(one).length)
    expect(wordsOf(other).filter((text) => wordsOf(one).includes(text))).toEqual([])
  },
)
