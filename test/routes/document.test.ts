import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { answerHeaders } from '../../src/http/answer-headers.ts'
import { createTestApp, origin } from '../app.ts'

/*
 * What the description says beside its schemas: answers with their headers, examples and links, parameters, roles.
 */

const testApp = await createTestApp()
const document = JSON.parse(JSON.stringify(testApp.describe()))
const operations = Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const byId = new Map(operations.map((each) => [each.operation.operationId as string, each]))

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(document, 'openapi')
const pointer = (...parts: string[]) =>
  `openapi#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

interface Shown {
  readonly at: string
  readonly type: string
  readonly place: readonly string[]
  readonly part: any
}

const partsOf = (at: string, place: readonly string[], content: Record<string, any> = {}): readonly Shown[] =>
  Object.entries(content).map(([type, part]) => ({ at, type, place: [...place, 'content', type], part }))
const answers = [
  ...operations.flatMap(({ method, path, operation }) =>
    Object.entries<any>(operation.responses).flatMap(([status, { content }]) =>
      partsOf(
        `${method} ${path} ${status}`,
        ['paths', path, method.toLowerCase(), 'responses', status],
        content,
      ),
    ),
  ),
  ...Object.entries<any>(document.components.responses).flatMap(([name, { content }]) =>
    partsOf(name, ['components', 'responses', name], content),
  ),
]
const requests = operations.flatMap(({ method, path, operation }) =>
  partsOf(
    `${method} ${path}`,
    ['paths', path, method.toLowerCase(), 'requestBody'],
    operation.requestBody?.content,
  ),
)
const examplesIn = ({ example, examples = {} }: any): readonly unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values<any>(examples).map(({ value }) => value),
]

describe('examples', () => {
  test.each(requests)('$at has a whole request that its schema allows', ({ place, part }) => {
    const shown = examplesIn(part)
    expect(shown.length).toBeGreaterThan(0)
    const validate = ajv.getSchema(pointer(...place, 'schema'))
    for (const example of shown) expect([validate?.(example), validate?.errors]).toEqual([true, null])
  })

  test.each(answers)('$at, $type, is shown, as its schema allows', ({ type, place, part }) => {
    if (type.startsWith('image/')) return
    const shown = examplesIn(part)
    expect(shown.length).toBeGreaterThan(0)
    const validate = ajv.getSchema(pointer(...place, 'schema'))
    for (const example of shown) expect([validate?.(example), validate?.errors]).toEqual([true, null])
  })

  test('of answers have every field, each with something of its own: see src/app/example-values.ts', () => {
    for (const { at, type, part } of answers) {
      if (!type.endsWith('json')) continue
      for (const example of examplesIn(part))
        expect(JSON.stringify(example), at).not.toMatch(/"(\w+)":\[?"\1"/)
    }
  })

  test('of errors have one for each code that is named', () => {
    for (const [name, { description, content }] of Object.entries<any>(document.components.responses)) {
      const named = [...description.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code)
      expect(Object.keys(content['application/json'].examples), name).toEqual(named)
      for (const [code, { value }] of Object.entries<any>(content['application/json'].examples))
        expect(value.error.code).toBe(code)
    }
  })
})

describe('links', () => {
  const links = operations.flatMap(({ method, path, operation }) =>
    Object.entries<any>(operation.responses).flatMap(([status, answer]) =>
      Object.entries<any>(answer.links ?? {}).map(([name, link]) => ({
        at: `${method} ${path} ${status}`,
        name,
        link,
        answer,
      })),
    ),
  )

  test('lead from what was made or listed to what can be done with it', () => {
    expect(links.length).toBeGreaterThan(200)
    const from = (operationId: string) =>
      Object.values<any>(byId.get(operationId)?.operation.responses).flatMap(({ links: own = {} }) =>
        Object.values<any>(own).map(({ operationId: id }) => id),
      )
    expect(from('createConversation')).toEqual(expect.arrayContaining(['readConversation', 'sendMessage']))
    expect(from('createCourse')).toEqual(
      expect.arrayContaining(['updateCourse', 'addLesson', 'publishCourse']),
    )
    expect(from('requestUpload')).toEqual(expect.arrayContaining(['readFile']))
    expect(from('listCourses')).toEqual(expect.arrayContaining(['readCourse']))
    expect(from('listUsers')).toEqual(expect.arrayContaining(['updateUser']))
  })

  test.each(links)('$at to $name: all that it needs, found in the answer', ({ link, answer }) => {
    const target = byId.get(link.operationId)
    expect(target).toBeDefined()
    const wanted = [...(target?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(([, name]) => name)
    expect(Object.keys(link.parameters).toSorted()).toEqual(wanted.toSorted())
    for (const expression of Object.values<string>(link.parameters)) {
      const [, inBody] = /^\$response\.body#\/(.+)$/.exec(expression) ?? []
      if (inBody === undefined) expect(expression).toMatch(/^\$request\.path\.\w+$/)
      else {
        const { example } = answer.content['application/json']
        const value = inBody.split('/').reduce((part: any, key) => part?.[key], example)
        expect(value, expression).toBeTypeOf('string')
      }
    }
  })
})

describe('headers', () => {
  test('of every answer are described once, and every answer names its own', () => {
    expect(Object.keys(document.components.headers)).toEqual(Object.keys(answerHeaders))
    const all = [
      ...operations.flatMap(({ operation }) => Object.values<any>(operation.responses)),
      ...Object.values<any>(document.components.responses),
    ].filter(({ $ref }) => $ref === undefined)
    for (const { headers } of all) {
      expect(Object.keys(headers).length).toBeGreaterThan(5)
      for (const [name, { $ref }] of Object.entries<any>(headers))
        expect($ref).toBe(`#/components/headers/${name}`)
    }
  })

  /** Of preflights and of methods that a path does not have, which are no operation. */
  const ofNoOperation = new Set([
    'access-control-allow-methods',
    'access-control-allow-headers',
    'access-control-max-age',
    'allow',
    'content-type',
  ])
  test('that the code sets by name are all among them', () => {
    const known = new Set(Object.keys(answerHeaders).map((name) => name.toLowerCase()))
    const folders = ['src/http', 'src/routes']
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    const set = files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/c\.header\(\s*'([\w-]+)'/g)])
      .map(([, name = '']) => name.toLowerCase())
    expect(set.length).toBeGreaterThan(25)
    expect(set.filter((name) => !known.has(name) && !ofNoOperation.has(name))).toEqual([])
  })

  test('of limits are on every answer that is counted, and on no other', async () => {
    for (const { method, path, operation } of operations) {
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      const { headers, status } = await testApp.app.request(`${origin}${concrete}`, { method })
      const isCounted = !operation['x-uncounted'] && !(operation['x-shared'] && status < 400)
      expect(headers.has('ratelimit'), `${method} ${path} ${status}`).toBe(isCounted)
      const { $ref, headers: named } = operation.responses[status] ?? {}
      if ($ref === undefined) expect('RateLimit' in named, `${method} ${path}`).toBe(isCounted)
    }
  })

  test('that a request may bring are named where the answer depends on them', () => {
    for (const { method, path, operation } of operations) {
      const named = new Set((operation.parameters ?? []).map(({ name }: any) => name.toLowerCase()))
      const { responses } = operation
      expect(named.has('if-match'), `${method} ${path}`).toBe('412' in responses)
      expect(named.has('if-none-match'), `${method} ${path}`).toBe('304' in responses || '412' in responses)
      if ('422' in responses) expect(named.has('idempotency-key'), `${method} ${path}`).toBe(true)
    }
  })
})

describe('every operation', () => {
  test.each(operations)('$method $path says who may call it, in three places', ({ operation }) => {
    const { description, security, 'x-access': access, 'x-roles': roles } = operation
    const said = description.split('\n\n').at(-1)
    if (access === 'public') {
      expect(said).toBe('Access: anybody, signed in or not.')
      expect(security).toEqual([])
      return
    }
    expect(roles.length).toBeGreaterThan(0)
    for (const role of roles) expect(said).toContain(`\`${role}\``)
    const inSecurity = new Set(security.flatMap((ways: object) => Object.values(ways).flat()))
    if (inSecurity.size > 0) expect([...inSecurity].toSorted()).toEqual(roles.toSorted())
    else expect(roles).toEqual(expect.arrayContaining(['user', 'mentor', 'admin']))
  })

  test.each(operations)('$method $path describes its parameters', ({ operation }) => {
    for (const { name, description } of operation.parameters ?? [])
      expect(description, name).toMatch(/^[A-Z0-9`].*\.$/s)
  })
})

describe('the whole', () => {
  test('says whose it is, and under which license', () => {
    expect(document.info).toMatchObject({
      contact: { name: 'T.O.O.L.S Inc', url: expect.stringMatching(/^https?:/) },
      license: { name: 'MIT', url: expect.stringMatching(/^https:/) },
    })
  })

  test('is the same each time it is asked for', () => {
    expect(JSON.parse(JSON.stringify(testApp.describe()))).toEqual(document)
  })

  test('asks for passwords as long as this deployment wants them', async () => {
    const strict = await createTestApp({ environment: { PASSWORD_MIN_LENGTH: '16' } })
    const { components } = JSON.parse(JSON.stringify(strict.describe()))
    expect(components.schemas.SignUp.properties.password).toMatchObject({ minLength: 16, maxLength: 128 })
  })

  test('forbids no field in an answer', () => {
    const seen = new Set<string>()
    const walk = (value: any, at: string): void => {
      if (typeof value !== 'object' || value === null) return
      expect(value.additionalProperties, at).not.toBe(false)
      const { $ref } = value
      const name = typeof $ref === 'string' ? $ref.split('/schemas/')[1] : undefined
      if (name !== undefined && !seen.has(name)) {
        seen.add(name)
        walk(document.components.schemas[name], name)
      }
      for (const [key, child] of Object.entries(value))
        if (!key.startsWith('example')) walk(child, `${at}/${key}`)
    }
    for (const { at, part } of answers) walk(part.schema, at)
    expect(seen.size).toBeGreaterThan(100)
  })

  test('has no choice that nests in another, no array of nothing, and a discriminator only where all have it', () => {
    const walk = (value: any, at: string): void => {
      if (typeof value !== 'object' || value === null) return
      if (Array.isArray(value.anyOf))
        for (const choice of value.anyOf) expect(choice, at).not.toHaveProperty('anyOf')
      if (value.type === 'array' && value.example === undefined) expect(value.items, at).toBeTypeOf('object')
      if (value.discriminator)
        for (const { $ref } of value.oneOf)
          expect(document.components.schemas[$ref.split('/').at(-1)].required, at).toContain(
            value.discriminator.propertyName,
          )
      for (const [key, child] of Object.entries(value))
        if (key !== 'example' && key !== 'examples') walk(child, `${at}/${key}`)
    }
    walk(document, '')
  })
})
