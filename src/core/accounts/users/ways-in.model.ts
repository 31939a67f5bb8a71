import type { ProviderName } from '../../../ports/identity-providers.ts'
import type { PasskeyCredential } from '../../../ports/passkeys.ts'

/** When something was set up, and in which session: null where in none. */
export interface SetUp {
  readonly at: string
  readonly sessionId: string | null
}

/** A passkey as kept: what proves it, and what tells its owner which one it is. */
export interface Passkey extends PasskeyCredential {
  readonly name: string
  readonly createdAt: string
  /** In which session it was set up; absent in older ones. */
  readonly sessionId?: string | null
  readonly lastUsedAt: string | null
}

/** What proves who somebody is beside the password. In the account, so that using one up is one conditional write. */
export interface SecondFactors {
  readonly totp: {
    readonly sealedSecret: string
    /** Null until a first right code has shown that the app is set up. */
    readonly confirmedAt: string | null
    /** The 30-second step of the last code that was used: it and those before are spent. */
    readonly lastStep: number
    /** In which session it was confirmed; absent in older ones. */
    readonly sessionId?: string | null
  } | null
  /** Keyed hashes of the recovery codes that are left. */
  readonly recoveryCodes: readonly string[]
  /** When these were made; absent in older accounts. */
  readonly recoveryCodesSetUp?: SetUp
  readonly passkeys: readonly Passkey[]
}

/** An account at another organisation that signs in to this one. */
export interface LinkedIdentity {
  /** The id of its claim in `Identities`. */
  readonly id: string
  readonly provider: ProviderName
  readonly email: string | null
  readonly linkedAt: string
  /** In which session; null at a sign-in, absent in older ones. */
  readonly sessionId?: string | null
}

/** An address the account went by, and may have back. */
export interface FormerAddress {
  readonly email: string
  /** When the account left it, and in which session. */
  readonly changedAt: string
  readonly sessionId: string
  /** Whether somebody had shown that they read its mailbox. */
  readonly wasProved: boolean
}
