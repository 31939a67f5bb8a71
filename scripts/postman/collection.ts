import {
  type ApiDocument,
  type Described,
  exampleOf,
  exampleOfParameter,
  operationsOf,
  rolesOf,
} from '../api-reference/document.ts'
import { whoCalls } from '../api-reference/operations.ts'
import {
  administrator,
  enterAsGuest,
  holdAnswer,
  mustWork,
  type PostmanEvent,
  signUpSomebodyToSpare,
} from './events.ts'
import { fields, isForStaff, rememberedFrom, variableOf } from './variables.ts'

/* The OpenAPI document as a collection of Postman, format 2.1. */

interface Item {
  readonly name: string
  readonly request: object
  readonly event: readonly PostmanEvent[]
  readonly protocolProfileBehavior?: object
}

/** What ends a session or an account, or is for somebody of another kind: done by somebody who was made for it. */
export const spared: Readonly<Record<string, PostmanEvent>> = {
  changePassword: signUpSomebodyToSpare,
  deleteAccount: signUpSomebodyToSpare,
  logOut: signUpSomebodyToSpare,
  quickExit: signUpSomebodyToSpare,
  refresh: signUpSomebodyToSpare,
  removeTotp: signUpSomebodyToSpare,
  revokeOtherSessions: signUpSomebodyToSpare,
  revokeSession: signUpSomebodyToSpare,
  unenroll: signUpSomebodyToSpare,
  upgradeGuest: enterAsGuest,
}

/** Open to anybody, and asking more of those who are somebody: what belongs to a person needs that person. */
export const forSomebody = ['requestUpload', 'continueUpload', 'completeUpload']

/** What is known only by a cookie. */
export const byCookie = ['refresh']

/** Tokens say who is calling: signing in beside a cookie would end the session of whoever it belongs to. */
const tokensAlone = { disableCookies: true }

const bearer = (variable: string) => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: `{{${variable}}}`, type: 'string' }],
})

const authOf = (described: Described): object => {
  const { operation } = described
  if (byCookie.includes(operation.operationId)) return { type: 'noauth' }
  if (spared[operation.operationId]) return bearer('spareToken')
  if (rolesOf(operation).length === 0 && !forSomebody.includes(operation.operationId))
    return { type: 'noauth' }
  return bearer(isForStaff(described) ? 'adminToken' : 'token')
}

/** An example with what earlier answers told in the place of what somebody else's told. */
function withVariables(example: unknown, name = ''): unknown {
  const variable = fields[name]
  if (typeof example === 'string') {
    if (name === 'clientMessageId') return '{{$guid}}'
    return variable ? `{{${variable}}}` : example
  }
  if (Array.isArray(example)) {
    const all = example.map((each) => withVariables(each, name))
    return variable ? all.slice(0, 1) : all
  }
  if (typeof example !== 'object' || example === null) return example
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, withVariables(value, key)]))
}

const urlOf = (path: string, query: readonly object[] = []) => {
  const shown = query.filter((one) => !('disabled' in one)) as readonly { key: string; value: string }[]
  const search = shown.map(({ key, value }) => `${key}=${value}`).join('&')
  return {
    raw: `{{api}}${path}${search ? `?${search}` : ''}`,
    host: ['{{api}}'],
    path: path.slice(1).split('/'),
    ...(query.length > 0 ? { query } : {}),
  }
}

const jsonBody = (body: unknown) => ({
  mode: 'raw',
  raw: JSON.stringify(body, null, 2),
  options: { raw: { language: 'json' } },
})

const contentType = { key: 'Content-Type', value: 'application/json' }

function requestOf(described: Described): object {
  const { method, path, operation } = described
  const { parameters = [], requestBody } = operation
  const media = requestBody?.content['application/json']
  const example = media && exampleOf(media)
  const shownPath = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `{{${variableOf(described, name)}}}`)
  const given = (place: string) =>
    parameters
      .filter((one) => one.in === place)
      .map((one) => ({
        key: one.name,
        value: fields[one.name] ? `{{${fields[one.name]}}}` : String(exampleOfParameter(one) ?? ''),
        description: one.schema?.description ?? one.description ?? '',
        // What may be left out is there to be switched on.
        ...(one.required || fields[one.name] ? {} : { disabled: true }),
      }))
  return {
    method,
    auth: authOf(described),
    header: [
      ...(example === undefined ? [] : [contentType]),
      // Postman keeps cookies as a browser does, and whoever sends some has to say where from.
      ...(method === 'GET' ? [] : [{ key: 'Origin', value: '{{origin}}' }]),
      ...given('header'),
    ],
    url: urlOf(shownPath, given('query')),
    ...(example === undefined ? {} : { body: jsonBody(withVariables(example)) }),
    description: `${operation.summary}. ${operation.description ?? ''}\n\nWho: ${whoCalls(operation)}.`,
  }
}

/** Signs in whom the other folders need, and walks from two strangers to a message. Each step has to work. */
function firstSteps(): readonly Item[] {
  const step = (
    name: string,
    [method, path, status]: readonly [string, string, number],
    { auth, body, kept = {} }: { auth?: string; body?: unknown; kept?: Readonly<Record<string, string>> },
  ): Item => ({
    name,
    request: {
      method,
      auth: auth ? bearer(auth) : { type: 'noauth' },
      header: [...(body === undefined ? [] : [contentType]), { key: 'Origin', value: '{{origin}}' }],
      url: urlOf(`/api/v1${path}`),
      ...(body === undefined ? {} : { body: jsonBody(body) }),
    },
    event: [mustWork(status, kept)],
    protocolProfileBehavior: tokensAlone,
  })
  const person = (name: string) => ({
    email: `${name.toLowerCase()}.{{$guid}}@example.com`,
    password: '{{password}}',
    name: `${name} Example`,
  })
  const withPassword = (variable: string) => ({ body: { password: `{{${variable}}}` } })
  return [
    step('Sign up as Ann', ['POST', '/auth/signup', 201], {
      body: person('Ann'),
      kept: { token: 'accessToken' },
    }),
    step('Sign up as Ben', ['POST', '/auth/signup', 201], {
      body: person('Ben'),
      kept: { benToken: 'accessToken', userId: 'user.id' },
    }),
    step('Sign in as an administrator', ['POST', '/auth/login', 200], {
      body: { email: '{{adminEmail}}', password: '{{adminPassword}}' },
      kept: { adminToken: 'accessToken' },
    }),
    step('Confirm that it is Ann', ['POST', '/auth/step-up', 200], {
      auth: 'token',
      ...withPassword('password'),
      kept: { token: 'accessToken' },
    }),
    step('Confirm that it is the administrator', ['POST', '/auth/step-up', 200], {
      auth: 'adminToken',
      ...withPassword('adminPassword'),
      kept: { adminToken: 'accessToken' },
    }),
    step('Find a course', ['GET', '/courses', 200], { kept: { courseId: 'items[0].id' } }),
    step('Enroll Ann', ['POST', '/courses/{{courseId}}/enroll', 200], { auth: 'token' }),
    step('Enroll Ben', ['POST', '/courses/{{courseId}}/enroll', 200], { auth: 'benToken' }),
    step('Open a conversation', ['POST', '/conversations', 201], {
      auth: 'token',
      body: { type: 'direct', participantIds: ['{{userId}}'] },
      kept: { conversationId: 'id' },
    }),
    step('Write to Ben', ['POST', '/conversations/{{conversationId}}/messages', 201], {
      auth: 'token',
      body: { text: 'Hello Ben!', clientMessageId: '{{$guid}}' },
      kept: { messageId: 'id' },
    }),
    step('Read it as Ben', ['GET', '/conversations/{{conversationId}}/messages', 200], { auth: 'benToken' }),
  ]
}

/** What is there is used before it is taken away, and what lies in something before that. */
const inOrder = (operations: readonly Described[]): readonly Described[] => [
  ...operations.filter(({ method }) => method !== 'DELETE'),
  ...operations.filter(({ method }) => method === 'DELETE').toReversed(),
]

export function postmanCollection(document: ApiDocument): object {
  const operations = operationsOf(document)
  const examples = new Map(
    operations.flatMap((described) =>
      (described.operation.parameters ?? [])
        .filter((one) => one.in === 'path')
        .map((one) => [variableOf(described, one.name), String(exampleOfParameter(one))] as const),
    ),
  )
  const known = new Set([...examples.keys(), ...Object.values(fields)])
  const itemOf = (described: Described): Item => {
    const { operationId, summary } = described.operation
    const before = spared[operationId]
    return {
      name: summary,
      request: requestOf(described),
      event: [
        ...(before ? [before] : []),
        holdAnswer(described, before ? [] : rememberedFrom(described, known, document)),
      ],
      ...(byCookie.includes(operationId) ? {} : { protocolProfileBehavior: tokensAlone }),
    }
  }
  const chapters = document.tags.map(({ name, description }) => ({
    name,
    description,
    item: inOrder(operations.filter(({ operation }) => operation.tags[0] === name)).map(itemOf),
  }))
  return {
    info: {
      name: document.info.title,
      description: `${document.info.description}\n\nRun the first folder once: it signs in the people whom the others use. The administrator is one of those that \`npm run seed\` makes.`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      {
        name: 'First steps',
        description: 'From two strangers to a message. Signs in whom the other folders need.',
        item: firstSteps(),
      },
      ...chapters,
    ],
    variable: [
      ['api', 'http://localhost:7071'],
      ['origin', 'http://localhost:7071'],
      ['password', 'SecurePass123!'],
      ['adminEmail', administrator.email],
      ['adminPassword', administrator.password],
      ...[...known].toSorted().map((name) => [name, examples.get(name) ?? '']),
    ].map(([key, value]) => ({ key, value })),
  }
}
