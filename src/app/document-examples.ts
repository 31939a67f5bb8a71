import { type ApiDocument, nameOf, operationsOf, resolve, type Schema } from './document-parts.ts'
import { exampleFormats, exampleTexts } from './example-texts.ts'
import { exampleValues } from './example-values.ts'

interface Place {
  /** The name of the field, and of the schema that it belongs to. */
  readonly field: string
  readonly owner: string
  /** Deeper than anything that is shown: a schema that holds itself ends here. */
  readonly depth: number
}

const deepest = 12
const isNull = ({ type, const: only }: Schema): boolean => type === 'null' || only === null
const typeOf = ({ type }: Schema): string => [type ?? 'any'].flat().find((one) => one !== 'null') ?? 'null'

/** Numbers are small, and inside their bounds. */
const numberIn = (
  { minimum = 0, maximum = 100 }: Schema & { readonly maximum?: number },
  wanted: number,
): number => Math.min(Math.max(wanted, minimum), maximum)

function textOf(schema: Schema, { field, owner }: Place): string {
  const { format = '', minLength = 0 } = schema
  const known =
    exampleValues[`${owner}.${field}`] ??
    (format === 'date-time' || format === 'date' ? undefined : exampleValues[field])
  const fits = typeof known === 'string' && known.length >= minLength
  const found = fits ? known : exampleFormats[format]
  // No description fails for the want of an example; a test does, and names the field.
  return typeof found === 'string' ? found : field
}

/**
 * A whole value that a schema allows, with every field in it, as a person would know it: by the example of the schema, or
 * by what is known of the field's name.
 */
export function exampleOf(document: ApiDocument, schema: Schema, place: Place): unknown {
  const { depth, field, owner } = place
  if (schema.example !== undefined) return schema.example
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.$ref !== undefined)
    return exampleOf(document, resolve(document, schema), { ...place, owner: nameOf(schema.$ref) })
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) {
    const choice = choices.find((one) => !isNull(one)) ?? {}
    return depth > deepest ? null : exampleOf(document, choice, place)
  }
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(document, part, place)))
  switch (typeOf(schema)) {
    case 'string':
      return textOf(schema, place)
    case 'boolean':
      return exampleValues[`${owner}.${field}`] ?? exampleValues[field] ?? false
    case 'integer':
    case 'number': {
      const known = exampleValues[`${owner}.${field}`] ?? exampleValues[field]
      return numberIn(schema, typeof known === 'number' ? known : 3)
    }
    case 'array': {
      const item = () => exampleOf(document, schema.items ?? {}, { ...place, depth: depth + 1 })
      return depth > deepest ? [] : Array.from({ length: Math.max(1, schema.minItems ?? 1) }, item)
    }
    case 'null':
      return null
    default:
      return objectOf(document, schema, place)
  }
}

function objectOf(document: ApiDocument, schema: Schema, { depth, field, owner }: Place): object {
  const { additionalProperties, properties = {} } = schema
  const at = (name: string) => ({ field: name, owner, depth: depth + 1 })
  const fields = Object.entries(properties)
    .filter(([name]) => depth < deepest || schema.required?.includes(name))
    .map(([name, value]) => [name, exampleOf(document, value, at(name))])
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0)
    return Object.fromEntries(fields)
  const key = exampleValues[`${owner}.${field}.*`] ?? exampleFormats['uuid']
  return Object.fromEntries([...fields, [key, exampleOf(document, additionalProperties, at(field))]])
}

/** Every answer that is not an error with a whole example of it. */
export function completeExamples(document: ApiDocument): void {
  for (const { operation } of operationsOf(document))
    for (const { content = {} } of Object.values(operation.responses))
      for (const [type, part] of Object.entries(content)) {
        if (part.example !== undefined || part.examples !== undefined || !part.schema) continue
        const place = { field: '', owner: operation.operationId, depth: 0 }
        if (type.endsWith('json')) part.example = exampleOf(document, part.schema, place)
        else if (exampleTexts[type] !== undefined) part.example = exampleTexts[type]
      }
}
