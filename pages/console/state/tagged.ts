import type { ClientResponse } from 'hono/client'
import { type Answer, ask, type BodyOf } from '../../base/api/ask.ts'

/** Something together with its version: who changes it says which one they saw. */
export interface Tagged<T> {
  readonly value: T
  readonly tag: string | null
}

export async function askTagged<R extends ClientResponse<any, any, any>>(
  request: Promise<R>,
): Promise<Answer<Tagged<BodyOf<R>>>> {
  const answer = await ask(request)
  return answer.ok ? { ...answer, value: { value: answer.value, tag: answer.etag ?? null } } : answer
}

/** The version that somebody saw, for a change that is refused where it is another by now. */
export const ifStill = (tag: string | null) => (tag === null ? {} : { headers: { 'If-Match': tag } })
