import type { Auth } from '../../accounts/auth/auth.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Enrollments } from '../../learning/enrollments/enrollments.ts'
import { viewOf } from './account-view.ts'
import type { AdminUserDetail } from './person.model.ts'

export interface PersonBorrows {
  readonly users: Pick<Users, 'read'>
  readonly auth: Pick<Auth, 'ofOthers' | 'assistedRecovery'>
  readonly enrollments: Pick<Enrollments, 'summaryOf' | 'completedCoursesOf'>
}

const waysInOf = ({ passwordHash, secondFactors, identities = [] }: User): AdminUserDetail['waysIn'] => ({
  hasPassword: passwordHash !== null,
  passkeys: secondFactors?.passkeys.length ?? 0,
  hasTotp: Boolean(secondFactors?.totp?.confirmedAt),
  recoveryCodes: secondFactors?.recoveryCodes.length ?? 0,
  providers: [...new Set(identities.map(({ provider }) => provider))].toSorted(),
})

/** One account in detail. That somebody looked is on record before it is answered. */
export const createReadPerson =
  (
    { users, auth: { ofOthers, assistedRecovery }, enrollments }: PersonBorrows,
    record: (actor: Actor, caller: Caller, event: string, userId: string) => Promise<void>,
  ) =>
  async (actor: Actor, userId: string, caller: Caller): Promise<AdminUserDetail> => {
    const user = (await users.read(userId))?.value
    if (!user) throw notFound()
    const [sessions, recovery, { enrolledCourses }, completedCourses] = await Promise.all([
      ofOthers.sessionsOf(user),
      assistedRecovery.stateOf(userId),
      enrollments.summaryOf(userId),
      enrollments.completedCoursesOf(userId),
    ])
    await record(actor, caller, 'user.read', userId)
    const seen = sessions.map(({ lastSeen }) => lastSeen).toSorted()
    return {
      ...viewOf(user),
      lastSeen: seen.at(-1) ?? null,
      waysIn: waysInOf(user),
      needsSecondFactor: ofOthers.needsSecondFactor(user),
      isClosing: user.deletion !== undefined,
      legalHoldSince: user.legalHoldSince ?? null,
      recovery,
      enrolledCourses: enrolledCourses.length,
      completedCourses: completedCourses.length,
      sessions,
    }
  }
