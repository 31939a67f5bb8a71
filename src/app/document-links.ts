import {
  type ApiDocument,
  type Described,
  type Link,
  operationsOf,
  resolve,
  type Schema,
} from './document-parts.ts'

const parametersIn = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
const isSecond = (status: string): boolean => status === '200' || status === '201' || status === '202'

/** What an answer names, and where in it. */
interface Named {
  /** The path of the operations about it, up to its id. */
  readonly path: string
  readonly pointer: string
  /** Of the very kind of thing that the path is about: what can be done with its parts follows too. */
  readonly isOwn: boolean
}

/** Fields of answers that name a thing which has a path of its own. */
const pathByField: Readonly<Record<string, string>> = {
  courseId: '/api/v1/courses/{id}',
  conversationId: '/api/v1/conversations/{id}',
  fileId: '/api/v1/files/{id}',
  messageId: '/api/v1/messages/{id}',
  threadId: '/api/v1/messages/{id}',
  userId: '/api/v1/users/me/blocks/{userId}',
  trackingNumber: '/api/v1/forms/status/{trackingNumber}',
}

const fieldsOf = (document: ApiDocument, given: Schema): Readonly<Record<string, Schema>> => {
  const schema = resolve(document, given)
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []).slice(0, 1)].map((part) =>
    fieldsOf(document, part),
  )
  return Object.assign({}, ...parts, schema.properties)
}

/** The `id` of what was made or read at a path, and of the first of a list there, belong under that path. */
function namedBy(document: ApiDocument, path: string, body: Schema): readonly Named[] {
  const fields = fieldsOf(document, body)
  const first = fields['items'] ? fieldsOf(document, resolve(document, fields['items']).items ?? {}) : {}
  const nested = Object.entries(fields).flatMap(([name, field]) =>
    field.type === 'array'
      ? []
      : Object.keys(fieldsOf(document, field)).map((inner) => ({ inner, at: `/${name}/${inner}` })),
  )
  const places = [
    ...Object.keys(fields).map((inner) => ({ inner, at: `/${inner}` })),
    ...Object.keys(first).map((inner) => ({ inner, at: `/items/0/${inner}` })),
    ...nested.filter(({ inner }) => inner !== 'id'),
  ]
  return places.flatMap(({ inner, at }) => {
    const known = inner === 'id' ? `${path}/{id}` : pathByField[inner]
    return known === undefined
      ? []
      : [{ path: known, pointer: `$response.body#${at}`, isOwn: inner === 'id' }]
  })
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What follows on an answer: the operations that take what it names, or what was in the address. */
function linksOf(document: ApiDocument, from: Described, body: Schema | undefined): Record<string, Link> {
  const inAddress = parametersIn(from.path)
  const given = Object.fromEntries(inAddress.map((name) => [name, `$request.path.${name}`]))
  const named = body ? namedBy(document, from.path, body) : []
  const links: Record<string, Link> = {}
  for (const { method, path, operation } of operationsOf(document)) {
    if (operation.operationId === from.operation.operationId) continue
    const about = named.find((one) => path === one.path || (one.isOwn && path.startsWith(`${one.path}/`)))
    const isSame = inAddress.length > 0 && path === from.path && method === 'get'
    if (!about && !isSame) continue
    const own = about ? (parametersIn(about.path).at(-1) ?? '') : ''
    const parameters = {
      ...(about && !about.path.startsWith(from.path) ? {} : given),
      ...(about ? { [own]: about.pointer } : {}),
    }
    const wanted = parametersIn(path)
    if (wanted.some((name) => parameters[name] === undefined)) continue
    links[capital(operation.operationId)] = {
      operationId: operation.operationId,
      parameters: Object.fromEntries(wanted.map((name) => [name, parameters[name] as string])),
      description: operation.summary,
    }
  }
  return links
}

/** What to do next with an answer, for programs that follow it. */
export function linkOperations(document: ApiDocument): void {
  for (const described of operationsOf(document))
    for (const [status, answer] of Object.entries(described.operation.responses)) {
      if (!isSecond(status) && status !== '204') continue
      if (described.method === 'delete') continue
      const links = linksOf(document, described, answer.content?.['application/json']?.schema)
      if (Object.keys(links).length > 0) answer.links = links
    }
}
