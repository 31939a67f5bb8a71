import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'

export interface Person {
  readonly name: string
  readonly avatar: string | null
  /** Has an account that is not suspended. */
  readonly isActive: boolean
}

const rememberedMs = 60_000
const rememberedPeople = 10_000
const gone: Person = { name: 'Deleted user', avatar: null, isActive: false }

/** Names and pictures of members, at most a minute old. Conversations do not copy them: they change, and are erased. */
export function createPeople({ clock }: Needs<'clock'>, users: Pick<Users, 'read'>) {
  const remembered = new Map<string, { readonly person: Person; readonly atMs: number }>()
  async function read(userIds: Iterable<string>): Promise<ReadonlyMap<string, Person>> {
    const people = await Promise.all(
      [...new Set(userIds)].map(async (userId) => {
        const known = remembered.get(userId)
        if (known && isRecent(known.atMs, rememberedMs, clock.now())) return [userId, known.person] as const
        const user = (await users.read(userId))?.value
        const person = user
          ? { name: user.name, avatar: user.avatar, isActive: user.status !== 'suspended' }
          : gone
        if (remembered.size >= rememberedPeople) remembered.clear()
        remembered.set(userId, { person, atMs: clock.now() })
        return [userId, person] as const
      }),
    )
    return new Map(people)
  }
  return {
    read,
    isActive: async (userId: string): Promise<boolean> =>
      (await read([userId])).get(userId)?.isActive ?? false,
    /** What changed in this process is seen at once. */
    forget(userId: string): void {
      remembered.delete(userId)
    },
  }
}

export type People = ReturnType<typeof createPeople>
export type ReadPeople = People['read']
