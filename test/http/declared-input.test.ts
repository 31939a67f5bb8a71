import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { withoutSilentFields } from '../../src/http/declared-input.ts'
import { createTestApp } from '../app.ts'

interface Body {
  readonly key: string
  readonly schema: z.ZodType
  readonly example: unknown
}

const { app } = await createTestApp()
const bodies: Body[] = app.openAPIRegistry.definitions.flatMap((definition) => {
  if (definition.type !== 'route') return []
  const { method, path, request } = definition.route
  const content = (request?.body?.content as any)?.['application/json']
  return content ? [{ key: `${method} ${path}`, schema: content.schema, example: content.example }] : []
})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every place in a value where a member stands, as the keys that lead there. */
const placesIn = (value: unknown): string[][] => {
  if (Array.isArray(value))
    return value.slice(0, 1).flatMap((item) => placesIn(item).map((rest) => ['0', ...rest]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) => [
    [key],
    ...placesIn(child).map((rest) => [key, ...rest]),
  ])
}
const changed = (value: any, [key = '', ...rest]: readonly string[], to: unknown): any => {
  const copy = structuredClone(value)
  if (rest.length > 0) copy[key] = changed(copy[key], rest, to)
  else if (to === undefined) delete copy[key]
  else copy[key] = to
  return copy
}

test('the bodies of the API are found, with whole examples', () => {
  expect(bodies.length).toBeGreaterThan(50)
  for (const { key, schema, example } of bodies) expect(schema.safeParse(example).success, key).toBe(true)
})

describe('a field that may be left out may be sent empty', () => {
  test.each(bodies)('$key', ({ schema, example }) => {
    for (const place of placesIn(example)) {
      const without = schema.safeParse(changed(example, place, undefined))
      // An entry of a record has a name of the caller's own.
      if (!without.success || place.some((name) => name.includes('-'))) continue
      for (const empty of ['', '   ', null])
        expect(
          schema.safeParse(withoutSilentFields(schema, changed(example, place, empty))).success,
          `${place.join('.')} ${JSON.stringify(empty)}`,
        ).toBe(true)
    }
  })
})

test('what is required stays missed, and what says something itself stays', () => {
  const Given = z.object({
    name: z.string().min(1),
    phone: z.string().min(3).optional(),
    notes: z.string().optional(),
    assignedTo: z.uuid().nullable().optional(),
    size: z.number().default(5),
    inner: z.array(z.object({ title: z.string().min(1).optional() })).optional(),
  })
  const clean = (value: unknown) => withoutSilentFields(Given, value)
  expect(
    clean({ name: '', phone: '', notes: '', assignedTo: null, size: null, inner: [{ title: '' }] }),
  ).toEqual({
    name: '',
    notes: '',
    assignedTo: null,
    inner: [{}],
  })
  expect(clean({ name: null, assignedTo: '', inner: '', other: '' })).toEqual({ name: null, other: '' })
  for (const odd of [null, 'text', 5, [], [null]]) expect(clean(odd)).toEqual(odd)
})

test('a choice of objects leaves out what none of them needs', () => {
  const Self = z.object({ relationship: z.literal('self'), phone: z.string().min(3).optional() })
  const Agency = z.object({
    relationship: z.literal('agency').optional(),
    phone: z.string().min(3),
    referrer: z.object({ phone: z.string().min(3).optional() }).optional(),
  })
  const Choice = z.discriminatedUnion('relationship', [Agency, Self])
  expect(withoutSilentFields(Choice, { relationship: 'self', phone: '' })).toEqual({ relationship: 'self' })
  expect(withoutSilentFields(Choice, { relationship: '', referrer: { phone: '' } })).toEqual({
    referrer: {},
  })
})
