import type { ClientResponse } from 'hono/client'
import { type ApiError, ForeignAnswer, readError } from '../../../src/client/answers.ts'

/** Why a request did not do what it was for, in words for a person. */
export interface Problem {
  /** `unreachable`: no answer; `foreign`: something in between answered; `refused`: the server said no. */
  readonly kind: 'unreachable' | 'foreign' | 'refused'
  readonly message: string
  readonly code?: string
  readonly status?: number
  /** Seconds. */
  readonly retryAfter?: number
}

export type Answer<T> =
  | {
      readonly ok: true
      readonly value: T
      readonly status: number
      /** The version of what was answered, as `If-Match` takes it; absent where it has none. */
      readonly etag?: string
    }
  | { readonly ok: false; readonly problem: Problem }

type Success = 200 | 201 | 202 | 204
/** The body of the answers that are a success. */
export type BodyOf<R> =
  R extends ClientResponse<infer Body, infer Status, any> ? (Status extends Success ? Body : never) : never

export const unreachable: Problem = {
  kind: 'unreachable',
  message: 'The server cannot be reached. Check your connection and try again.',
}
const foreign: Problem = {
  kind: 'foreign',
  message:
    'This network answered instead of the server. It may want you to sign in to it first. Then try again.',
}

const wordsOf = ({ message, details }: ApiError): string =>
  details?.length ? details.map(({ message: each }) => each).join(' ') : message

export function refusal(status: number, error: ApiError): Problem {
  const { code, retryAfter } = error
  const wait = retryAfter === undefined ? '' : ` Try again in ${retryAfter} seconds.`
  const message =
    status === 429
      ? `That was too fast.${wait}`
      : status === 503
        ? `This does not work right now, because too much is going on.${wait || ' Try again in a moment.'}`
        : code === 'step_up_required'
          ? 'This asks you to confirm who you are, which this page cannot do. Do it in the portal.'
          : wordsOf(error)
  return { kind: 'refused', message, code, status, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

/** What a request was answered, told apart: our answer, somebody else's, none. Never throws. */
export async function ask<R extends ClientResponse<any, any, any>>(
  request: Promise<R>,
): Promise<Answer<BodyOf<R>>> {
  try {
    const response = await request
    const error = await readError(response)
    if (error) return { ok: false, problem: refusal(response.status, error) }
    if (!response.ok) return { ok: false, problem: foreign }
    if (response.status === 204) return { ok: true, value: undefined as BodyOf<R>, status: 204 }
    if (!response.headers.get('content-type')?.includes('json')) return { ok: false, problem: foreign }
    const etag = response.headers.get('etag')
    const value = (await response.json()) as BodyOf<R>
    return { ok: true, value, status: response.status, ...(etag === null ? {} : { etag }) }
  } catch (error) {
    return { ok: false, problem: error instanceof ForeignAnswer ? foreign : unreachable }
  }
}

/** The same for what is no JSON: a file of this type, such as `text/csv`. */
export async function askFile(
  request: Promise<ClientResponse<any, any, any>>,
  type: string,
): Promise<Answer<Blob>> {
  try {
    const response = await request
    const error = await readError(response)
    if (error) return { ok: false, problem: refusal(response.status, error) }
    if (!response.ok || !response.headers.get('content-type')?.startsWith(type))
      return { ok: false, problem: foreign }
    return { ok: true, value: await response.blob(), status: response.status }
  } catch (error) {
    return { ok: false, problem: error instanceof ForeignAnswer ? foreign : unreachable }
  }
}

/** Something that is asked for: on its way, there, or failed for a reason that can be shown. */
export type Load = 'loading' | 'ready' | Problem

export const isProblem = (load: Load): load is Problem => typeof load === 'object'
