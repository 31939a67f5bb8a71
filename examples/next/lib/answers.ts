import { ForeignAnswer, readError } from '@tools-inc/client/answers'

/** The API said no, and why. */
export class Refused extends Error {
  readonly code: string
  readonly fields: readonly string[]
  constructor(code: string, message: string, fields: readonly string[] = []) {
    super(message)
    this.code = code
    this.fields = fields
  }
}

type Good<R> = Extract<R, { status: 200 | 201 | 202 | 204 }>

/** The answer, where it is a good one. */
export async function good<R extends Response | { readonly ok: boolean }>(
  asked: Promise<R>,
): Promise<Good<R>> {
  const response = await asked
  const problem = await readError(response as Response)
  if (problem) {
    const fields = (problem.details ?? []).map(({ path }) => String(path))
    throw new Refused(problem.code, problem.message, fields)
  }
  return response as Good<R>
}

/** Nothing of the API came back. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof ForeignAnswer || error instanceof TypeError || error instanceof DOMException

/** What to tell somebody of what went wrong. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  if (isUnreachable(error)) return 'The server could not be reached. Look at your connection, and try again.'
  reportError(error)
  return 'Something went wrong on this page. Load it again.'
}
