import { describe, expect, test } from 'vitest'
import { createTestApp, person, signedInBrowser } from '../app.ts'
import { marker } from './hostile-input.ts'

/*
 * A member of a body that an operation does not know is 400 and named, wherever it stands: what nobody reads would look as
 * if it had been heeded. Only what was read before may be sent back whole.
 */

type Schema = Readonly<Record<string, any>>

const testApp = await createTestApp()
const document = testApp.describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const bodyOf = ({ requestBody }: Schema) => requestBody?.content['application/json']
const withBody = operations.filter(({ operation }) => bodyOf(operation))
const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })

const resolve = (schema: Schema): Schema => {
  if (!schema['$ref']) return schema
  const [, ...parts] = (schema['$ref'] as string).split('/')
  return parts.reduce((part: any, name) => part[name], document)
}

interface Place {
  readonly at: string
  readonly schema: Schema
}

/** Every object in a schema that has members of its own, by where it stands. */
function objectsIn(given: Schema, at = ''): Place[] {
  const schema = resolve(given)
  const inner = (name: string) => (at ? `${at}.${name}` : name)
  return [
    ...(schema['properties'] ? [{ at, schema }] : []),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((of) =>
      (schema[of] ?? []).flatMap((one: Schema) => objectsIn(one, at)),
    ),
    ...(schema['items'] ? objectsIn(schema['items'], inner('[]')) : []),
    ...Object.entries<Schema>(schema['properties'] ?? {})
      .filter(([, value]) => !value['readOnly'])
      .flatMap(([name, value]) => objectsIn(value, inner(name))),
  ]
}

/** Made by browsers, by a standard that goes on adding members: a newer browser is not to be locked out. */
const madeElsewhere = new Set(['PasskeyAnswer'])
const isMadeElsewhere = (schema: Schema): boolean =>
  [...madeElsewhere].some((name) => (document as Schema)['components'].schemas[name] === schema)

describe('the document', () => {
  test('has bodies', () => expect(withBody.length).toBeGreaterThan(65))

  test.each(withBody)('$method $path allows what it names and nothing else', ({ operation }) => {
    const objects = objectsIn(bodyOf(operation).schema)
    expect(objects.length).toBeGreaterThan(0)
    for (const { at, schema } of objects)
      if (!isMadeElsewhere(schema)) expect(schema['additionalProperties'], at).toBe(false)
  })
})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The objects in a value, as the keys that lead there; members of `passkey` are a browser's. */
function placesIn(value: unknown): string[][] {
  const entries = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : []
  return [
    ...(isObject(value) ? [[]] : []),
    ...entries
      .filter(([key]) => key !== 'passkey')
      .flatMap(([key, child]) => placesIn(child).map((rest) => [String(key), ...rest])),
  ]
}
function added(value: any, [key, ...rest]: readonly string[], members: object): unknown {
  if (key === undefined) return { ...value, ...members }
  const copy = structuredClone(value)
  copy[key] = added(value[key], rest, members)
  return copy
}

/** What is in a body without being a member of it: rows that are judged one by one, and keys of the caller's own. */
const judgedLater = ['users', 'courses', 'streams']

describe('an unknown member', () => {
  test.each(withBody)('$method $path refuses and names it', async ({ method, path, operation }) => {
    const { example } = bodyOf(operation)
    const concrete = path
      .replaceAll('{emoji}', encodeURIComponent('👍'))
      .replaceAll('{receipt}', 'x'.repeat(43))
      .replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
    const places = placesIn(example).filter(([first = '']) => !judgedLater.includes(first))
    expect(places.length).toBeGreaterThan(0)
    for (const place of places)
      for (const [name, named] of [
        ['surprise', 'surprise'],
        ['Name', 'Name'],
        ['is_admin', 'is_admin'],
        ['<script>', undefined],
      ] as const) {
        const body = added(example, place, { [name]: marker })
        const answer = await admin.call(method, concrete, { body })
        const at = [...place, ...(named ? [named] : [])].join('.')
        expect(answer, `${name} in ${place.join('.')}`).toMatchObject({ status: 400 })
        expect(answer.body.error.code).toBe('validation_error')
        expect(answer.body.error.details, `${name} in ${place.join('.')}`).toContainEqual({
          path: at,
          code: 'unknown_field',
          message: 'Is not a field of this request.',
        })
        expect(JSON.stringify(answer.body)).not.toContain(marker)
        expect(JSON.stringify(answer.body)).not.toContain('<script>')
      }
  })

  test('is named together with what else is wrong, twenty at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`field${n}`, n]))
    const { body } = await admin.call('PATCH', '/api/v1/users/me', {
      body: { name: '', theme: 'dark', ...many },
    })
    const paths = body.error.details.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(expect.arrayContaining(['theme', 'field0']))
    expect(paths.length).toBeLessThanOrEqual(21)
  })

  test('is named where there is a choice: by the branch that is meant, or because no branch knows it', async () => {
    const detailsOf = async (path: string, body: object) =>
      (await admin.call('POST', `/api/v1${path}`, { body })).body.error.details.map(
        ({ path, code }: { path: string; code: string }) => `${code} ${path}`,
      )
    const stepUp = '/auth/step-up'
    expect(await detailsOf(stepUp, { password: 'x', sharedDevice: true })).toEqual([
      'unknown_field sharedDevice',
    ])
    expect(await detailsOf(stepUp, { passwort: 'x' })).toEqual(['invalid_union ', 'unknown_field passwort'])
    expect(await detailsOf('/auth/verify-email', { token: 'x'.repeat(40), email: 'a@b.example' })).toEqual([
      'unknown_field email',
    ])
  })
})

/** Those that change something that is read. */
const changes = withBody.filter(({ method }) => method === 'PUT' || method === 'PATCH')

/** What a GET of the same address answers is not what is changed there. */
const readOtherwise = new Map([
  ['PUT /api/v1/notifications/push/devices', 'that is all of them'],
  ['PATCH /api/v1/courses/{id}/lessons/{lessonId}', 'that is what a learner sees of it'],
])
/** The answer is a sentence. */
const answersMessage = ['PUT /api/v1/courses/{id}/rating']

const answersOf = (operation: Schema | undefined): Schema[] =>
  Object.entries<Schema>(operation?.['responses'] ?? {})
    .filter(([status]) => status === '200' || status === '201')
    .flatMap(([, { content }]) => content?.['application/json']?.schema ?? [])

describe('what was read', () => {
  test.each(changes)('$method $path takes back whole', ({ method, path, operation }) => {
    const at = `${method} ${path}`
    if (answersMessage.includes(at)) return
    const read = [
      ...answersOf(operation),
      ...(readOtherwise.has(at) ? [] : answersOf(document.paths[path]?.['get'])),
    ]
    const taken = objectsIn(bodyOf(operation).schema)
    for (const answer of read.flatMap((schema) => objectsIn(schema))) {
      const here = taken.filter((place) => place.at === answer.at)
      if (here.length === 0) continue
      const known = here.flatMap(({ schema }) => Object.keys(schema['properties']))
      expect(known, answer.at).toEqual(expect.arrayContaining(Object.keys(answer.schema['properties'])))
    }
  })

  test.each(changes)('$method $path still refuses what nobody answers', ({ operation }) => {
    const [{ schema } = { schema: {} as Schema }] = objectsIn(bodyOf(operation).schema)
    expect(Object.keys(schema['properties'])).not.toContain('surprise')
  })
})
