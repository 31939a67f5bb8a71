import type { z } from 'zod'

export type Schema = z.core.$ZodType
/** What is read of a schema, whatever its kind. */
interface Def {
  readonly type: string
  readonly shape?: Readonly<Record<string, Schema>>
  readonly innerType?: Schema
  readonly in?: Schema
  readonly options?: readonly Schema[]
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

/** The schemas of objects that a value may be held to; a pipe is what comes into it. */
function objectsIn(schema: Schema): readonly Schema[] {
  const def = defOf(schema)
  if (def.type === 'object') return [schema]
  if (def.type === 'pipe' && def.in) return objectsIn(def.in)
  if (def.innerType && seeThrough.has(def.type)) return objectsIn(def.innerType)
  return [...(def.options ?? []), def.left, def.right].flatMap((part) => (part ? objectsIn(part) : []))
}

function elementsIn(schema: Schema): readonly Schema[] {
  const def = defOf(schema)
  if (def.type === 'array' && def.element) return [def.element]
  if (def.type === 'pipe' && def.in) return elementsIn(def.in)
  if (def.innerType && seeThrough.has(def.type)) return elementsIn(def.innerType)
  return (def.options ?? []).flatMap(elementsIn)
}

/** The fields of all objects that a schema allows, by name: one name stands for several where there is a choice. */
export const fieldsOf = (schema: Schema): ReadonlyMap<string, readonly Field[]> => fieldsIn([schema])

function fieldsIn(schemas: readonly Schema[]): ReadonlyMap<string, readonly Field[]> {
  const fields = new Map<string, Field[]>()
  for (const object of schemas.flatMap(objectsIn))
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

/** A default takes what its own schema takes. */
function takes(schema: Parsing, value: unknown): boolean {
  const def = defOf(schema)
  if (def.type === 'optional' || def.type === 'prefault' || def.type === 'default')
    return def.innerType ? takes(def.innerType as Parsing, value) : false
  return schema.safeParse(value).success
}

/**
 * A value without the optional fields that were sent empty: `""` and null are "not given", except where a field says
 * that they are something of its own, such as the null that takes an assignment back. The same value where there are none.
 */
export const withoutEmptyOptionals = (schema: Schema, value: unknown): unknown => clean([schema], value)

/** Several schemas where there is a choice: what one of them lets be left out is left out. */
function clean(schemas: readonly Schema[], value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = schemas.flatMap(elementsIn)
    return elements.length > 0 ? value.map((item) => clean(elements, item)) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = fieldsIn(schemas)
  if (fields.size === 0) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const declared = fields.get(name)
      if (!declared) return [[name, item]]
      if (saysNothing(item, declared)) return []
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
