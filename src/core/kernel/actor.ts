import type { Language } from './language.ts'

export type Role = 'user' | 'mentor' | 'admin' | 'guest'

/** Who is acting, once a session has been verified. */
export interface Actor {
  readonly userId: string
  readonly sessionId: string
  readonly role: Role
  /** The account's when the session was verified. Whatever writes to the account compares it, in that write. */
  readonly securityEpoch: number
}

/** Facts of one request that its use case may record. */
export interface Caller {
  readonly requestId: string
  /** The client's address as the trusted hop gives it, or null when nobody said. IPv6 as its /64. */
  readonly address: string | null
  /** The name of the trusted site the address belongs to. */
  readonly site: string | null
  readonly userAgent: string | null
  /** What the caller reads, as `Accept-Language` has it. */
  readonly language: Language
  /** What a device keeps that somebody has signed in with before, where that matters. */
  readonly device?: string
}
