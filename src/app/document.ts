import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../http/request-context.ts'
import type { AppConfig } from './config.ts'
import { describeAccess } from './document-access.ts'
import { completeAnswers } from './document-answers.ts'
import { completeExamples } from './document-examples.ts'
import { linkOperations } from './document-links.ts'
import type { ApiDocument } from './document-parts.ts'
import { completeRequests } from './document-requests.ts'
import { loosenAnswers } from './document-stored.ts'

const description = `Accounts and sessions of the T.O.O.L.S Inc platform and MackChat.

Sign in with \`POST /api/v1/auth/login\`: a browser is then signed in by httpOnly cookies, anything else sends the
access token as \`Authorization: Bearer\` or \`X-Authorization: Bearer\`. Errors always have the shape of \`Error\`.

A query parameter that an operation does not have is 400 \`validation_error\` and named, so that a filter that does not exist is not
taken for one that matched everything; operations with \`x-any-query\`, which other people's links lead to, take any. So is a member of a
body, wherever it stands; whoever sends back a whole object that was read may: what cannot be set is \`readOnly\` in the request, let through and
without effect. An id of another shape in an address is 404, like one of something that is not there. Optional
fields and parameters may be sent empty (\`""\`, or null in a body): that is not given, except where a field says otherwise.

Text is put in order before it is measured: trimmed, in Unicode NFC, without what nobody sees. Lengths are those of the text in UTF-16, as
JavaScript counts them. A pattern says what is taken for certain; where more is understood, such as a telephone number in other signs, words say so.

Every request may bring \`X-Request-Id\`, \`traceparent\` and \`X-Expected-User\` (the id of who is meant to be signed in: for somebody else it is 403
\`account_mismatch\`). \`links\` of an answer lead on to what can be done with it.`

/** The chapters of the reference, in the order in which they are shown. Every operation is in exactly one. */
export const tags = [
  {
    name: 'Auth',
    description:
      'Signing up, in and out; sessions, second factors, passkeys, recovery, providers and guests.',
  },
  {
    name: 'Users',
    description:
      'My profile, picture, progress, consents, contacts and personal data; for mentors, their learners.',
  },
  {
    name: 'Notifications',
    description: 'What somebody is told, and on which of their devices.',
  },
  { name: 'Courses', description: 'The catalog, taking a course, and writing one.' },
  {
    name: 'Forms',
    description: 'Contact, interest and referral: sending, following, reviewing and reporting.',
  },
  { name: 'Files', description: 'Uploads in three steps, and downloads.' },
  {
    name: 'MackChat',
    description: 'Conversations, messages, reactions, reading, catching up, and reports of messages.',
  },
  { name: 'Realtime', description: 'The socket for live events, and the webhook of the service behind it.' },
  { name: 'Admin', description: 'Accounts, legal holds, service tokens and mail that could not be sent.' },
  { name: 'Operations', description: 'Whether the service is alive and ready, and its public keys.' },
] as const

/** The same paths, chapter by chapter; within one they stay in the order in which they were registered. */
function orderByTag<P extends object>(paths: P): P {
  const chapterOf = (operations: object): number => {
    const [operation] = Object.values(operations) as readonly { readonly tags?: readonly string[] }[]
    return tags.findIndex(({ name }) => name === operation?.tags?.[0])
  }
  return Object.fromEntries(Object.entries(paths).sort(([, a], [, b]) => chapterOf(a) - chapterOf(b))) as P
}

/** Describes the app as an OpenAPI document, once its routes are mounted. */
export function createDescribe(
  app: OpenAPIHono<AppEnv>,
  {
    http: { publicOrigin, cookies },
    auth: { passwordMinLength, portalOrigin },
  }: Pick<AppConfig, 'http' | 'auth'>,
) {
  for (const [name, scheme] of Object.entries({
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    xAuthorization: { type: 'apiKey', in: 'header', name: 'X-Authorization' },
    cookie: { type: 'apiKey', in: 'cookie', name: `${cookies.prefix}accessToken` },
  } as const))
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  return () => {
    const document = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'T.O.O.L.S Inc API',
        version: '1',
        description,
        contact: { name: 'T.O.O.L.S Inc', url: portalOrigin },
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      },
      servers: [{ url: publicOrigin }],
      tags: [...tags],
    })
    const whole = { ...document, paths: orderByTag(document.paths ?? {}) } as unknown as ApiDocument
    completeRequests(whole, passwordMinLength)
    loosenAnswers(whole)
    linkOperations(whole)
    completeExamples(whole)
    completeAnswers(whole)
    describeAccess(whole)
    return whole
  }
}
