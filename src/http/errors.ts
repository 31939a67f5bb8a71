import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { AppError, defineError, type ErrorKind, notFound, validationError } from '../core/kernel/errors.ts'
import type { Language } from '../core/kernel/language.ts'
import { inLanguage } from '../core/kernel/messages/said.ts'
import { prefers } from './accept.ts'
import { forOneCaller } from './headers.ts'
import { answerIn } from './language.ts'
import type { AppEnv } from './request-context.ts'

const statusByKind = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  rate_limited: 429,
  unavailable: 503,
} as const satisfies Record<ErrorKind, number>

/** Where HTTP has a finer word than the kind. */
const statusByCode: Readonly<Record<string, 405 | 412 | 413 | 415 | 422 | 499 | 500>> = {
  server_error: 500,
  method_not_allowed: 405,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  // Nobody reads the answer; it is what the log counts.
  client_closed_request: 499,
}

export const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'What the status is called.' }),
    detail: z.string().meta({ description: 'What is wrong, in words for a person.' }),
    status: z.number().int(),
    code: z.string(),
    requestId: z.string(),
    details: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
    retryAfter: z.number().int().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with `Accept: application/problem+json`.' })

const factsOf = ({ details, retryAfterSeconds }: AppError, requestId: string, language: Language) => ({
  requestId,
  ...(details
    ? { details: details.map((detail) => ({ ...detail, message: inLanguage(detail.message, language) })) }
    : {}),
  ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
})

/** The error body of the contract. */
export const bodyOfError = (error: AppError, requestId: string, language: Language) => ({
  error: {
    code: error.code,
    message: inLanguage(error.said, language),
    ...factsOf(error, requestId, language),
  },
})

/** As RFC 9110 calls them; 499 is of nginx. */
const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** 499 is of nginx, and Hono's types know it not. */
export const statusOf = ({ code, kind }: AppError): ContentfulStatusCode =>
  (statusByCode[code] ?? statusByKind[kind]) as ContentfulStatusCode

/** The same as a page, where a person looks at the answer; null elsewhere. */
export type AnswerAsPage = (
  c: Context<AppEnv>,
  error: AppError,
  status: ContentfulStatusCode,
) => Promise<Response> | null

function answer(c: Context<AppEnv>, error: AppError, asPage: AnswerAsPage): Response | Promise<Response> {
  const status = statusOf(error)
  const requestId = c.get('caller')?.requestId ?? ''
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds))
  if (status === 401) c.header('WWW-Authenticate', 'Bearer')
  const page = asPage(c, error, status)
  if (page) return page
  const isProblem = prefers(c, 'application/problem+json')
  // Where a request failed before it was known who is calling, nobody has said what they read.
  const language = c.get('caller') ? answerIn(c) : 'en'
  if (!isProblem) return c.json(bodyOfError(error, requestId, language), status)
  return c.body(
    JSON.stringify({
      type: 'about:blank',
      title: phrases[status] ?? 'Error',
      status,
      detail: inLanguage(error.said, language),
      code: error.code,
      ...factsOf(error, requestId, language),
    }),
    status,
    { 'Content-Type': 'application/problem+json' },
  )
}

const methodNotAllowed = (): AppError =>
  new AppError(
    'invalid',
    'method_not_allowed',
    'There is something here, and it does not take this method. See Allow.',
  )

/** Nothing here, or nothing for this method: then `Allow` says what there is, and `OPTIONS` is answered by it alone. */
export const createOnNotFound =
  (
    methodsAt: (path: string) => readonly string[],
    asPage: AnswerAsPage = () => null,
  ): NotFoundHandler<AppEnv> =>
  (c) => {
    const methods = methodsAt(c.req.path)
    if (methods.length === 0) return answer(c, notFound(), asPage)
    c.header('Allow', [...methods, 'OPTIONS'].join(', '))
    return c.req.method === 'OPTIONS' ? c.body(null, 204) : answer(c, methodNotAllowed(), asPage)
  }

export const unsupportedMediaType = defineError(
  'invalid',
  'unsupported_media_type',
  'Send JSON with Content-Type: application/json.',
)

const tooLarge = defineError(
  'invalid',
  'payload_too_large',
  'This is too large to be kept. Shorten it, or split it.',
)

const maxRetryAfterSeconds = 60

/** What the caller is meant to see of a failure; null when nobody foresaw it. */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (error instanceof HTTPException && error.status === 400) return validationError([])
  if (error instanceof HTTPException && error.status === 415) return unsupportedMediaType()
  if (error instanceof Error && error.name === 'DocumentTooLarge') return tooLarge()
  if (!(error instanceof Error) || error.name !== 'PortUnavailable') return null
  const { retryAfterSeconds = 5 } = error as { retryAfterSeconds?: number }
  return new AppError('unavailable', 'unavailable', 'This is not available right now. Try again shortly.', {
    retryAfterSeconds: Math.min(retryAfterSeconds, maxRetryAfterSeconds),
    cause: error,
  })
}

/** All that a caller learns of a failure that nobody foresaw. */
const surprise = defineError('unavailable', 'server_error', 'Something went wrong on our side.')
export const bodyOfSurprise = (requestId: string, language: Language) =>
  bodyOfError(surprise(), requestId, language)

/**
 * Turns whatever was thrown into the contract's error body. What the core did not foresee is given to `report` in
 * full and tells the caller nothing.
 */
export const createOnError =
  (
    report: (error: unknown, requestId: string) => void,
    asPage: AnswerAsPage = () => null,
  ): ErrorHandler<AppEnv> =>
  (error, c) => {
    const requestId = c.get('caller')?.requestId ?? ''
    const known = toAppError(error)
    if (known !== error && !(error instanceof HTTPException && known)) report(error, requestId)
    if (known) return answer(c, known, asPage)
    c.header('Cache-Control', forOneCaller)
    return answer(c, surprise(), asPage)
  }
