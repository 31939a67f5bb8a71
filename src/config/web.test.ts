import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables } from '../../test/config/reading.ts'

test.each<[Variables, string]>([
  [{ COOKIE_PREFIX: '__Host-' }, 'COOKIE_PREFIX'],
  [{ COOKIE_SAME_SITE: 'None' }, 'COOKIE_SAME_SITE'],
])('%j needs https', (environment, name) => {
  expect(namesOf(environment)).toEqual([name])
  expect(namesOf({ ...environment, PUBLIC_URL: 'https://api.example.org' })).toEqual([])
})

test('production is reached by https', () => {
  expect(namesOf({ ...production, PUBLIC_URL: 'http://api.example.org' })).toEqual(['PUBLIC_URL'])
  expect(namesOf({ ...production, PUBLIC_URL: 'http://localhost:7071' })).toEqual([])
})

test('in production nobody calls from this machine', () => {
  const allowedIn = (environment: Variables) => configOf(environment).app.http.allowedOrigins
  expect(allowedIn(production)).toEqual({ listed: new Set(), ofThisMachine: false })
  expect(allowedIn({})).toEqual({ listed: new Set(['http://localhost:3000']), ofThisMachine: true })
})

test('links in mails lead to the portal, else to the first other origin, else here', () => {
  const portalOf = (environment: Variables) => configOf(environment).app.auth.portalOrigin
  const CORS_ORIGINS = 'https://a.example, https://b.example'
  expect(portalOf({ CORS_ORIGINS, PORTAL_URL: 'https://p.example' })).toBe('https://p.example')
  expect(portalOf({ CORS_ORIGINS })).toBe('https://a.example')
  expect(configOf(production).app.auth.portalOrigin).toBe('https://api.example.org')
  expect(configOf({ CORS_ORIGINS, PORTAL_URL: 'https://p.example' }).app.auth.redirectOrigins).toEqual(
    new Set(['http://localhost:7071', 'https://a.example', 'https://b.example', 'https://p.example']),
  )
})
