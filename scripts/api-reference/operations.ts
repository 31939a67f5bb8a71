import { curlOf } from './curl.ts'
import {
  type ApiResponse,
  type Content,
  type Described,
  exampleOf,
  type Operation,
  rolesOf,
} from './document.ts'
import { code, describeSchema, type Locate, rulesOf, table, typeOf } from './schemas.ts'

const limits: Readonly<Record<string, string>> = {
  forms: '5 requests an hour from one address, all forms together (`RATE_LIMIT_FORMS_PER_HOUR`)',
  auth: '5 requests a minute from one address, counted for this route alone (`RATE_LIMIT_AUTH_PER_MINUTE`)',
}

/** What nearly any operation may answer. The first page says it once, so that what is particular is seen. */
export const usual: readonly string[] = ['400', '401', '403', '413', '415', '429', '500', '503']

/** Of what goes on from an answer: more are in the document, for programs. */
const mostLinks = 6

export const titleOf = ({ method, path }: Described): string => `${method} ${path}`

const names: Readonly<Record<string, string>> = {
  guest: 'guests',
  user: 'people with an account',
  mentor: 'mentors',
  admin: 'administrators',
}

/** Who may call, in words that fit into a table. */
export function whoCalls(operation: Operation): string {
  const roles = rolesOf(operation)
  if (roles.length === 0) return 'anybody'
  if (roles.length === 4) return 'signed in, guests too'
  if (['user', 'mentor', 'admin'].every((role) => roles.includes(role))) return 'signed in'
  return roles.map((role) => names[role] ?? role).join(', ')
}

/** The same, and what else has to be so. */
function accessOf(operation: Operation): string {
  const conditions = [
    operation['x-verified-email'] ? 'with a confirmed address, where the deployment asks for one' : '',
    operation['x-mailbox']
      ? 'who, if they still have to set up a second factor, have shown that they read their mailbox'
      : '',
    operation['x-step-up'] ? 'after a [step-up](auth.md#post-apiv1authstep-up)' : '',
  ]
  return [whoCalls(operation), ...conditions].filter((each) => each !== '').join(', ')
}

const isError = ({ content = {} }: ApiResponse): boolean =>
  content['application/json']?.schema?.$ref === '#/components/schemas/Error'

/** Named bodies are linked, others are written as their fields. */
function bodyOf(content: Content | undefined, locate: Locate): string {
  const { 'application/json': json, ...others } = content ?? {}
  const types = Object.keys(others).filter((type) => type !== 'application/problem+json')
  const { schema } = json ?? {}
  const fields = Object.entries(schema?.properties ?? {})
  const body =
    fields.length > 0
      ? fields.map(([name, field]) => `${code(name)}: ${typeOf(field, locate)}`).join('; ')
      : schema && typeOf(schema, locate)
  return [body, ...types.map(code)].filter((each) => each !== undefined).join(' or ')
}

export interface Surroundings {
  readonly locate: Locate
  /** Where another operation is described, for a link from this page. */
  readonly locateOperation: (operationId: string) => string | undefined
  /** Headers of nearly every answer, which the first page says once. */
  readonly isUsualHeader: (name: string) => boolean
}

function answersOf({ responses }: Operation, { locate, isUsualHeader }: Surroundings): readonly string[] {
  const entries = Object.entries(responses)
  const particular = entries.filter(([status, response]) => !(usual.includes(status) && isError(response)))
  const others = entries
    .filter(([status, response]) => usual.slice(0, 5).includes(status) && isError(response))
    .map(([status]) => status)
  const examples = particular.flatMap(([status, { content = {} }]) => {
    const media = content['application/json']
    const example = media && !isError({ description: '', content }) ? exampleOf(media) : undefined
    return example === undefined
      ? []
      : [`${status}:\n\n\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``]
  })
  return [
    table(
      ['answer', 'meaning', 'body', 'headers'],
      particular.map(([status, { description, content, headers = {} }]) => [
        status,
        description,
        bodyOf(content, locate),
        Object.keys(headers)
          .filter((name) => !isUsualHeader(name))
          .map(code)
          .join(' '),
      ]),
    ),
    ...(others.length > 0 ? [`Also ${others.join(', ')}, as [everywhere](../api-reference.md#errors).`] : []),
    ...examples,
  ]
}

export function describeOperation(described: Described, surroundings: Surroundings): string {
  const { operation } = described
  const { locate, locateOperation } = surroundings
  const { parameters = [], requestBody, responses } = operation
  const limit = operation['x-rate-limit']
  const disclosure = operation['x-account-disclosure']
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  // Who may call stands in a line of its own.
  const said = (operation.description ?? '').replace(/\n*Access: [^\n]*$/, '')
  const next = new Set(
    Object.values(responses)
      .flatMap(({ links = {} }) => Object.values(links))
      .flatMap(({ operationId }) => operationId ?? []),
  )
  const nextLinks = [...next].slice(0, mostLinks).flatMap((operationId) => {
    const place = locateOperation(operationId)
    return place ? [`[${code(operationId)}](${place})`] : []
  })
  return [
    `### ${titleOf(described)}`,
    `**${operation.summary}.**${said === '' ? '' : ` ${said}`}`,
    [
      `- Who: ${accessOf(operation)}`,
      ...(limit ? [`- Limit: ${limits[limit] ?? limit}, and the general one`] : []),
      ...(disclosure
        ? [
            `- Whether the address has an account: ${disclosure.open === 'told' ? 'told, but not with `SIGNUP_DISCLOSURE=hidden`' : 'never told'}`,
          ]
        : []),
      `- Operation: ${code(operation.operationId)}`,
      ...(nextLinks.length > 0 ? [`- Goes on with: ${nextLinks.join(', ')}`] : []),
    ].join('\n'),
    `\`\`\`sh\n${curlOf(described)}\n\`\`\``,
    ...(parameters.length > 0
      ? [
          table(
            ['parameter', 'in', 'type', 'required', 'rule'],
            parameters.map((parameter) => [
              code(parameter.name),
              parameter.in,
              typeOf(parameter.schema, locate),
              parameter.required ? 'yes' : '',
              rulesOf(parameter.schema ?? {}, parameter.schema?.description ?? parameter.description),
            ]),
          ),
        ]
      : []),
    ...(body
      ? [
          `Body${requestBody?.required === false ? ', which may be left out' : ''}: ${body.properties ? '' : typeOf(body, locate)}`.trimEnd(),
        ]
      : []),
    ...(body?.properties ? [describeSchema(body, locate)] : []),
    ...answersOf(operation, surroundings),
  ].join('\n\n')
}
