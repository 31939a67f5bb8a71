/** The error body of every answer that is not a success. */
export interface ApiError {
  readonly code: string
  readonly message: string
  readonly requestId: string
  readonly details?: readonly { readonly path: string; readonly code: string; readonly message: string }[]
  /** Seconds. */
  readonly retryAfter?: number
}

/** The error of an answer that was not a success; null when it is one, or was not written by this API. */
export async function readError(response: {
  readonly ok: boolean
  clone(): { json(): Promise<unknown> }
}): Promise<ApiError | null> {
  if (response.ok) return null
  try {
    const body = (await response.clone().json()) as { error?: ApiError } | null
    return typeof body?.error?.code === 'string' ? body.error : null
  } catch {
    return null
  }
}

/**
 * Something in between answered in place of the API: a filter, the sign-in page of a network, a gateway. Nothing is known
 * of what was asked; it may have been done.
 */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer'
  readonly status: number
  constructor(status: number) {
    super(
      status < 500
        ? 'This network answered in place of the server. It may want you to sign in to it first.'
        : 'The server cannot be reached right now.',
    )
    this.status = status
  }
}

const isJson = (headers: Headers): boolean => /\bjson\b/i.test(headers.get('content-type') ?? '')

/** Whether this API wrote it: it names its requests, and its errors have one shape. */
export async function isOurs(response: Response): Promise<boolean> {
  const { headers, status } = response
  if (response.ok) return headers.has('x-request-id') || isJson(headers)
  if (status === 304) return true
  if ((await readError(response)) !== null) return true
  return headers.has('x-request-id') && isJson(headers)
}
