import type { Context } from 'hono'
import type { z } from 'zod'
import type { Auth } from '../core/accounts/auth/auth.ts'
import type { AskedAhead, Authenticated, VerifiedClaims } from '../core/accounts/auth/authenticate.ts'
import type { FormerSession } from '../core/accounts/auth/end-former-session.ts'
import type { Service } from '../core/accounts/service-tokens/service-tokens.ts'
import type { Actor, Caller } from '../core/kernel/actor.ts'
import type { AllowedOrigins } from './allowed-origins.ts'
import type { Unknown } from './client-address.ts'
import type { Compressor } from './content-coding.ts'

/** How this deployment answers, fixed at start. */
export interface HttpSettings {
  /** Where people reach this API, without a trailing slash. */
  readonly publicOrigin: string
  /** They may call with credentials. */
  readonly allowedOrigins: AllowedOrigins
  readonly isProduction: boolean
  readonly maxBodyBytes: number
  readonly cookies: {
    readonly prefix: '' | '__Host-'
    readonly sameSite: 'Strict' | 'Lax' | 'None'
    readonly isSecure: boolean
    readonly accessMaxAgeSeconds: number
    readonly refreshMaxAgeSeconds: number
  }
}

/** By what a request says who is acting. */
export type Credential =
  | { readonly from: 'none' }
  | { readonly from: 'bearer'; readonly claims: VerifiedClaims | null }
  | {
      readonly from: 'cookie'
      /** Of the youngest that is valid. */
      readonly claims: VerifiedClaims | null
      /** Of others of the same name that are valid too, younger ones first. */
      readonly others: readonly VerifiedClaims[]
    }

/** What a request may be signed in by. */
export interface Tokens {
  readonly explicit: string | undefined
  readonly bearer: string | undefined
  readonly cookies: readonly string[]
}

/** Why a browser keeps or sends no cookies of ours although everybody did what they should: the deployment is set up so. */
export type DroppedCookies = 'in_clear' | 'other_site' | 'third_party' | 'not_included'

/** What every request carries through the middleware. */
export interface AppEnv {
  Bindings: {
    /** The address of the peer, where the runtime knows one. */
    remoteAddress?: string
    /** The `traceparent` of the host's own step for this request, where there is one. It comes from no header. */
    hostTrace?: string
  }
  Variables: {
    settings: HttpSettings
    compressor: Compressor
    auth: Auth
    /** Looked for once, when something first asks; null where there is none. */
    matchedRoute?: { readonly method: string; readonly path: string } | null
    caller: Caller
    /** The headers that the answer depends on so far. */
    variesBy?: readonly string[]
    /** Why the caller has no address, where that is so. */
    unknownCaller?: Unknown
    /** The bytes of an upload broke off before their end. */
    isBodyCutOff?: boolean
    /** Is told why browsers keep no cookies here. */
    noteDropped: (reason: DroppedCookies, says: string) => void
    /** What the request may be signed in by, read once. */
    tokens?: Tokens
    /** What was asked ahead about a token that came along. */
    asked?: AskedAhead
    /** Looked for once, when something first asks. */
    credential: Promise<Credential>
    /** Set where somebody signs in: who was signed in before. */
    formerSession?: FormerSession
    /** What the parts of the address are held to, by the route that answers. */
    addressOf?: (route: { readonly method: string; readonly path: string }) => z.ZodType | undefined
    /** Programs ask this on their own. */
    isQuiet?: true
    /** Set by `requireSession`. */
    session: Authenticated
    /** Set by `requireRoleOrScope` when a program is asking. */
    service?: Service
  }
}

export type AppContext = Context<AppEnv>

export const actorOf = (c: AppContext): Actor => c.get('session').actor
