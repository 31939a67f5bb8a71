import type { TokenVerdict } from '../../../ports/access-tokens.ts'
import type { Needs } from '../../../ports/ports.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { createEvent } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { createAssistRecovery } from './assist-recovery.ts'
import type { AuthSettings } from './auth.model.ts'
import { type AskedAhead, createAuthenticate } from './authenticate.ts'
import { createChallengeSecondFactor } from './challenge-second-factor.ts'
import { createChangeEmail } from './change-email.ts'
import { createChangeIdentities } from './change-identities.ts'
import { createChangePassword } from './change-password.ts'
import { createChangeSecondFactors } from './change-second-factors.ts'
import { createCodeRateLimit } from './code-rate-limit.ts'
import { createEndFormerSession } from './end-former-session.ts'
import { createFindPresented } from './find-presented.ts'
import { createTellGuesser } from './guessers.ts'
import { createGuests } from './guests.ts'
import { createIdentifyByProvider } from './identify-by-provider.ts'
import { createIdentities, identities as identitiesCollection } from './identities.ts'
import { createKnownDevices } from './known-devices.ts'
import { createLinkIdentity } from './link-identity.ts'
import { createLockout } from './lockout.ts'
import { createLogIn } from './log-in.ts'
import { createLogInByPasskey } from './log-in-by-passkey.ts'
import { createLogInSecondFactor } from './log-in-second-factor.ts'
import { createLogInWithProvider } from './log-in-with-provider.ts'
import { createLogOut } from './log-out.ts'
import { createMailRateLimit } from './mail-rate-limit.ts'
import { createMayContinue } from './may-continue.ts'
import { createMigrateUsers } from './migrate-users.ts'
import { createNoteSessionUse } from './note-session-use.ts'
import { createNotices } from './notices.ts'
import { createOfOthers } from './of-others.ts'
import { createOneTimeTokens, oneTimeTokens } from './one-time-tokens.ts'
import { createDecideProviderSignUp, createOpenProviderAccount } from './open-provider-account.ts'
import { createOpenSession } from './open-session.ts'
import { createPasskeyChallenge } from './passkey-challenge.ts'
import { createPasswordPolicy } from './password-policy.ts'
import { createAuthPersonalData } from './personal-data.ts'
import { createReadSessions } from './read-sessions.ts'
import type { DisownedDeletion } from './recovery.model.ts'
import { createRefresh } from './refresh.ts'
import { createRequireVerifiedEmail } from './require-verified-email.ts'
import { createResetPassword } from './reset-password.ts'
import { createSecondFactors } from './second-factors.ts'
import { createSessionLife } from './session-life.ts'
import { createSessionMemo } from './session-memo.ts'
import { type EndedSessions, sessions as sessionsCollection } from './sessions.model.ts'
import { createSessions } from './sessions.ts'
import { createSignInCodes } from './sign-in-codes.ts'
import { createSignUp } from './sign-up.ts'
import { createStepUp } from './step-up.ts'
import { createTakeBackChanges } from './take-back-changes.ts'
import { createTokenBlacklist } from './token-blacklist.ts'
import { createVerifyEmail } from './verify-email.ts'
import { createVerifyPassword } from './verify-password.ts'
import { createWatchLogins } from './watch-logins.ts'

export type AuthNeeds = Needs<
  | 'accessTokens'
  | 'breachedPasswords'
  | 'cache'
  | 'ciphers'
  | 'clock'
  | 'defer'
  | 'documents'
  | 'hasher'
  | 'identityProviders'
  | 'ids'
  | 'localCache'
  | 'log'
  | 'oneTimePasswords'
  | 'passkeys'
  | 'passwordBlocklist'
  | 'realtime'
  | 'telemetry'
>

/** What the other domains lend to this one. */
export interface AuthBorrows {
  readonly users: Users
  readonly keys: Keys
  readonly audit: Recording
  readonly mail: Mailing
}

export interface AuthConfig {
  readonly auth: AuthSettings
  readonly limits: { readonly auth: Limit }
}

export function createAuth(
  needs: AuthNeeds,
  { users, keys, audit, mail }: AuthBorrows,
  { auth: settings, limits }: AuthConfig,
) {
  const guestEntered = createEvent<User>('auth.guest-entered')
  const memo = createSessionMemo(needs)
  const deletionDisowned = createEvent<DisownedDeletion>('auth.deletion-disowned')
  const sessionsEnded = createEvent<EndedSessions>('auth.sessions-ended')
  const tokens = createOneTimeTokens(needs, keys)
  const notices = createNotices(needs, { mail, tokens, settings })
  const devices = createKnownDevices(needs, keys)
  const signInCodes = createSignInCodes(needs, keys)
  const tellGuesser = createTellGuesser({ devices, signInCodes })
  const life = createSessionLife(needs.clock, settings)
  const noteSessionUse = createNoteSessionUse(needs, life)
  const reading = createReadSessions(needs, life)
  const sessions = createSessions(needs, {
    keys,
    memo,
    audit,
    notices,
    devices,
    life,
    reading,
    settings,
    sessionsEnded,
  })
  const checkPassword = createPasswordPolicy(needs, {
    minLength: settings.passwordMinLength,
    hosts: [settings.publicOrigin, settings.portalOrigin].map((origin) => new URL(origin).hostname),
  })
  const blacklist = createTokenBlacklist(needs)
  const findPresented = createFindPresented(needs, keys)
  const lockout = createLockout(needs, keys)
  const verifyPassword = createVerifyPassword(needs, lockout)
  const mayMail = createMailRateLimit(needs, keys)
  const mayTryCode = createCodeRateLimit(needs, keys)
  const secondFactors = createSecondFactors(needs, { users, keys, lockout })
  const openSession = createOpenSession(needs, { users, sessions, audit })
  const challengePasskey = createPasskeyChallenge(needs)
  const challengeSecondFactor = createChallengeSecondFactor({ tokens, challengePasskey })
  const identities = createIdentities(needs, { users })
  const identify = createIdentifyByProvider(needs, settings)
  const linkIdentity = createLinkIdentity({ identities, audit, notices })
  const known = {
    users,
    sessions,
    tokens,
    audit,
    secondFactors,
    openSession,
    devices,
    signInCodes,
    tellGuesser,
    verifyPassword,
    challengePasskey,
    settings,
    mail,
    guestEntered,
    deletionDisowned,
    mayMail,
    mayTryCode,
    memo,
    lockout,
    notices,
    checkPassword,
    challengeSecondFactor,
    identities,
    identify,
    linkIdentity,
  }
  const emailVerification = createVerifyEmail(needs, known)
  const lent = { ...known, emailVerification }
  const passwordReset = createResetPassword(needs, lent)
  const joining = { ...lent, passwordReset, openAccount: createOpenProviderAccount(users) }
  const { signUp, decide: decideSignUp } = createSignUp(needs, lent)
  const watched = createWatchLogins(needs)
  const byPasskey = createLogInByPasskey(needs, lent)
  const withProvider = createLogInWithProvider(needs, joining)
  const guests = createGuests(needs, lent)
  const emailChange = createChangeEmail(needs, joining)

  return {
    ...emptyFace,
    guestEntered,
    /** Heard before the account is given back, so that what is cancelled stays so. */
    deletionDisowned,
    listeners: [
      mail.undecided.listener('reset-password', passwordReset.decide),
      mail.undecided.listener('sign-up', decideSignUp),
      mail.undecided.listener('provider-sign-up', createDecideProviderSignUp(joining)),
      mail.undecided.listener('guest-upgrade', guests.decide),
      mail.undecided.listener('change-email', emailChange.decide),
    ],
    signUp,
    logIn: watched('password', createLogIn(needs, lent)),
    logInSecondFactor: watched('second_factor', createLogInSecondFactor(lent)),
    byPasskey: { ...byPasskey, logIn: watched('passkey', byPasskey.logIn) },
    stepUp: createStepUp(needs, lent),
    secondFactors: createChangeSecondFactors(needs, lent),
    withProvider: { ...withProvider, logIn: watched('provider', withProvider.logIn) },
    identities: createChangeIdentities(needs, lent),
    guests,
    emailVerification,
    passwordReset,
    migrateUsers: createMigrateUsers(needs, { users, audit, passwordReset }),
    emailChange,
    takingBack: createTakeBackChanges(needs, joining),
    assistedRecovery: createAssistRecovery(needs, lent),
    refresh: createRefresh(needs, { sessions, noteSessionUse, life, audit, keys, devices, settings }),
    formerSession: createEndFormerSession({ sessions, findPresented, audit }),
    logOut: createLogOut({ sessions, findPresented, blacklist, audit }),
    changePassword: createChangePassword(needs, lent),
    requireVerifiedEmail: createRequireVerifiedEmail(needs, settings),
    authenticate: createAuthenticate(needs, {
      memo,
      readBlacklist: blacklist.read,
      noteSessionUse,
      life,
      settings,
    }),
    /** Begins to ask for a token that is known to be genuine, beside what has to be asked anyway; null for any other. */
    askAhead(token: string): AskedAhead | null {
      const claims = needs.accessTokens.recall(token)
      if (!claims) return null
      const listing = blacklist.read(claims.jti)
      // Awaited where the token is used, if it is: then its failure is told there.
      listing.catch(() => undefined)
      return { token, claims, listing }
    },
    /** The mailboxes to tell of something done to an account, each with the link that takes it back. */
    whereToTell: notices.whereToTell,
    /** After the epoch of an account was raised: this process no longer trusts what it has lately seen. */
    forgetSessions: memo.forgetUser,
    personalData: createAuthPersonalData(needs, memo.forgetUser),
    limits: [limits.auth],
    ofOthers: createOfOthers(reading, sessions, settings),
    listSessions: reading.list,
    currentSession: reading.current,
    isStanding: reading.isStanding,
    notEnded: reading.notEnded,
    sessionsEnded,
    /** Whether the person may open connections, in this session when it is known which it is. */
    async mayConnect(userId: string, sessionId: string | null): Promise<boolean> {
      const [user, stands] = await Promise.all([
        users.read(userId),
        sessionId === null || reading.isStanding(userId, sessionId),
      ])
      return stands && user !== null && user.value.status !== 'suspended'
    },
    mayContinue: createMayContinue(needs, { noteSessionUse, life }),
    revokeSession: sessions.revokeOne,
    revokeOtherSessions: sessions.revokeOthers,
    verifyToken: (token: string): Promise<TokenVerdict> => needs.accessTokens.verify(token),
    publicKeys: () => needs.accessTokens.publicKeys(),
  }
}

export type Auth = ReturnType<typeof createAuth>

export const authDomain = {
  collections: [sessionsCollection, oneTimeTokens, identitiesCollection],
  create: createAuth,
}
