import type { PortStep } from './observed-ports.ts'
import type { PushOutcome } from './pusher.ts'

declare const declared: unique symbol

/** A name that stands in the program: the pattern of a route, a collection, a job. Only a `closedSet` makes one. */
export type Declared = string & { readonly [declared]: true }

/** What stands for every text that is none of the names. */
const other = '_OTHER' as Declared

/**
 * Lets the names through that were declared, and puts one word in the place of everything else. It is asked for the
 * names when it is first used, since routes are mounted after what looks at them.
 */
export function closedSet(names: () => Iterable<string>): (text: string | undefined) => Declared {
  let known: ReadonlySet<string> | undefined
  return (text) => {
    known ??= new Set(names())
    return text !== undefined && known.has(text) ? (text as Declared) : other
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
export type HttpMethod = (typeof methods)[number] | '_OTHER'

/** Anybody may send any word for a method. */
export const httpMethod = (text: string): HttpMethod => methods.find((method) => method === text) ?? '_OTHER'

declare const status: unique symbol
export type HttpStatus = number & { readonly [status]: true }

/** Whatever is no status is 500, which is what it becomes. */
export const httpStatus = (code: number): HttpStatus =>
  (Number.isInteger(code) && code >= 100 && code <= 599 ? code : 500) as HttpStatus

const failures = [
  'PortUnavailable',
  'RangeError',
  'TypeError',
  'SyntaxError',
  'AbortError',
  'TimeoutError',
  'MailRefused',
  'MailPutOff',
] as const
const serverErrors = ['500', '501', '502', '503', '504'] as const
export type FailureType = (typeof failures)[number] | (typeof serverErrors)[number] | '_OTHER'

/** What a port throws by its own promise and is no failure of it: somebody else was first, or what was asked is gone. */
const conflicts: readonly string[] = [
  'BlobExists',
  'DocumentExists',
  'InvalidCursor',
  'MediaRoomGone',
  'SubmissionChanged',
  'VersionMismatch',
]

/** The kind of whatever was thrown; its text is nobody's business here. Null for what is no failure. */
export function failureOf(thrown: unknown): FailureType | null {
  const name = thrown instanceof Error ? thrown.name : ''
  if (conflicts.includes(name)) return null
  return failures.find((known) => known === name) ?? '_OTHER'
}

/** What an answer says of itself. Null for one that is no failure of ours. */
export function failureOfStatus(code: HttpStatus): FailureType | null {
  if (code < 500) return null
  return serverErrors.find((known) => known === String(code)) ?? '_OTHER'
}

/** The technologies behind the ports. */
export type System =
  | 'memory'
  | 'sqlite'
  | 'azure.cosmosdb'
  | 'microsoft.sql_server'
  | 'redis'
  | 'filesystem'
  | 'azure.blob'
  | 'azure.web_pubsub'
  | 'web_pubsub_local'
  | 'smtp'
  | 'azure.communication_services'
  | 'outbox'
  | 'web_push'
  | 'azure.notification_hubs'
  | 'azure.key_vault'
  | 'in_process'
  | 'livekit'

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
export type StatusClass = (typeof statusClasses)[number]

export const statusClass = (code: HttpStatus): StatusClass =>
  statusClasses[Math.floor(code / 100) - 1] ?? '5xx'

/** By what somebody signs in. */
export type LoginWay = 'password' | 'second_factor' | 'passkey' | 'provider'

const loginFailures = [
  'invalid_credentials',
  'account_suspended',
  'account_locked',
  'rate_limited',
  'email_not_verified',
  'validation_error',
] as const
export type LoginFailure = (typeof loginFailures)[number] | 'unavailable' | '_OTHER'

/** Why a login was refused, by the code that its caller got. */
export function loginFailure(thrown: unknown): LoginFailure {
  const { name = '', code = '' } = (thrown instanceof Error ? thrown : {}) as {
    name?: string
    code?: unknown
  }
  if (name === 'PortUnavailable') return 'unavailable'
  return loginFailures.find((known) => known === code) ?? '_OTHER'
}

/**
 * Everything that may be said about a step. Names are those of the OpenTelemetry semantic conventions where there is
 * one; the rest begins with `app.`. Values come from closed sets: an id, an address or a text that somebody typed does
 * not compile.
 */
export interface Facts {
  readonly 'http.request.method'?: HttpMethod
  /** The pattern, `/api/v1/users/:id`, or `_OTHER` where there is no route. */
  readonly 'http.route'?: Declared
  readonly 'http.response.status_code'?: HttpStatus
  readonly 'http.response.status_class'?: StatusClass
  readonly 'error.type'?: FailureType
  readonly 'db.system.name'?: System
  readonly 'db.collection.name'?: Declared
  readonly 'db.operation.name'?: PortStep
  /** Where a call found something other than it expected, which is no failure: an id that is taken, another version. */
  readonly 'app.is_conflict'?: boolean
  readonly 'app.system'?: System
  readonly 'app.operation'?: PortStep
  readonly 'app.job.name'?: Declared
  readonly 'app.task.name'?: Declared
  readonly 'app.mail.template'?: Declared
  readonly 'app.push.service'?: Declared
  readonly 'app.push.outcome'?: PushOutcome['is']
  readonly 'app.login.way'?: LoginWay
  readonly 'app.login.reason'?: LoginFailure
}

export type FactName = keyof Facts
