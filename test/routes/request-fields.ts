export type Schema = Readonly<Record<string, any>>

/** A text that a request may carry. */
export interface RequestField {
  /** `POST /api/v1/auth/login body.email` */
  readonly at: string
  readonly name: string
  readonly schema: Schema
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>
}

/** Every text in every request that the description allows, once for each place. */
export function requestFields(document: Document): readonly RequestField[] {
  const fields = new Map<string, RequestField>()
  const resolve = (schema: Schema): Schema => {
    if (!schema['$ref']) return schema
    const [, ...parts] = (schema['$ref'] as string).split('/')
    return parts.reduce((part: any, name) => part[name], document)
  }
  function walk(given: Schema, at: string, name: string): void {
    const schema = resolve(given)
    for (const choice of schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'] ?? []) walk(choice, at, name)
    const types = [schema['type']].flat()
    if (types.includes('string')) {
      const known = fields.get(at)
      if (!known?.schema['x-holds']) fields.set(at, { at, name, schema })
    }
    if (types.includes('array')) walk(schema['items'] ?? {}, at, name)
    for (const [field, value] of Object.entries<Schema>(schema['properties'] ?? {}))
      walk(value, `${at}.${field}`, field)
  }
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const at = `${method.toUpperCase()} ${path}`
      for (const { name, in: place, schema, description } of operation['parameters'] ?? [])
        walk({ description, ...resolve(schema) }, `${at} ${place}.${name}`, name)
      for (const { schema } of Object.values<Schema>(operation['requestBody']?.content ?? {}))
        walk(schema, `${at} body`, '')
    }
  return [...fields.values()]
}
