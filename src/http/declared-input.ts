import type { z } from 'zod'
import { isLeftOut } from '../core/kernel/sent-back.ts'

export type Schema = z.core.$ZodType
/** What is read of a schema, whatever its kind. */
interface Def {
  readonly type: string
  readonly shape?: Readonly<Record<string, Schema>>
  readonly innerType?: Schema
  readonly in?: Schema
  readonly options?: readonly Schema[]
  readonly discriminator?: string
  readonly element?: Schema
  readonly left?: Schema
  readonly right?: Schema
}
type Parsing = Schema & { safeParse(value: unknown): { readonly success: boolean } }

interface Field {
  readonly schema: Parsing
  readonly mayBeLeftOut: boolean
}

const defOf = (schema: Schema): Def => schema._zod.def as unknown as Def
const leavesOut = new Set(['optional', 'default', 'prefault'])
const seeThrough = new Set([
  'optional',
  'default',
  'prefault',
  'nullable',
  'readonly',
  'catch',
  'nonoptional',
])

/** Of a choice, what fits what decides about it; all of it where nothing does. */
function choicesIn({ options = [], discriminator }: Def, value: unknown): readonly Schema[] {
  if (discriminator === undefined) return options
  const decisive = (value as Readonly<Record<string, unknown>> | undefined)?.[discriminator]
  const fitting = options.filter((option) => {
    const field = defOf(option).shape?.[discriminator] as Parsing | undefined
    return field?.safeParse(isEmpty(decisive) ? undefined : decisive).success
  })
  return fitting.length > 0 ? fitting : options
}

/** The schemas of objects that a value may be held to; a pipe is what comes into it. */
function objectsIn(schema: Schema, value: unknown): readonly Schema[] {
  const def = defOf(schema)
  if (def.type === 'object') return [schema]
  if (def.type === 'pipe' && def.in) return objectsIn(def.in, value)
  if (def.innerType && seeThrough.has(def.type)) return objectsIn(def.innerType, value)
  return [...choicesIn(def, value), def.left, def.right].flatMap((part) =>
    part ? objectsIn(part, value) : [],
  )
}

function elementsIn(schema: Schema): readonly Schema[] {
  const def = defOf(schema)
  if (def.type === 'array' && def.element) return [def.element]
  if (def.type === 'pipe' && def.in) return elementsIn(def.in)
  if (def.innerType && seeThrough.has(def.type)) return elementsIn(def.innerType)
  return (def.options ?? []).flatMap(elementsIn)
}

/** The fields of all objects that a schema allows, by name: one name stands for several where there is a choice. */
export const fieldsOf = (schema: Schema): ReadonlyMap<string, readonly Field[]> =>
  fieldsIn([schema], undefined)

function fieldsIn(schemas: readonly Schema[], value: unknown): ReadonlyMap<string, readonly Field[]> {
  const fields = new Map<string, Field[]>()
  for (const object of schemas.flatMap((schema) => objectsIn(schema, value)))
    for (const [name, field] of Object.entries(defOf(object).shape ?? {})) {
      const known = fields.get(name) ?? []
      known.push({ schema: field as Parsing, mayBeLeftOut: leavesOut.has(defOf(field).type) })
      fields.set(name, known)
    }
  return fields
}

/** Nothing was typed there: what a page sends for a field that somebody left empty. */
const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '')

/** Whether an empty value stands for a field that was left out: where it may be, and where emptiness says nothing itself. */
const saysNothing = (value: unknown, fields: readonly Field[]): boolean =>
  isEmpty(value) &&
  fields.some(({ mayBeLeftOut }) => mayBeLeftOut) &&
  !fields.some(({ mayBeLeftOut, schema }) => mayBeLeftOut && takes(schema, value))

/** Whether a field holds what was read there and cannot be set. */
const isSentBack = (schema: Schema, value: unknown): boolean => {
  const { innerType, options = [] } = defOf(schema)
  return (
    isLeftOut(schema, value) ||
    [...options, ...(innerType ? [innerType] : [])].some((part) => isSentBack(part, value))
  )
}

/** A default takes what its own schema takes. */
function takes(schema: Parsing, value: unknown): boolean {
  const def = defOf(schema)
  if (def.type === 'optional' || def.type === 'prefault' || def.type === 'default')
    return def.innerType ? takes(def.innerType as Parsing, value) : false
  return schema.safeParse(value).success
}

/**
 * A value without what says nothing. Optional fields that were sent empty: `""` and null are "not given", except where a
 * field says that they are something of its own, such as the null that takes an assignment back. And what was read before
 * and cannot be set, where the whole object may be sent back. The same value where there is nothing of the kind.
 */
export const withoutSilentFields = (schema: Schema, value: unknown): unknown => clean([schema], value)

/** Several schemas where there is a choice: what one of them lets be left out is left out. */
function clean(schemas: readonly Schema[], value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = schemas.flatMap(elementsIn)
    return elements.length > 0 ? value.map((item) => clean(elements, item)) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = fieldsIn(schemas, value)
  if (fields.size === 0) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const declared = fields.get(name)
      if (!declared) return [[name, item]]
      if (declared.some(({ schema }) => isSentBack(schema, item)) || saysNothing(item, declared)) return []
      return [
        [
          name,
          clean(
            declared.map(({ schema }) => schema),
            item,
          ),
        ],
      ]
    }),
  )
}
