import type { BodyOf } from './ask.ts'
import type { v1 } from './client.ts'

export type Api = typeof v1
/** What a call answers when it succeeds. */
export type Of<T extends (...values: any[]) => Promise<any>> = BodyOf<Awaited<ReturnType<T>>>

export type Me = Of<Api['users']['me']['$get']>
export type SecondFactorWanted = Extract<Of<Api['auth']['login']['$post']>, { mfaToken: string }>
