import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Precondition } from '../../kernel/precondition.ts'
import type { Versioned } from '../../kernel/versioned.ts'
import type { LearnedSummary } from '../../learning/enrollments/enrollments.model.ts'
import type { Enrollments } from '../../learning/enrollments/enrollments.ts'
import { nothingLearned, type Profile, profileOf, type UpdateProfile } from './profiles.model.ts'

/** An account as its owner sees it, with what they have learned. */
export function createProfiles(
  { clock }: Needs<'clock'>,
  {
    users,
    enrollments,
  }: {
    readonly users: Pick<Users, 'read' | 'changeAs' | 'announce'>
    readonly enrollments: Pick<Enrollments, 'summaryOf'>
  },
) {
  /** What was learned is stored elsewhere, so the version of a profile names both. */
  const asProfile = ({ value, version }: Stored<User>, learned: LearnedSummary): Versioned<Profile> => ({
    value: profileOf(value, learned),
    version: `${version}.${learned.version}`,
  })

  return {
    ...emptyFace,
    /** Of an account that was just read. */
    show: async (user: User): Promise<Profile> => profileOf(user, await enrollments.summaryOf(user.id)),
    /** Of somebody who has had no occasion to learn anything yet. */
    showNew: (user: User): Profile => profileOf(user, nothingLearned),

    /** `known` is the account when this request has read it already. */
    async read(actor: Actor, known: Stored<User> | null): Promise<Versioned<Profile>> {
      const [stored, learned] = await Promise.all([
        known ?? users.read(actor.userId),
        enrollments.summaryOf(actor.userId),
      ])
      if (!stored) throw notFound()
      return asProfile(stored, learned)
    },

    async update(actor: Actor, change: UpdateProfile, expected?: Precondition): Promise<Versioned<Profile>> {
      const apply = (user: User): User => ({
        ...user,
        name: change.name ?? user.name,
        preferences: { ...user.preferences, ...change.preferences } as User['preferences'],
        updatedAt: new Date(clock.now()).toISOString(),
      })
      const ofAccount = (versions: readonly string[]) =>
        versions.map((version) => version.slice(0, version.lastIndexOf('.')))
      const { anyOf, noneOf } = expected ?? {}
      const ofUser = expected && {
        ...(anyOf && { anyOf: ofAccount(anyOf) }),
        ...(noneOf && { noneOf: noneOf === '*' ? noneOf : ofAccount(noneOf) }),
      }
      const [changed, learned] = await Promise.all([
        users.changeAs(actor, actor.userId, apply, { expected: ofUser }),
        enrollments.summaryOf(actor.userId),
      ])
      if (change.name !== undefined) users.announce(changed.value)
      return asProfile(changed, learned)
    },
  }
}

export type Profiles = ReturnType<typeof createProfiles>

export const profilesDomain = { collections: [], create: createProfiles }
