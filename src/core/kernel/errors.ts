import { filled, inEnglish, type Said } from './messages/said.ts'

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'rate_limited'
  | 'unavailable'

/** One thing wrong with the input: where, which rule, in words. Never the value. */
export interface ErrorDetail {
  /** Dotted, such as `preferences.theme`; empty for the whole. */
  readonly path: string
  readonly code: string
  readonly message: Said
}

export interface ErrorFacts {
  readonly details?: readonly ErrorDetail[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * An outcome a caller is meant to see. `code` is part of the published contract; `said` is for a person, in their language,
 * and `message` is the same in English.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: ErrorKind
  readonly code: string
  readonly said: Said
  readonly details: readonly ErrorDetail[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(kind: ErrorKind, code: string, said: Said, facts: ErrorFacts = {}) {
    super(inEnglish(said), 'cause' in facts ? { cause: facts.cause } : undefined)
    this.kind = kind
    this.code = code
    this.said = said
    this.details = facts.details
    this.retryAfterSeconds = facts.retryAfterSeconds
  }
}

/** An error with fixed words, made anew at each throw. */
export const defineError =
  (kind: ErrorKind, code: string, said: Said) =>
  (facts: ErrorFacts = {}): AppError =>
    new AppError(kind, code, said, facts)

export const validationError = (details: readonly ErrorDetail[]): AppError =>
  new AppError('invalid', 'validation_error', 'The request is not valid.', { details })

/**
 * Too much in a short time. The number of seconds is the same in words, in `retryAfter` and in `Retry-After`, whole and at
 * least one.
 */
export function tooMany(
  what:
    | 'Too many requests.'
    | 'Too many connections.'
    | 'Too many files.'
    | 'Too many in a short time.'
    | 'Too many reports.'
    | 'Too many links.'
    | 'Slow mode is on here.',
  seconds: number,
): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds))
  const said =
    retryAfterSeconds === 1
      ? filled('{what} Try again in 1 second.', { what })
      : filled('{what} Try again in {seconds} seconds.', { what, seconds: retryAfterSeconds })
  return new AppError('rate_limited', 'rate_limit_exceeded', said, { retryAfterSeconds })
}

export const notFound = defineError('not_found', 'not_found', 'There is nothing here.')
export const forbidden = defineError('forbidden', 'forbidden', 'You are not allowed to do this.')
export const conflict = defineError(
  'conflict',
  'conflict',
  'Somebody else changed this at the same time. Try again.',
)
export const preconditionFailed = defineError(
  'conflict',
  'precondition_failed',
  'This has changed since you last read it. Read it again first.',
)
