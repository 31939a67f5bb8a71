/** Of an OpenAPI 3.1 document, as much as is completed here. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly minimum?: number
  readonly minLength?: number
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly description?: string
}

export interface Content {
  schema?: Schema
  example?: unknown
  examples?: Record<string, { readonly summary?: string; readonly value: unknown }>
}

export interface Link {
  readonly operationId: string
  readonly parameters: Readonly<Record<string, string>>
  readonly description: string
}

export interface Answer {
  $ref?: string
  description?: string
  headers?: Record<string, unknown>
  content?: Record<string, Content>
  links?: Record<string, Link>
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  description?: string
  schema: Schema
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  description?: string
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  readonly requestBody?: { readonly content: Record<string, Content> }
  responses: Record<string, Answer>
  'x-access': string
  'x-roles'?: readonly string[]
  readonly 'x-guests'?: true
  readonly 'x-step-up'?: true
  readonly 'x-verified-email'?: true
  readonly 'x-mailbox'?: true
  readonly 'x-sets-cookies'?: true
  readonly 'x-shared'?: true
  readonly 'x-uncounted'?: true
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    responses?: Record<string, Answer>
    headers?: Record<string, unknown>
  }
}

export interface Described {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export const operationsOf = ({ paths }: ApiDocument): readonly Described[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )

export const nameOf = ($ref: string): string => $ref.split('/').at(-1) ?? ''

export function resolve(document: ApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const named = document.components.schemas[nameOf(schema.$ref)]
  if (!named) throw new Error(`the description has no ${schema.$ref}`)
  return named
}
