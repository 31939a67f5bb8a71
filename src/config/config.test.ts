import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  namesOf,
  onServices,
  problemsOf,
  production,
  redis,
  upstash,
  webPubSub,
} from '../../test/config/reading.ts'
import type { AnyArea } from './area.ts'
import { readConfig, readRealtimeServerConfig, settings } from './config.ts'
import { merge } from './merge.ts'

test('nothing has to be set on one machine', () => {
  const { config, secrets, warnings } = readConfig({})
  expect(config).toMatchObject({
    port: 7071,
    documents: { kind: 'sqlite' },
    secrets: { kind: 'generated' },
    app: {
      http: {
        publicOrigin: 'http://localhost:7071',
        cookies: { isSecure: false, sameSite: 'Strict', prefix: '' },
      },
      auth: { accessTokenSeconds: 900, idleSeconds: 604_800, refreshGraceSeconds: 20 },
      limits: { general: { requests: 100 }, auth: { requests: 5 } },
    },
  })
  expect(secrets).toMatchObject({ 'signing-keys': [], 'master-key': [] })
  expect(warnings).toEqual([])
})

test('the idle limit of the published policy is on in production, unless another is set', () => {
  const idleOf = (environment: Record<string, string>) =>
    readConfig(environment).config.app.auth.idleSeconds / 60
  expect(idleOf(production)).toBe(30)
  expect(idleOf({ ...production, SESSION_IDLE_MINUTES: '15' })).toBe(15)
  expect(idleOf({ ...production, SESSION_IDLE_MINUTES: '43200', REFRESH_TOKEN_DAYS: '7' })).toBe(7 * 24 * 60)
  expect(idleOf({})).toBe(7 * 24 * 60)
  expect(idleOf({ SESSION_IDLE_MINUTES: '30' })).toBe(30)
})

test('an empty value is as good as none', () => expect(readConfig({ PORT: ' ' }).config.port).toBe(7071))

test('every problem is reported at once, and no value with it', () => {
  const environment = {
    PORT: 'marker-port',
    CORS_ORIGINS: 'https://fine.example,https://marker.example/path',
    TRUSTED_SITES: '[{"name":"marker","networks":["marker"],"scale":0}]',
    DOCUMENTS: 'marker',
    AUTH_MASTER_KEY: 'marker',
    FORMS_NOTIFI: 'marker',
    JWT_SECRET: 'marker',
    COSMOS_CONNECTION_STRING: 'marker',
    DEMO_DATA: 'marker',
  }
  const problems = problemsOf(environment)
  expect(new Set(namesOf(environment))).toEqual(new Set([...Object.keys(environment), 'AUTH_SIGNING_KEYS']))
  expect(problems.join()).not.toContain('marker')
})

test('what cannot be read is said once, and no rule complains about what stands in for it', () => {
  expect(namesOf({ ...production, DOCUMENTS: 'sqlit', PUBLIC_URL: 'https://a.example/path' })).toEqual([
    'PUBLIC_URL',
    'DOCUMENTS',
  ])
  expect(namesOf({ ...onServices, CACHE: 'none', REDIS_URL: '' }, 'functions')).toEqual(['CACHE'])
})

test('production names every secret that is missing and refuses what forgets', () => {
  expect(new Set(namesOf({ NODE_ENV: 'production' }))).toEqual(
    new Set(['PUBLIC_URL', 'MAIL', 'AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY']),
  )
  expect(problemsOf(production)).toEqual([])
  expect(namesOf({ ...production, DOCUMENTS: 'memory', RECORDS: 'memory', BLOBS: 'memory' })).toEqual([
    'DOCUMENTS',
    'RECORDS',
    'BLOBS',
  ])
  expect(namesOf({ ...production, DEMO_DATA: 'on' })).toEqual(['DEMO_DATA'])
})

test('the settings hold no secret', () => {
  const { config } = readConfig({ ...production, ...upstash, ...redis, ...webPubSub, CACHE: 'redis' })
  expect(JSON.stringify(config)).not.toMatch(/secret-part|AAAA|marker/)
  expect(config.app.http.cookies.isSecure).toBe(true)
})

test('every area in this folder is read: a file and a line in `areas`', async () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const modules = await Promise.all(
    files.map((name) => import(join(import.meta.dirname, name)) as Promise<Record<string, unknown>>),
  )
  const isArea = (value: unknown): value is AnyArea =>
    typeof value === 'object' && value !== null && 'title' in value && 'read' in value
  const areas = modules.flatMap((module) => Object.values(module).filter(isArea))
  expect(areas.length).toBeGreaterThan(15)
  expect(new Set(Object.keys(settings))).toEqual(new Set(areas.flatMap((area) => Object.keys(area.settings))))
  const olderNames = areas.flatMap((area) => Object.keys(area.olderNames ?? {}))
  expect(new Set(olderNames).size).toBe(olderNames.length)
  expect(olderNames.filter((name) => name in settings)).toEqual([])
})

test('a setting in two areas, or a part that two yield, is an error', () => {
  expect(merge([{ a: 1 }, { b: 2 }])).toEqual({ a: 1, b: 2 })
  expect(() => merge([{ PORT: 1 }, { HOST: 2 }, { PORT: 3 }])).toThrow('PORT comes from two areas')
})

test('the server for devices needs nothing that the API needs, and its key in production', () => {
  const key = 'a-key-of-its-own-of-at-least-32-characters'
  expect(readRealtimeServerConfig({})).toMatchObject({
    host: '0.0.0.0',
    port: 8080,
    url: undefined,
    eventsUrl: 'http://localhost:7071/api/v1/realtime/events',
    warnings: [],
  })
  const inProduction = { NODE_ENV: 'production', PUBLIC_URL: 'https://api.example.org' }
  expect(() => readRealtimeServerConfig(inProduction)).toThrow('REALTIME_KEY: is needed in production')
  expect(readRealtimeServerConfig({ ...inProduction, REALTIME_KEY: key })).toMatchObject({
    key,
    eventsUrl: 'https://api.example.org/api/v1/realtime/events',
  })
  expect(() => readRealtimeServerConfig({ REALTIME_PROT: '1', FORMS_COLOR: 'x' })).toThrow(
    /REALTIME_PROT: is no setting\. Did you mean REALTIME_PORT\?\n.*FORMS_COLOR: is no setting/,
  )
})
