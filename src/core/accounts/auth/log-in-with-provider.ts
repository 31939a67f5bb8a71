import type { ProviderAddress } from '../../../ports/identity-providers.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { Email, hasNoWayIn, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { type AuthSettings, invalidCredentials, lockedOut, opensByPassword } from './auth.model.ts'
import type { ChallengeSecondFactor } from './challenge-second-factor.ts'
import type { TellGuesser } from './guessers.ts'
import type { IdentifyByProvider } from './identify-by-provider.ts'
import { type LinkAccount, type LinkWanted, providerRefused, type SocialLogIn } from './identities.model.ts'
import { type Identities, identityId, type NewLink } from './identities.ts'
import { factsOfLink, type LinkIdentity, linkOfFacts } from './link-identity.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import type { OpenProviderAccount } from './open-provider-account.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import { codeRefused } from './recovery.model.ts'
import type { SecondFactorWanted } from './second-factors.model.ts'
import type { SessionMemo } from './session-memo.ts'
import { takenOver } from './take-back.ts'
import type { EmailVerification } from './verify-email.ts'
import type { VerifyPassword } from './verify-password.ts'

const dayMs = 86_400_000
const linkLifeMs = 10 * 60_000
const linkTries = 5

/** Signing in by Google or Microsoft, which says who somebody is; what they may do here is decided here. */
export function createLogInWithProvider(
  { clock, identityProviders, ids }: Needs<'clock' | 'identityProviders' | 'ids'>,
  {
    users,
    identities,
    tokens,
    audit,
    memo,
    identify,
    linkIdentity,
    openSession,
    challengeSecondFactor,
    tellGuesser,
    verifyPassword,
    emailVerification,
    mail,
    openAccount,
    settings,
  }: {
    readonly users: Users
    readonly identities: Identities
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly memo: SessionMemo
    readonly identify: IdentifyByProvider
    readonly linkIdentity: LinkIdentity
    readonly openSession: OpenSession
    readonly challengeSecondFactor: ChallengeSecondFactor
    readonly tellGuesser: TellGuesser
    readonly verifyPassword: VerifyPassword
    readonly emailVerification: EmailVerification
    readonly mail: Mailing
    readonly openAccount: OpenProviderAccount
    readonly settings: AuthSettings
  },
) {
  const now = () => new Date(clock.now()).toISOString()

  const record = (caller: Caller, event: string, user: User | null, reason?: string) =>
    audit.record(caller, {
      event,
      actorId: reason === undefined ? (user?.id ?? null) : null,
      resource: { type: 'user', id: user?.id ?? null },
      ...(reason === undefined ? { changedFields: ['identities'] } : { outcome: 'failure' as const, reason }),
    })

  /** A provider is one factor: whoever has set up a second one here is asked for it, before anything is written. */
  async function enter(
    user: User,
    caller: Caller,
    isOnSharedDevice: boolean,
    link: NewLink | null = null,
  ): Promise<LoggedIn | SecondFactorWanted> {
    if (user.status === 'suspended') {
      await record(caller, 'user.login', user, 'account_suspended')
      throw lockedOut(user)
    }
    const guesser = await tellGuesser({ email: user.email, user }, caller)
    const wanted = await challengeSecondFactor(user, { isOnSharedDevice, guesser, link })
    if (wanted) return wanted
    const entering = link ? await linkIdentity(user, link, caller) : user
    return openSession(entering, caller, { isOnSharedDevice })
  }

  /**
   * The provider vouches for an address that whoever opened the account never proved to be theirs: it goes to who can
   * prove it, and nothing of the other's (password, factors, identities, sessions) stays.
   */
  const takeOver = (latest: User): User => {
    if (latest.emailVerified) throw conflict()
    return { ...takenOver(latest, clock.now()), updatedAt: now() }
  }

  /** For an address without an account a token that leads nowhere, by the same steps. */
  async function askForPassword(
    owner: User | null,
    link: NewLink,
    isOnSharedDevice: boolean,
  ): Promise<LinkWanted> {
    const { token, expiresAt } = await tokens.issue('link-identity', owner?.id ?? ids.next(), {
      lifeMs: linkLifeMs,
      tries: linkTries,
      facts: {
        ...factsOfLink(link),
        epoch: String(owner?.securityEpoch ?? 0),
        ...(isOnSharedDevice ? { device: 'shared' } : {}),
      },
    })
    return { linkToken: token, methods: ['password'], expiresAt }
  }

  return {
    addresses: (): Promise<readonly ProviderAddress[]> =>
      Promise.all(identityProviders.names.map((name) => identityProviders.addressOf(name))),

    /**
     * An identity that is known signs in. One that is not is joined to the account with its address once that
     * account's password was shown, or opens an account. Throws `invalid_credentials` for what the provider does not
     * confirm, and for an identity without an address.
     */
    async logIn(given: SocialLogIn, caller: Caller): Promise<LoggedIn | SecondFactorWanted | LinkWanted> {
      const { sharedDevice = false } = given
      const identity = await identify(given)
      const id = await identityId(identity)
      const known = await identities.ownerOf(id)
      if (known) return enter(known, caller, sharedDevice)

      const address = Email.safeParse(identity.email ?? '')
      if (!address.success) {
        await record(caller, 'user.login', null, 'no_address')
        throw providerRefused()
      }
      const email = address.data
      const link = { id, provider: given.provider, email }
      const owner = (await users.findByEmail(email))?.value
      if (settings.signupDisclosure === 'hidden' && !identity.isEmailVouchedFor) {
        const facts = { name: identity.name, language: caller.language }
        await mail.decideLater({ kind: 'provider-sign-up', to: email, facts, usefulForMs: dayMs })
        return askForPassword(owner ?? null, link, sharedDevice)
      }
      if (!owner) {
        const opened = await openAccount(email, identity, caller)
        const linked = await identities.link(opened, link)
        await record(caller, 'user.signup', linked)
        if (!linked.emailVerified) await emailVerification.send(linked)
        return enter(linked, caller, sharedDevice)
      }
      if (!identity.isEmailVouchedFor) return askForPassword(owner, link, sharedDevice)
      // Its owner never proved the address, or was cut off between opening the account and joining it.
      if (owner.emailVerified)
        return hasNoWayIn(owner)
          ? enter(owner, caller, sharedDevice, link)
          : askForPassword(owner, link, sharedDevice)
      if (owner.status === 'suspended') return enter(owner, caller, sharedDevice)
      const linked = await identities.link(owner, link, takeOver)
      memo.forgetUser(linked.id)
      await record(caller, 'user.identity_linked', linked)
      return enter(linked, caller, sharedDevice)
    },

    /**
     * Joins what `logIn` asked the password for; with a second factor, once that is shown. Throws `invalid_token` or
     * `invalid_credentials`.
     */
    async link({ linkToken, password }: LinkAccount, caller: Caller): Promise<LoggedIn | SecondFactorWanted> {
      const opened = await tokens.open('link-identity', linkToken)
      const user = (opened && (await users.read(opened.subjectId))?.value) ?? null
      const { email = '', epoch, device } = opened?.facts ?? {}
      const link = linkOfFacts(opened?.facts ?? {})
      const isAsBefore = user === null || epoch === String(user.securityEpoch)
      if (!opened || !link || !isAsBefore) throw codeRefused()
      // Where there is no account, or none that a password opens, what is shown is wrong: by the same steps.
      const guesser = await tellGuesser({ email, user }, caller)
      const judged = opensByPassword(user, settings) ? user : null
      if (!(await verifyPassword(email, judged, password, guesser)) || !user) {
        await record(caller, 'user.identity_linked', user, 'invalid_credentials')
        throw invalidCredentials()
      }
      if (!(await opened.close())) throw codeRefused()
      return enter(user, caller, device === 'shared', link)
    },
  }
}
