import { writeFile } from 'node:fs/promises'
import { createTestApp } from '../test/app.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly description?: string
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: Schema
}

interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  readonly 'x-access': string
  readonly 'x-rate-limit'?: string
  readonly 'x-account-disclosure'?: { readonly open: string; readonly hidden: string }
}

interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Described {
  readonly title: string
  readonly operation: Operation
}

const limits: Readonly<Record<string, string>> = {
  forms: '5 requests an hour from one address, all forms together (`RATE_LIMIT_FORMS_PER_HOUR`)',
  auth: '5 requests a minute from one address, counted for this route alone (`RATE_LIMIT_AUTH_PER_MINUTE`)',
}

const anyOperation = new Set(['429', '500', '503'])

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (headings: readonly string[], rows: readonly string[]): string =>
  [row(...headings), `|${' --- |'.repeat(headings.length)}`, ...rows].join('\n')
const nameOf = ($ref: string): string => $ref.split('/').at(-1) ?? ''
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
const linkTo = (heading: string, text = heading): string => `[${text}](#${anchorOf(heading)})`
const code = (text: unknown): string => `\`${String(text)}\``

function typeOf(schema: Schema | undefined): string {
  if (schema === undefined) return 'any'
  const { $ref, anyOf, oneOf, allOf, items, additionalProperties, type } = schema
  if ($ref) return linkTo(nameOf($ref))
  const branches = anyOf ?? oneOf ?? allOf
  if (branches) return branches.map(typeOf).join(allOf ? ' and ' : ' or ')
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return schema.enum.map(code).join(', ')
  if (items) return `array of ${typeOf(items)}`
  if (additionalProperties && typeof additionalProperties === 'object')
    return Object.keys(additionalProperties).length > 0
      ? `map of name to ${typeOf(additionalProperties)}`
      : 'object'
  const types = [type ?? 'any'].flat().join(' or ')
  return schema.format ? `${types} (${schema.format})` : types
}

function rulesOf(schema: Schema): string {
  const { description, minLength, maxLength, minimum, maximum, example = schema.examples?.[0] } = schema
  return [
    description,
    minLength === undefined ? undefined : `At least ${minLength} long.`,
    maxLength === undefined ? undefined : `At most ${maxLength} long.`,
    minimum === undefined ? undefined : `At least ${minimum}.`,
    maximum === undefined ? undefined : `At most ${maximum}.`,
    example === undefined ? undefined : `Such as ${code(example)}.`,
  ]
    .filter((rule) => rule !== undefined)
    .join(' ')
}

/** One row for each field; the fields of a nested object follow it with a dotted name, those of an array's items with `[]`. */
function fieldRows(schema: Schema, prefix = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix + name
    const values = typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined
    return [
      row(code(path), typeOf(field), schema.required?.includes(name) ? 'yes' : '', rulesOf(field)),
      ...fieldRows(field, `${path}.`),
      ...(field.items ? fieldRows(field.items, `${path}[].`) : []),
      ...(values ? fieldRows(values, `${path}.*.`) : []),
    ]
  })
}

const fieldTable = (schema: Schema): string => table(['field', 'type', 'required', 'rule'], fieldRows(schema))

/** Named bodies are linked, others are written as their fields. */
function bodyOf(content: Content | undefined): string {
  const schema = content?.['application/json']?.schema
  if (!schema) return ''
  if (!schema.properties) return typeOf(schema)
  return Object.entries(schema.properties)
    .map(([name, field]) => `${code(name)}: ${typeOf(field)}`)
    .join('; ')
}

const isError = (content: Content | undefined): boolean =>
  content?.['application/json']?.schema?.$ref === '#/components/schemas/Error'

function describeOperation(
  { title, operation }: Described,
  schemas: ApiDocument['components']['schemas'],
): string {
  const { parameters = [], requestBody, responses } = operation
  const limit = operation['x-rate-limit']
  const disclosure = operation['x-account-disclosure']
  const { schema, example } = requestBody?.content['application/json'] ?? {}
  const named = schema?.$ref ? schemas[nameOf(schema.$ref)] : schema
  const answers = Object.entries(responses).filter(
    ([status, { content }]) => !(anyOperation.has(status) && isError(content)),
  )
  return [
    `### ${title}`,
    `${operation.summary}.${operation.description ? ` ${operation.description}` : ''}`,
    [
      `- Access: ${operation['x-access'] === 'public' ? 'public' : 'signed in'}`,
      `- Limit: ${limit ? `${limits[limit] ?? limit}, and the general one` : 'the general one'}`,
      `- Operation: ${code(operation.operationId)}`,
      ...(disclosure
        ? [
            `- Whether the address has an account: ${disclosure.open === 'told' ? 'told, but not with `SIGNUP_DISCLOSURE=hidden`' : 'never told'}`,
          ]
        : []),
    ].join('\n'),
    ...(parameters.length > 0
      ? [
          table(
            ['parameter', 'in', 'type', 'required', 'rule'],
            parameters.map((parameter) =>
              row(
                code(parameter.name),
                parameter.in,
                typeOf(parameter.schema),
                parameter.required ? 'yes' : '',
                rulesOf(parameter.schema ?? {}),
              ),
            ),
          ),
        ]
      : []),
    ...(named ? ['Request body:', named.properties ? fieldTable(named) : typeOf(named)] : []),
    ...(example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``]),
    'Answers:',
    table(
      ['status', 'meaning', 'body'],
      answers.map(([status, { description, content }]) => row(status, description, bodyOf(content))),
    ),
  ].join('\n\n')
}

/** docs/api-reference.md, from the description that the app serves at /api/openapi.json. */
export async function describeApi(): Promise<string> {
  const { describe } = await createTestApp()
  const { info, tags, paths, components } = JSON.parse(JSON.stringify(describe())) as ApiDocument
  const described: readonly Described[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
  const chapters = tags.map((tag) => ({
    ...tag,
    operations: described.filter(({ operation }) => operation.tags[0] === tag.name),
  }))
  const meanings = new Map<string, string>()
  for (const { operation } of described)
    for (const [status, { description, content }] of Object.entries(operation.responses))
      if (isError(content)) meanings.set(status, description)

  const overview = chapters.flatMap(({ operations }) =>
    operations.map(({ title, operation }) =>
      row(linkTo(title), operation['x-access'] === 'public' ? 'public' : 'signed in', operation.summary),
    ),
  )

  return `${[
    `# ${info.title}: reference`,
    'Generated from the OpenAPI document by `npm run docs:api`. Do not edit it by hand. The running server has the same as `/api/openapi.json` and, to try it, as `/api/docs`.',
    info.description,
    'Every request counts against the general limit of 100 a minute from one address (`RATE_LIMIT_PER_MINUTE`). Each answer says where the caller stands: `X-RateLimit-Limit`, `X-RateLimit-Remaining`, `X-RateLimit-Reset`, `RateLimit` and `RateLimit-Policy`. `GET /api/healthz` and `GET /api/readyz` are counted and never refused.',
    'A request that changes something and is signed in by a cookie must carry an `Origin` header.',
    table(['operation', 'access', 'what it does'], overview),
    '## Errors',
    `The body is ${linkTo('Error')}, or ${linkTo('Problem')} for \`Accept: application/problem+json\`. Any operation may answer 429, 500 and 503; the operations below do not repeat these. What reaches no operation is answered alike: 404, 405 \`method_not_allowed\` with \`Allow\`, 408 \`request_timeout\`, 417 \`expectation_failed\`, 431 \`request_header_fields_too_large\`.`,
    table(
      ['status', 'meaning'],
      [...meanings]
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([status, meaning]) => row(status, meaning)),
    ),
    ...chapters.flatMap(({ name, description, operations }) => [
      `## ${name}`,
      description,
      ...operations.map((one) => describeOperation(one, components.schemas)),
    ]),
    '## Schemas',
    ...Object.entries(components.schemas)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, schema]) => [
        `### ${name}`,
        ...(schema.description ? [schema.description] : []),
        schema.properties ? fieldTable(schema) : `${typeOf(schema)}`,
      ]),
  ].join('\n\n')}\n`
}

if (import.meta.main)
  await writeFile(new URL('../docs/api-reference.md', import.meta.url), await describeApi())
