import type { Stored, Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import { type CourseMember, type CourseTally, courseMembers } from './course-members.model.ts'
import { combine, type Members, noCounts, shareOf, tallyOf } from './members.ts'

/**
 * Places in courses that have only so many. A place is a member that commits with the tally it is counted in, before the
 * person takes part; whoever takes part afterwards is that member. So there are never more than the capacity, whoever comes
 * at once, from however many processes.
 */
export function createSeats(
  { documents }: Needs<'documents'>,
  { members }: { readonly members: Pick<Members, 'readTally'> },
) {
  /** Those who come at once to one process do not make each other try again. */
  const lines = new Map<string, Promise<unknown>>()
  function inLine<T>(courseId: string, work: () => Promise<T>): Promise<T> {
    const turn = (lines.get(courseId) ?? Promise.resolve()).then(work, work)
    lines.set(courseId, turn)
    const leave = () => {
      if (lines.get(courseId) === turn) lines.delete(courseId)
    }
    turn.then(leave, leave)
    return turn
  }

  const writeOf = <T extends CourseMember | CourseTally>(
    value: T,
    known: Stored<unknown> | null,
  ): Write<CourseMember | CourseTally> =>
    known ? { replace: value, version: known.version } : { insert: value }

  return {
    /** True when the person has a place now, also when they had one. Null for a course without end. */
    take: (
      courseId: string,
      { id, name, avatar }: Pick<CourseMember, 'id' | 'name' | 'avatar'>,
      capacity: number | null,
    ): Promise<boolean> =>
      inLine(courseId, () =>
        retryOnConflict(async () => {
          const [stored, tally] = await Promise.all([
            documents.read(courseMembers, { partition: courseId, id }),
            members.readTally(courseId),
          ])
          const known = stored?.value.kind === 'tally' ? undefined : stored?.value
          if (known?.kind === 'member') return true
          const counts = tally?.value ?? noCounts
          if (capacity !== null && counts.enrolled >= capacity) return false
          const member: CourseMember = {
            id,
            courseId,
            kind: 'member',
            name,
            avatar,
            hasCompleted: known?.hasCompleted ?? false,
            rating: known?.rating ?? null,
            revision: known?.revision ?? 0,
          }
          const next = tallyOf(
            courseId,
            combine(counts, shareOf(member), 1),
            (tally?.value.revision ?? 0) + 1,
          )
          await documents.transact(courseMembers, courseId, [writeOf(next, tally), writeOf(member, stored)])
          return true
        }),
      ),
  }
}

export type Seats = ReturnType<typeof createSeats>
