import { createTestApp } from '../../test/app.ts'

/* What is read of the OpenAPI document. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly description?: string
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  /** Let through in a request, because it was read, and changes nothing. */
  readonly readOnly?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

export interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}

export type Content = Readonly<Record<string, Media>>

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}

export interface Link {
  readonly operationId?: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly description?: string
}

export interface ApiResponse {
  readonly description: string
  readonly content?: Content
  readonly headers?: Readonly<Record<string, { readonly schema?: Schema; readonly description?: string }>>
  readonly links?: Readonly<Record<string, Link>>
}

export interface Operation {
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, ApiResponse>>
  readonly 'x-access': 'public' | 'signed-in'
  readonly 'x-roles'?: readonly string[]
  readonly 'x-guests'?: true
  readonly 'x-step-up'?: true
  readonly 'x-verified-email'?: true
  readonly 'x-mailbox'?: true
  readonly 'x-rate-limit'?: string
  readonly 'x-account-disclosure'?: { readonly open: string; readonly hidden: string }
}

export interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** An operation with where it is. */
export interface Described {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export const nameOf = ($ref: string): string => $ref.split('/').at(-1) ?? ''

/** What a reference within the document leads to. */
function lookUp(document: unknown, $ref: string): unknown {
  const parts = $ref.replace(/^#\//, '').split('/')
  let found = document
  for (const part of parts)
    found = (found as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  if (found === undefined) throw new Error(`${$ref} leads nowhere`)
  return found
}

/** The same without references to answers, headers, parameters, examples and links; those to schemas have names and stay. */
function inlined(document: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(document, each))
  if (typeof value !== 'object' || value === null) return value
  const { $ref } = value as { $ref?: unknown }
  if (typeof $ref === 'string' && !$ref.startsWith('#/components/schemas/'))
    return inlined(document, lookUp(document, $ref))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlined(document, each)]))
}

export function readDocument(served: object): ApiDocument {
  const document = JSON.parse(JSON.stringify(served)) as { paths: object }
  return { ...document, paths: inlined(document, document.paths) } as ApiDocument
}

/** The document of the app, as it is served where nothing is set. */
export async function currentDocument(): Promise<ApiDocument> {
  const { describe } = await createTestApp()
  return readDocument(describe())
}

/** In the order of the document, which is that of reading. */
export const operationsOf = ({ paths }: ApiDocument): readonly Described[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

/** The example of a body: its own, or the first of several. */
export const exampleOf = ({ example, examples }: Media): unknown =>
  example ?? Object.values(examples ?? {})[0]?.value

/** What stands for a parameter where it has to be given. */
export const exampleOfParameter = ({ schema = {} }: Parameter): unknown =>
  schema.example ?? schema.examples?.[0] ?? schema.enum?.[0] ?? schema.default

const everybody = ['guest', 'user', 'mentor', 'admin']

/** Who may call, as roles; empty for anybody at all. */
export function rolesOf(operation: Operation): readonly string[] {
  if (operation['x-access'] === 'public') return []
  const roles = operation['x-roles'] ?? everybody.slice(operation['x-guests'] ? 0 : 1)
  return everybody.filter((role) => roles.includes(role))
}
