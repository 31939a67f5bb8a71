import { answerHeaders, ofEveryAnswer, referTo } from '../http/answer-headers.ts'
import { type Answer, type ApiDocument, type Operation, operationsOf } from './document-parts.ts'

const common = Object.keys(ofEveryAnswer)

/** What an answer with this status says beside its body, whatever it is about. */
const byStatus: Readonly<Record<string, readonly (keyof typeof answerHeaders)[]>> = {
  '304': ['ETag'],
  '401': ['WWW-Authenticate'],
  '403': ['Retry-After'],
  '404': ['Retry-After'],
  '409': ['Retry-After'],
  '429': ['Retry-After'],
  '503': ['Retry-After'],
}
/** Of what is the same for everybody: nothing of the caller, see src/http/shared-answer.ts. */
const ofShared = [
  'X-Content-Type-Options',
  'Referrer-Policy',
  'Content-Security-Policy',
  'Strict-Transport-Security',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
  'Cross-Origin-Resource-Policy',
  'Cache-Control',
  'ETag',
  'Vary',
]
const ofCookies = ['Set-Cookie', 'X-Session-Idle-Expires', 'X-Session-Expires'] as const

/** Phrases of RFC 9110, as names of what operations have in common. */
const phrases: Readonly<Record<string, string>> = {
  '400': 'BadRequest',
  '401': 'Unauthorized',
  '403': 'Forbidden',
  '404': 'NotFound',
  '405': 'MethodNotAllowed',
  '406': 'NotAcceptable',
  '408': 'RequestTimeout',
  '409': 'Conflict',
  '410': 'Gone',
  '412': 'PreconditionFailed',
  '413': 'ContentTooLarge',
  '415': 'UnsupportedMediaType',
  '422': 'UnprocessableContent',
  '429': 'TooManyRequests',
  '431': 'RequestHeaderFieldsTooLarge',
  '500': 'InternalServerError',
  '503': 'ServiceUnavailable',
}

/** What is said with a code, or nearly: where there are several sentences, one of them. */
const messages: Readonly<Record<string, string>> = {
  validation_error: 'Some of the input is not valid.',
  missing_token: 'Sign in first.',
  invalid_token: 'This token is not valid.',
  token_revoked: 'This session has ended. Sign in again.',
  invalid_credentials: 'The e-mail address or the password is not right.',
  forbidden: 'You may not do this.',
  account_suspended: 'This account is suspended.',
  csrf_failed: 'This request does not come from a page of ours.',
  step_up_required: 'Confirm who you are first.',
  email_unverified: 'Confirm your e-mail address first.',
  not_enrolled: 'Enroll in this course first.',
  lesson_locked: 'Complete the lessons before this one first.',
  account_mismatch: 'Somebody else is signed in by now.',
  not_found: 'There is nothing here.',
  user_exists: 'There is an account with this address already.',
  already_enrolled: 'You are enrolled in this course already.',
  conditions_missing: 'Something has to be done before this.',
  last_administrator: 'There has to be one administrator at least.',
  conflict: 'This has changed in the meantime. Read it again.',
  file_rejected: 'This file was removed, because something in it is harmful.',
  precondition_failed: 'This has changed since it was read.',
  payload_too_large: 'The request body is too large.',
  unsupported_media_type: 'Send JSON with Content-Type: application/json.',
  idempotency_key_reused: 'This key came with another request.',
  rate_limit_exceeded: 'Too many requests. Try again later.',
  server_error: 'Something went wrong on our side.',
  unavailable: 'This is not available right now. Try again shortly.',
}
const waits = new Set(['rate_limit_exceeded', 'unavailable'])
const requestId = '019b76da-a800-7cc2-97d5-2a0c4f6e8b13'

/** A whole body for each code that a description names: of an error, and of the same as a problem. */
function exampleOfError(status: string, code: string, titled: string) {
  const facts = {
    requestId,
    ...(code === 'validation_error'
      ? { details: [{ path: 'name', code: 'too_small', message: 'Must not be empty.' }] }
      : {}),
    ...(waits.has(code) ? { retryAfter: 30 } : {}),
  }
  const message = messages[code] ?? titled
  return {
    error: { error: { code, message, ...facts } },
    problem: { type: 'about:blank', title: titled, status: Number(status), detail: message, code, ...facts },
  }
}

const isError = ({ content }: Answer): boolean => content?.['application/problem+json'] !== undefined

function withExamples(status: string, answer: Answer): Answer {
  const codes = [...(answer.description ?? '').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code)
  const titled = (phrases[status] ?? 'Error').replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
  const examples = (kind: 'error' | 'problem') =>
    Object.fromEntries(codes.map((code) => [code, { value: exampleOfError(status, code, titled)[kind] }]))
  const { content = {} } = answer
  return {
    ...answer,
    content: {
      ...content,
      'application/json': { ...content['application/json'], examples: examples('error') },
      'application/problem+json': { ...content['application/problem+json'], examples: examples('problem') },
    },
  }
}

/** What goes with what an operation takes: versions where it compares them, cookies where it sets them. */
function ofSuccess({
  responses,
  parameters = [],
  'x-sets-cookies': setsCookies,
}: Operation): readonly string[] {
  const isRepeatable = parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key')
  return [
    ...('304' in responses || '412' in responses ? ['ETag'] : []),
    ...(isRepeatable ? ['Idempotent-Replayed'] : []),
    ...(setsCookies ? ofCookies : []),
  ]
}

/** Every answer with its headers; errors, which are the same everywhere, once for all operations. */
export function completeAnswers(document: ApiDocument): void {
  const shared: Record<string, Answer> = {}
  const nameByText = new Map<string, string>()
  function share(status: string, answer: Answer): Answer {
    const text = JSON.stringify(answer)
    let name = nameByText.get(text)
    if (name === undefined) {
      const phrase = phrases[status] ?? `Status${status}`
      const others = Object.keys(shared).filter((other) => other.startsWith(phrase)).length
      name = others > 0 ? `${phrase}${others + 1}` : phrase
      nameByText.set(text, name)
      shared[name] = withExamples(status, answer)
    }
    return { $ref: `#/components/responses/${name}` }
  }
  for (const { operation } of operationsOf(document))
    for (const [status, answer] of Object.entries(operation.responses)) {
      const isShared = operation['x-shared'] && status < '400'
      const names = isShared
        ? ofShared
        : [
            ...common.filter((name) => !operation['x-uncounted'] || !/rate-?limit/i.test(name)),
            ...(byStatus[status] ?? []),
            ...(status < '300' ? ofSuccess(operation) : []),
          ]
      const complete = { ...answer, headers: { ...referTo(names), ...answer.headers } }
      operation.responses[status] = isError(answer)
        ? share(status, {
            ...answer,
            headers: { ...referTo([...common, ...(byStatus[status] ?? [])]), ...answer.headers },
          })
        : complete
    }
  document.components.responses = shared
  document.components.headers = answerHeaders
}
