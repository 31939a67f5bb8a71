import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { exampleOf } from '../../src/app/document-examples.ts'
import type { ApiDocument } from '../../src/app/document-parts.ts'
import { type Browser, browserOf, createTestApp, signedInBrowser } from '../app.ts'
import { staffMember } from '../core/learning/course-people.ts'

/*
 * For every text, number and list that a request may carry: at each bound that is published it is taken, and one beyond it is
 * refused by the name of the field. Whatever else may be wrong with the request is not asked here.
 */

type Schema = Readonly<Record<string, any>>

const document = JSON.parse(JSON.stringify((await createTestApp()).describe())) as ApiDocument
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(document, 'openapi')
const fits = (schema: Schema, value: unknown): boolean =>
  ajv.validate(JSON.parse(JSON.stringify(schema).replaceAll('#/components', 'openapi#/components')), value)

const resolve = (schema: Schema): Schema =>
  schema['$ref'] ? (document.components.schemas[schema['$ref'].split('/').at(-1)] as Schema) : schema

interface Sent {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly header?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface Field {
  readonly name: string
  readonly schema: Schema
  readonly put: (value: any) => Sent
  readonly isRequired: boolean
}

/** A value with what has to be there, and nothing else. */
function needed(given: Schema): unknown {
  const schema = resolve(given)
  const [choice] = schema['anyOf'] ?? schema['oneOf'] ?? []
  if (choice) return needed(choice)
  if (schema['type'] !== 'object' || schema['example'])
    return exampleOf(document, schema, { field: '', owner: '', depth: 0 })
  return Object.fromEntries(
    (schema['required'] ?? []).map((name: string) => {
      const field = schema['properties'][name]
      const inner = resolve(field)
      return [
        name,
        inner['type'] === 'object' || inner['anyOf'] || inner['oneOf']
          ? needed(field)
          : exampleOf(document, field, { field: name, owner: '', depth: 0 }),
      ]
    }),
  )
}

/** The documented request, where it is of this kind: some fields go only with others. */
const baseOf = (schema: Schema, shown: unknown): object =>
  (shown !== undefined && fits(schema, shown) ? shown : needed(schema)) as object

function fieldsIn(
  given: Schema,
  name: string,
  put: Field['put'],
  { isRequired, shown }: { readonly isRequired: boolean; readonly shown?: unknown },
): readonly Field[] {
  const schema = resolve(given)
  const choices: Schema[] = schema['anyOf'] ?? schema['oneOf'] ?? []
  if (choices.length > 0)
    return choices.flatMap((choice) => fieldsIn(choice, name, put, { isRequired, shown }))
  const types = [schema['type']].flat()
  const own = { name, schema, put, isRequired }
  if (types.includes('array'))
    return [own, ...fieldsIn(schema['items'], `${name}.0`, (value) => put([value]), { isRequired: true })]
  if (types.includes('object'))
    return Object.entries<Schema>(schema['properties'] ?? {}).flatMap(([key, field]) =>
      fieldsIn(
        field,
        name === '' ? key : `${name}.${key}`,
        (value) => put({ ...baseOf(schema, shown), [key]: value }),
        { isRequired: schema['required']?.includes(key) ?? false },
      ),
    )
  return [own]
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const body = operation.requestBody?.content['application/json']?.schema as Schema | undefined
    const shown = operation.requestBody?.content['application/json']?.example
    const fields = [
      ...(operation.parameters ?? []).flatMap((parameter) =>
        fieldsIn(
          parameter.schema as Schema,
          parameter.name,
          (value) => ({ [parameter.in]: { [parameter.name]: value } }),
          { isRequired: parameter.required ?? false },
        ),
      ),
      ...(body ? fieldsIn(body, '', (value) => ({ body: value }), { isRequired: true, shown }) : []),
    ]
    return { method: method.toUpperCase(), path, operation, fields }
  }),
)

/** Texts that are this long, in case one of them is what the rules of the field ask for. */
function textsOf(schema: Schema, length: number): readonly string[] {
  const shown: string[] = [schema['example'], ...(schema['examples'] ?? [])].filter(
    (one) => typeof one === 'string',
  )
  const labels = 'a'.repeat(60)
  const domain = `${labels}.${labels}.${labels}.example`
  const mixed = 'Kq7-Vx2 Lm9.Tz4 '.repeat(Math.ceil(length / 16) + 1)
  return [
    'America/Argentina/ComodRivadavia',
    'en-aaaaaaaa-bbbbbbbb-cccccccc-ddddd',
    ...shown.flatMap((text) =>
      [...'a1z -'].flatMap((filler) => [text.padEnd(length, filler), text.padStart(length, filler)]),
    ),
    ...shown.map((text) => text.slice(0, length)),
    `${'a'.repeat(Math.max(1, Math.min(64, length - domain.length - 1)))}@${domain}`.slice(-length),
    `${'a'.repeat(Math.max(1, Math.min(64, length - 13)))}@${'b'.repeat(Math.max(0, length - 77))}example.com`,
    `https://www.example.org/${'a'.repeat(Math.max(0, length - 24))}`,
    mixed.slice(0, length).trimEnd().padEnd(length, 'x'),
    'a'.repeat(length),
    '1'.repeat(length),
  ].filter((text) => text.length === length)
}

const textOf = (schema: Schema, length: number): string | undefined =>
  textsOf({ ...schema }, length).find((text) => fits(schema, text))

/** The same where nothing but the length is wrong. */
const beyondOf = (schema: Schema, length: number): string | undefined => {
  const { minLength: _, maxLength: __, ...rest } = schema
  return textsOf(schema, length).find((text) => fits(rest, text)) ?? 'a'.repeat(length)
}

interface Trial {
  readonly says: string
  readonly value: unknown
  readonly isWithin: boolean
}

function trialsOf({ schema, isRequired }: Field): readonly Trial[] {
  const trials: Trial[] = []
  const within = (says: string, value: unknown) => trials.push({ says, value, isWithin: true })
  const beyond = (says: string, value: unknown) => trials.push({ says, value, isWithin: false })
  const { minLength, maxLength, minimum, maximum, minItems, maxItems, enum: listed, pattern } = schema
  if (listed || schema['const'] !== undefined) return []
  const types = [schema['type']].flat()
  if (types.includes('string')) {
    if (minLength !== undefined) {
      within(`${minLength} long`, textOf(schema, minLength))
      // Sent empty, an optional field is one that was left out.
      if (minLength > 1 || isRequired) beyond(`${minLength - 1} long`, beyondOf(schema, minLength - 1))
    }
    if (maxLength !== undefined) {
      within(`${maxLength} long`, textOf(schema, maxLength))
      beyond(`${maxLength + 1} long`, beyondOf(schema, maxLength + 1))
    }
    const repeated = /^\^\[[^\]]+\](?:\[[^\]]+\])?\{(\d+),?(\d+)?\}\$$/.exec(pattern ?? '')
    if (repeated) {
      const extra = (pattern ?? '').indexOf('][') === -1 ? 0 : 1
      const most = Number(repeated[2] ?? repeated[1]) + extra
      within(`${most} long by its pattern`, 'a'.repeat(most))
      beyond(`${most + 1} long, against its pattern`, 'a'.repeat(most + 1))
    }
    return trials
  }
  if (types.includes('integer') || types.includes('number')) {
    if (minimum !== undefined) within(`${minimum}`, minimum)
    if (minimum !== undefined) beyond(`${minimum - 1}`, minimum - 1)
    if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) within(`${maximum}`, maximum)
    if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) beyond(`${maximum + 1}`, maximum + 1)
  }
  if (types.includes('array')) {
    const item = (n: number) => {
      const one = needed(schema['items'])
      return typeof one === 'string' && resolve(schema['items'])['format'] === 'uuid'
        ? `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
        : one
    }
    const list = (length: number) => Array.from({ length }, (_, n) => item(n))
    if (minItems !== undefined) within(`${minItems} entries`, list(minItems))
    if (minItems !== undefined && minItems > 0) beyond(`${minItems - 1} entries`, list(minItems - 1))
    if (maxItems !== undefined) within(`${maxItems} entries`, list(maxItems))
    if (maxItems !== undefined) beyond(`${maxItems + 1} entries`, list(maxItems + 1))
  }
  return trials
}

/** How a rule of shape is said; other codes are of what only the server knows, such as who an address belongs to. */
const ofShape = new Set([
  'too_small',
  'too_big',
  'too_short',
  'too_long',
  'invalid_format',
  'invalid_type',
  'invalid_value',
  'invalid_union',
  'invalid_text',
  'custom',
])
const ofLength = new Set(['too_small', 'too_big'])
/** Which sequences are an emoji no pattern can say: so long is none. */
const saidInWords = new Set(['emoji 64 long'])

type Operation = (typeof operations)[number]

/** Signed in afresh where a request ended the session. */
async function createCallers() {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Adalbert', 'admin')
  const user = await signedInBrowser(testApp)
  const guest = browserOf(testApp)
  await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Gustavo' } })
  for (const { browser, password } of [
    { browser: admin, password: admin.logIn.password },
    { browser: user, password: 'SecurePass123!' },
  ])
    await browser.call('POST', '/api/v1/auth/step-up', { body: { password } })
  return { admin, user, guest, anonymous: browserOf(testApp) } as Record<string, Pick<Browser, 'call'>>
}

function send({ method, path, operation }: Operation, caller: Pick<Browser, 'call'>, sent: Sent) {
  const examples = Object.fromEntries(
    (operation.parameters ?? []).map((parameter) => [parameter.name, parameter]),
  )
  const concrete = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(sent.path?.[name] ?? examples[name]?.schema.example)),
  )
  const required = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required)
  const query = new URLSearchParams({
    ...Object.fromEntries(required.map(({ name, schema }) => [name, String(schema.example)])),
    ...sent.query,
  })
  const shown = operation.requestBody?.content['application/json']?.example
  const body = 'body' in sent ? sent.body : shown
  return caller.call(method, query.size > 0 ? `${concrete}?${query}` : concrete, {
    ...(sent.header ? { headers: { ...sent.header } } : {}),
    ...(body === undefined ? {} : { body }),
  })
}

const bounded = operations
  .map((operation) => ({
    ...operation,
    trials: operation.fields.flatMap((field) => trialsOf(field).map((trial) => ({ ...trial, field }))),
  }))
  .filter(({ trials }) => trials.length > 0)

describe('at each published bound', () => {
  test('there are many', () => {
    expect(bounded.length).toBeGreaterThan(80)
    expect(bounded.flatMap(({ trials }) => trials).length).toBeGreaterThan(600)
  })

  test.each(bounded)('$method $path', async ({ trials, ...operation }) => {
    let callers = await createCallers()
    const faults: string[] = []
    const order = operation.operation['x-access'] === 'public' ? ['anonymous'] : ['admin', 'user', 'guest']
    for (const { says, value, isWithin, field } of trials) {
      const where = `${field.name} ${says}`
      if (saidInWords.has(where)) continue
      if (value === undefined) {
        faults.push(`${where}: no value fits what is published`)
        continue
      }
      let answer = await send(operation, callers['anonymous'] as Browser, field.put(value))
      for (const role of order) {
        answer = await send(operation, callers[role] as Browser, field.put(value))
        if (answer.status === 401 && role !== 'anonymous') {
          callers = await createCallers()
          answer = await send(operation, callers[role] as Browser, field.put(value))
        }
        if (answer.status !== 403) break
      }
      const details: { path: string; code: string; message: string }[] = answer.body?.error?.details ?? []
      const codes = Array.isArray(value) ? ofLength : ofShape
      const blamed = details.filter(
        ({ path, code }) =>
          codes.has(code) &&
          (path.toLowerCase() === field.name.toLowerCase() || (!isWithin && code === 'invalid_union')),
      )
      const said = `${answer.status} ${JSON.stringify(details)}`
      if (isWithin && blamed.length > 0) faults.push(`${where} is refused: ${said}`)
      const isUnknownPlace = answer.status === 404 && operation.path.includes(`{${field.name}}`)
      // Whether a password is long enough is told to those who may set one.
      const isToldLater = field.schema['x-holds'] === 'new-password' && [401, 403].includes(answer.status)
      if (!isWithin && blamed.length === 0 && !isUnknownPlace && !isToldLater)
        faults.push(`${where} is taken: ${said}`)
    }
    expect(faults.join('\n')).toBe('')
  })
})
