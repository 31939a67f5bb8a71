import { type ApiDocument, nameOf, type Schema } from './document.ts'

/* Schemas as Markdown. */

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(headings), `|${' --- |'.repeat(headings.length)}`, ...rows.map(row)].join('\n')

export const code = (text: unknown): string => `\`${String(text)}\``

/** As GitHub makes them. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

/** Where the description of a schema is, for a link from the page that is written. */
export type Locate = (schemaName: string) => string

export function typeOf(schema: Schema | undefined, locate: Locate): string {
  if (schema === undefined) return 'any'
  const { $ref, anyOf, oneOf, allOf, items, additionalProperties, type } = schema
  if ($ref) return `[${nameOf($ref)}](${locate(nameOf($ref))})`
  const branches = (anyOf ?? oneOf ?? allOf)?.filter(({ readOnly }) => !readOnly)
  if (branches) return branches.map((branch) => typeOf(branch, locate)).join(allOf ? ' and ' : ' or ')
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return schema.enum.map(code).join(', ')
  if (items) return `array of ${typeOf(items, locate)}`
  if (additionalProperties && typeof additionalProperties === 'object')
    return Object.keys(additionalProperties).length > 0
      ? `map of name to ${typeOf(additionalProperties, locate)}`
      : 'object'
  const types = [type ?? 'any'].flat().join(' or ')
  return schema.format ? `${types} (${schema.format})` : types
}

/** What a field has to be, each thing once: a sentence that names the number says it better than the number alone. */
export function rulesOf(schema: Schema, said = schema.description): string {
  const { minLength, maxLength, minimum, maximum, example = schema.examples?.[0] } = schema
  const bound = (value: number | undefined, sentence: (value: string) => string) => {
    if (value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return undefined
    const shown = value.toLocaleString('en')
    return said && new RegExp(`(?<![\\d,.])${shown}(?![\\d,]|\\.\\d)`).test(said)
      ? undefined
      : sentence(shown)
  }
  return [
    said,
    bound(minLength, (least) => `At least ${least} long.`),
    bound(maxLength, (most) => `At most ${most} long.`),
    bound(minimum, (least) => `At least ${least}.`),
    bound(maximum, (most) => `At most ${most}.`),
    example === undefined || typeof example === 'object' ? undefined : `Such as ${code(example)}.`,
  ]
    .filter((rule) => rule !== undefined)
    .join(' ')
}

/** One row for each field; the fields of a nested object follow it with a dotted name, those of an array's items with `[]`. */
function fieldRows(schema: Schema, locate: Locate, prefix = ''): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field.readOnly) return []
    const path = prefix + name
    const values = typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined
    return [
      [code(path), typeOf(field, locate), schema.required?.includes(name) ? 'yes' : '', rulesOf(field)],
      ...fieldRows(field, locate, `${path}.`),
      ...(field.items ? fieldRows(field.items, locate, `${path}[].`) : []),
      ...(values ? fieldRows(values, locate, `${path}.*.`) : []),
    ]
  })
}

const letThrough = (schema: Schema): readonly string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, { readOnly }]) => (readOnly ? [code(name)] : []))

/** The fields of an object as a table, anything else as a sentence. */
export function describeSchema(schema: Schema, locate: Locate): string {
  if (!schema.properties) return typeOf(schema, locate)
  const rows = table(['field', 'type', 'required', 'rule'], fieldRows(schema, locate))
  const names = letThrough(schema)
  return names.length === 0
    ? rows
    : `${rows}\n\nLet through as well, so that what was read can be sent back whole, and without effect: ${names.join(', ')}.`
}

/** The names of the schemas in a part of the document, and of those in them. */
export function schemasIn(part: unknown, { components }: ApiDocument): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, each] of Object.entries(value))
      if (key === '$ref' && typeof each === 'string') {
        const name = nameOf(each)
        if (found.has(name)) continue
        found.add(name)
        look(components.schemas[name])
      } else look(each)
  }
  look(part)
  return found
}
