import { isEmailAddress, normalizeEmailAddress } from '../../../ports/email-address.ts'
import type { Needs } from '../../../ports/ports.ts'
import { isActiveAdministrator, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Mentors } from '../../learning/mentors/mentors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { system } from '../../platform/audit/audit.model.ts'

/** What came of it, or why nothing did. */
export type Appointment =
  | 'done'
  | 'already'
  | 'no_address'
  | 'no_account'
  | 'closing'
  | 'suspended'
  | 'unverified'
  | 'no_way_in'

export interface ListedAdministrator {
  readonly email: string
  readonly name: string
  readonly hasSecondFactor: boolean
  readonly lastLoginAt: string | null
}

/** Thrown inside a change of an account, to say what has become of it since it was looked at. */
class Declined extends Error {
  readonly appointment: Appointment
  constructor(appointment: Appointment) {
    super(appointment)
    this.appointment = appointment
  }
}

/**
 * Making administrators from outside the API, by whoever runs this: the first one, and one in an emergency. Nobody is
 * signed in here, so it asks for more than an administrator would: an account whose owner has proved the address and
 * can sign in.
 */
export function createAppoint(
  { clock }: Needs<'clock'>,
  {
    users,
    audit,
    mentors,
    forgetSessions,
  }: {
    readonly users: Users
    readonly audit: Recording
    readonly mentors: Pick<Mentors, 'syncLearner'>
    readonly forgetSessions: (userId: string) => void
  },
) {
  function whyNot(user: User): Appointment | null {
    if (user.deletion) return 'closing'
    if (user.status === 'suspended') return 'suspended'
    if (user.role === 'guest') return 'no_account'
    return null
  }

  async function appoint(
    address: string,
    event: string,
    judge: (user: User) => Appointment | null,
    role: 'admin' | 'user',
  ): Promise<Appointment> {
    const email = normalizeEmailAddress(address)
    if (!isEmailAddress(email)) return 'no_address'
    const found = (await users.findByEmail(email))?.value
    if (!found) return 'no_account'
    try {
      const { value: user } = await users.changeUser(found.id, (latest) => {
        const reason = latest.email === email ? judge(latest) : 'no_account'
        if (reason) throw new Declined(reason)
        const securityEpoch = latest.securityEpoch + 1
        return { ...latest, role, securityEpoch, updatedAt: new Date(clock.now()).toISOString() }
      })
      forgetSessions(user.id)
      await mentors.syncLearner(user)
      users.announce(user)
      await audit.record(null, {
        event,
        actorId: system,
        resource: { type: 'user', id: user.id },
        changedFields: ['role'],
      })
      return 'done'
    } catch (error) {
      if (error instanceof Declined) return error.appointment
      throw error
    }
  }

  return {
    grant: (address: string): Promise<Appointment> =>
      appoint(
        address,
        'user.grant_administrator',
        (user) => {
          const reason = whyNot(user)
          if (reason) return reason
          if (!user.emailVerified) return 'unverified'
          if (!isActiveAdministrator({ ...user, role: 'admin' })) return 'no_way_in'
          return user.role === 'admin' ? 'already' : null
        },
        'admin',
      ),

    /** Throws `last_administrator`. */
    revoke: (address: string): Promise<Appointment> =>
      appoint(
        address,
        'user.revoke_administrator',
        (user) => (user.role === 'admin' ? null : 'already'),
        'user',
      ),

    async list(): Promise<readonly ListedAdministrator[]> {
      const found = await Promise.all((await users.listAdministrators()).map((id) => users.read(id)))
      return found
        .flatMap((stored) => (stored ? [stored.value] : []))
        .map(({ email, name, secondFactors, lastLoginAt }) => ({
          email,
          name,
          hasSecondFactor: Boolean(secondFactors?.totp?.confirmedAt ?? secondFactors?.passkeys.length),
          lastLoginAt,
        }))
        .toSorted((a, b) => (a.email < b.email ? -1 : 1))
    },
  }
}
