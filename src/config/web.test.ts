import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables } from '../../test/config/reading.ts'
import { readConfig } from './config.ts'

const https = 'https://api.example.org'

/** What browsers drop, or refuse, and the value that the message asks for. */
test.each<[Variables, string, Variables]>([
  [{ COOKIE_PREFIX: '__Host-' }, 'COOKIE_PREFIX', { PUBLIC_URL: https }],
  [{ COOKIE_PREFIX: '__Host-' }, 'COOKIE_PREFIX', { PUBLIC_URL: 'https://localhost:7071' }],
  [{ COOKIE_SAME_SITE: 'None' }, 'COOKIE_SAME_SITE', { PUBLIC_URL: https }],
  [{ COOKIE_SAME_SITE: 'None' }, 'COOKIE_SAME_SITE', { PUBLIC_URL: 'https://127.0.0.1:7071' }],
  [{ COOKIE_SAME_SITE: 'None', PUBLIC_URL: 'http://localhost' }, 'COOKIE_SAME_SITE', { PUBLIC_URL: https }],
  [{ PUBLIC_URL: 'http://192.0.2.2:7071' }, 'PUBLIC_URL', { PUBLIC_URL: 'https://192.0.2.2:7071' }],
  [{ PUBLIC_URL: 'http://192.0.2.2:7071' }, 'PUBLIC_URL', { PUBLIC_URL: '' }],
  [{ PUBLIC_URL: 'http://api.example.org' }, 'PUBLIC_URL', { PUBLIC_URL: 'http://localhost:8080' }],
  [{ PUBLIC_URL: 'http://0.0.0.0:7071' }, 'PUBLIC_URL', { PUBLIC_URL: 'http://api.localhost:7071' }],
  [{ ...production, PUBLIC_URL: 'http://api.example.org' }, 'PUBLIC_URL', { PUBLIC_URL: https }],
])('%j is refused for %s, and %j is enough', (environment, name, asked) => {
  expect(namesOf(environment)).toEqual([name])
  expect(namesOf({ ...environment, ...asked })).toEqual([])
})

test('cookies are Secure where the address is https, and only there', () => {
  const isSecure = (url: string) => configOf({ PUBLIC_URL: url }).app.http.cookies.isSecure
  for (const url of [https, 'https://localhost:7071', 'https://127.0.0.1']) expect(isSecure(url)).toBe(true)
  for (const url of [
    'http://localhost:7071',
    'http://127.0.0.1:1',
    'http://[::1]:7071',
    'http://a.localhost',
  ])
    expect(isSecure(url)).toBe(false)
})

test.each<[Variables, RegExp | null]>([
  [{}, null],
  [{ CORS_ORIGINS: 'https://portal.example.org' }, null],
  [{ CORS_ORIGINS: 'https://portal.example.org,https://other.example.com' }, /COOKIE_SAME_SITE=Strict/],
  [{ CORS_ORIGINS: 'https://other.example.com', COOKIE_SAME_SITE: 'Lax' }, /COOKIE_SAME_SITE=Lax/],
  [{ CORS_ORIGINS: 'https://other.example.com', COOKIE_SAME_SITE: 'None' }, /third-party/],
  [{ CORS_ORIGINS: 'http://portal.example.org' }, /COOKIE_SAME_SITE=Strict/],
])('pages that no cookie reaches are told at the start: %j', (environment, expected) => {
  const { warnings } = readConfig({ PUBLIC_URL: https, ...environment })
  expect(warnings).toEqual(expected ? [expect.stringMatching(expected)] : [])
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
