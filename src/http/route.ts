import { z } from '@hono/zod-openapi'
import type { Role } from '../core/kernel/actor.ts'
import { ErrorBody } from '../core/kernel/error-body.ts'
import { SaidText } from '../core/kernel/messages/said-text.ts'
import { refuseForeignPages } from './csrf.ts'
import { Problem } from './errors.ts'
import {
  keepQuiet,
  lookForFormerSession,
  requireMailbox,
  requireRole,
  requireSession,
  requireSessionOrGuest,
  requireStepUp,
  requireStepUpUnlessGuest,
  requireVerifiedEmail,
} from './session.ts'

/** Open to anybody. Every route says this or `signedIn`; a test fails for one that says neither. */
export const isPublic = {
  security: [] as Record<string, string[]>[],
  'x-access': 'public' as const,
  middleware: [] as [],
}

/**
 * Open to anybody and the same for everybody: answered by `sharedAnswer`, and kept by whatever stands between us and the
 * readers. A test holds that the two go together.
 */
export const isShared = { ...isPublic, 'x-shared': true as const }

/** Open to anybody, who may be signed in afterwards: by new tokens, in place of those that came along. */
export const signsIn = {
  ...isPublic,
  'x-signs-in': true as const,
  'x-sets-cookies': true as const,
  middleware: [lookForFormerSession] as [typeof lookForFormerSession],
}

/** Needs a session that still stands. */
export const signedIn = {
  security: [{ bearer: [] }, { xAuthorization: [] }, { cookie: [] }] as Record<string, string[]>[],
  'x-access': 'signed-in' as const,
  middleware: [requireSession] as [typeof requireSession],
}

/** Also for guests, who have a session but no account that lasts. */
export const signedInOrGuest = {
  ...signedIn,
  'x-guests': true as const,
  middleware: [requireSessionOrGuest] as [typeof requireSessionOrGuest],
}

/** For what belongs to guests as well, such as what is held about them. */
export const steppedUpOrGuest = {
  ...signedInOrGuest,
  'x-step-up': true as const,
  middleware: [requireSessionOrGuest, requireStepUpUnlessGuest] as [
    typeof requireSessionOrGuest,
    typeof requireStepUpUnlessGuest,
  ],
}

/** For what programs ask on their own, such as what happened since: it keeps no session from becoming idle. */
export const signedInOrGuestQuietly = {
  ...signedInOrGuest,
  middleware: [keepQuiet, requireSessionOrGuest] as [typeof requireSession, typeof requireSession],
}

/** Needs a session of somebody in one of these roles; anybody else is 403 `forbidden`. */
export const onlyFor = (...roles: readonly [Role, ...Role[]]) => ({
  ...signedIn,
  'x-roles': roles,
  middleware: [requireSession, requireRole(roles)] as [typeof requireSession, typeof requireSession],
})

/** For what reaches other people: needs a confirmed address, where this deployment asks for one. Guests have none. */
export const reachesOthers = {
  ...signedInOrGuest,
  'x-verified-email': true as const,
  middleware: [requireSessionOrGuest, requireVerifiedEmail] as [
    typeof requireSessionOrGuest,
    typeof requireVerifiedEmail,
  ],
}

/** Needs a session in which the person proved a short while ago, once more, who they are. */
export const steppedUp = {
  ...signedIn,
  'x-step-up': true as const,
  middleware: [requireSession, requireStepUp] as [typeof requireSession, typeof requireStepUp],
}

/** Both: for what shows something of oneself to other people, for longer than a session that was left open lasts. */
export const steppedUpReachingOthers = {
  ...steppedUp,
  'x-verified-email': true as const,
  middleware: [requireSession, requireStepUp, requireVerifiedEmail] as [
    typeof requireSession,
    typeof requireStepUp,
    typeof requireVerifiedEmail,
  ],
}

/** Both: for what gives power over others, or takes away what cannot be given back. */
export const steppedUpAs = (...roles: readonly [Role, ...Role[]]) => {
  const { middleware, ...access } = onlyFor(...roles)
  return {
    ...access,
    'x-step-up': true as const,
    middleware: [...middleware, requireStepUp] as [
      typeof requireSession,
      typeof requireSession,
      typeof requireStepUp,
    ],
  }
}

/**
 * The same as `steppedUp`, and whoever has to have a second factor and has none yet has shown that they read their mailbox: for what
 * sets one up, and for what moves the mailbox.
 */
export const steppedUpWithMailbox = {
  ...steppedUp,
  'x-mailbox': true as const,
  middleware: [requireSession, requireStepUp, requireMailbox] as [
    typeof requireSession,
    typeof requireStepUp,
    typeof requireMailbox,
  ],
}

/**
 * A GET that begins something. There is one, which was published so: the export of one's own data. A page of somebody
 * else's cannot begin it, and HEAD is to begin nothing: the route sees to that.
 */
export const startsMyExport = {
  ...steppedUpOrGuest,
  'x-starts-work': true as const,
  middleware: [refuseForeignPages, ...steppedUpOrGuest.middleware] as [
    typeof requireSession,
    typeof requireSession,
    typeof requireSession,
  ],
}

/** Five a minute from one address, counted for this route alone. */
export const limitedAsAuth = { 'x-rate-limit': 'auth' } as const

/** Five an hour from one address, counted together with the other routes that say this. */
export const limitedAsForm = { 'x-rate-limit': 'forms' } as const
/** Sets cookies of the session, or clears them. */
export const setsCookies = { 'x-sets-cookies': true } as const

/**
 * For leaving, which has to work always: also when a browser says `Origin: null`, as some do for a beacon of a page that
 * tells nobody where it is from. The worst that a stranger's page can do with it is to sign somebody out.
 */
export const leaves = { 'x-leaves': true } as const

/**
 * For addresses that a browser opens by itself, out of a mail or a page: what mail programs, shops and caches hang on to
 * every link (`utm_source`, `fbclid`, `v`) is not asked for and does not come between a person and what they opened. Everywhere
 * else a parameter that a route does not know is 400.
 */
export const takesAnyQuery = { 'x-any-query': true } as const

/** Asked at the address of the server itself, by others than browsers: also where all else comes by our Front Door. */
export const reachedDirectly = { 'x-reached-directly': true } as const

/** Also takes its JSON as `text/plain`, as `navigator.sendBeacon` sends it when a page closes. */
export const takesBeacon = { 'x-takes-beacon': true } as const

const meanings = {
  400: 'The request is not valid: `validation_error`.',
  401: 'Not signed in, or no longer signed in: `missing_token`, `invalid_token`, `token_revoked`, `invalid_credentials`.',
  403: 'Not allowed: `forbidden`, `account_suspended`, `csrf_failed`, `step_up_required`, `email_unverified`, `not_enrolled`, `lesson_locked`, `account_mismatch`, `forbidden_origin`.',
  404: '`not_found`; also for what belongs to somebody else.',
  409: 'Already done, or changed in the meantime: `user_exists`, `already_enrolled`, `conditions_missing`, `last_administrator`, `conflict`.',
  410: 'It was here and is gone: `file_rejected`.',
  412: '`precondition_failed`: it has changed since the version in `If-Match`.',
  413: '`payload_too_large`: more than 1 MB, or what this deployment allows; or what would be kept is more than 1.9 MB.',
  415: '`unsupported_media_type`: send JSON.',
  422: '`idempotency_key_reused`: this key came with another request.',
  429: '`rate_limit_exceeded`: wait for `Retry-After` seconds.',
  500: '`server_error`',
  503: '`unavailable`: try again after `Retry-After` seconds.',
} as const

type ErrorStatus = keyof typeof meanings

/** Of what has an `ETag`. */
export const unchanged = { description: 'Unchanged since the version in `If-None-Match`.' }

/** A version that somebody has read. What is made of it is up to src/http/etag.ts. */
const versionHeader = (description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ description, examples: [example] })
export const conditional = {
  ifMatch: {
    'If-Match': versionHeader(
      'The `ETag` that was read: the change is made only if nobody made another one since (else 412). Several may be listed; a weak one never matches.',
      '"7"',
    ),
    'If-None-Match': versionHeader(
      'The change is not made at one of these versions (412); `*`: at none at all.',
      '"6"',
    ),
  },
  ifNoneMatch: {
    'If-None-Match': versionHeader(
      'The `ETag` that is known: nothing is sent if it still stands (304).',
      '"7"',
    ),
  },
} as const

/** For POSTs that create. */
export const idempotencyKey = {
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible characters.')
    .optional()
    .meta({
      description:
        'Made up by whoever calls, one for each thing that is to be made: sent again with the same body, the first answer comes again for 24 hours.',
      examples: ['form-2026-03-02-1'],
    }),
} as const

/** Words for a person, where there is nothing else to say. */
export const Message = z.object({ message: SaidText }).meta({ id: 'Message' })

const errorContent = {
  'application/json': { schema: ErrorBody },
  'application/problem+json': { schema: Problem },
} as const

type ErrorResponses<S extends number> = {
  [K in S]: { description: string; content: typeof errorContent }
}

/** The error answers of a route: those named, and those any route may give. */
export const errors = <const S extends ErrorStatus>(
  ...statuses: readonly S[]
): ErrorResponses<S | 429 | 500 | 503> =>
  Object.fromEntries(
    [...statuses, 429, 500, 503].map((status) => [
      status,
      { description: meanings[status as ErrorStatus], content: errorContent },
    ]),
  ) as ErrorResponses<S | 429 | 500 | 503>

export const json = <const T>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/**
 * A JSON body, with a whole one as the reference shows it and fills it in: sent as it stands it is valid, and works
 * where nothing has to be there before.
 */
export const body = <const T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  body: { required: true, content: { 'application/json': { schema, example } } },
})

/** The same where the body may be left out. */
export const optionalBody = <const T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  body: { required: false, content: { 'application/json': { schema, example } } },
})
