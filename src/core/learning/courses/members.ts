import { maxTransactionWrites, type Page, type Stored, type Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import {
  type Counts,
  type CourseCounts,
  type CourseMember,
  type CourseTally,
  courseCounts,
  courseMembers,
} from './course-members.model.ts'
import { catalog, courses } from './courses.model.ts'

const pageSize = 1_000

export const noCounts: Counts = { enrolled: 0, completed: 0, ratings: 0, ratingSum: 0 }

/** With the tally it makes the most that one transaction takes. */
const batchSize = maxTransactionWrites - 1

/** A change that has not been written yet. */
interface Waiting {
  readonly member: CourseMember
  known: Stored<CourseMember> | null
  isDone: boolean
}

/** What one person adds to the counts of a course. */
export function shareOf(member: CourseMember | null): Counts {
  if (member?.kind !== 'member') return noCounts
  return {
    enrolled: 1,
    completed: member.hasCompleted ? 1 : 0,
    ratings: member.rating === null ? 0 : 1,
    ratingSum: member.rating ?? 0,
  }
}

export const combine = (a: Counts, b: Counts, sign: 1 | -1): Counts => ({
  enrolled: a.enrolled + sign * b.enrolled,
  completed: a.completed + sign * b.completed,
  ratings: a.ratings + sign * b.ratings,
  ratingSum: a.ratingSum + sign * b.ratingSum,
})

const countsOf = ({ enrolled, completed, ratings, ratingSum }: Counts): Counts => ({
  enrolled,
  completed,
  ratings,
  ratingSum,
})

const isEqual = (a: Counts, b: Counts): boolean =>
  a.enrolled === b.enrolled &&
  a.completed === b.completed &&
  a.ratings === b.ratings &&
  a.ratingSum === b.ratingSum

/** The counts after that many changes. */
export const tallyOf = (courseId: string, counts: Counts, revision: number): CourseTally => ({
  id: 'tally',
  courseId,
  kind: 'tally',
  name: '',
  ...countsOf(counts),
  revision,
})

/** What the catalogue has of it. */
export const copyOf = (tally: CourseTally): CourseCounts => ({
  id: tally.courseId,
  catalog,
  ...countsOf(tally),
  revision: tally.revision,
})

/**
 * Who takes part in a course, and how many. A member and the tally it changes commit together and the change is
 * computed from the member as it was, so saying the same twice counts once.
 */
export function createMembers(needs: Needs<'documents' | 'defer'>) {
  const { documents, defer } = needs
  const put = createPutDocument(needs)
  const waitingByCourse = new Map<string, Set<Waiting>>()

  async function readTally(courseId: string): Promise<Stored<CourseTally> | null> {
    const stored = await documents.read(courseMembers, { partition: courseId, id: 'tally' })
    return stored?.value.kind === 'tally' ? (stored as Stored<CourseTally>) : null
  }
  async function readMember(courseId: string, userId: string): Promise<Stored<CourseMember> | null> {
    const stored = await documents.read(courseMembers, { partition: courseId, id: userId })
    return stored && stored.value.kind !== 'tally' ? (stored as Stored<CourseMember>) : null
  }
  const tallyAfter = (courseId: string, counts: Counts, known: CourseTally | undefined): CourseTally =>
    tallyOf(courseId, counts, (known?.revision ?? 0) + 1)
  const writeOf = <T extends CourseMember | CourseTally>(
    value: T,
    known: Stored<unknown> | null,
  ): Write<CourseMember | CourseTally> =>
    known ? { replace: value, version: known.version } : { insert: value }

  /** For the catalogue. Later tallies win, whatever the order in which they arrive. */
  const copyForCatalogue = (tally: CourseTally): Promise<unknown> =>
    put<CourseCounts>(courseCounts, { partition: catalog, id: tally.courseId }, (known) =>
      known && known.revision >= tally.revision ? known : copyOf(tally),
    )

  /** Whoever comes first writes what waits with it; a change of one person twice goes in its last state. */
  function batchFor(entry: Waiting, waiting: ReadonlySet<Waiting>): readonly Waiting[] {
    const byPerson = new Map([[entry.member.id, entry]])
    for (const other of waiting) {
      const chosen = byPerson.get(other.member.id)
      if (other.isDone || (!chosen && byPerson.size >= batchSize)) continue
      if (!chosen || chosen.member.revision < other.member.revision) byPerson.set(other.member.id, other)
    }
    return [...byPerson.values()]
  }

  async function write(
    courseId: string,
    stored: Stored<CourseTally> | null,
    batch: readonly Waiting[],
  ): Promise<CourseTally> {
    const counts = batch.reduce(
      (sum, { member, known }) =>
        combine(combine(sum, shareOf(member), 1), shareOf(known?.value ?? null), -1),
      stored?.value ?? noCounts,
    )
    const next = tallyAfter(courseId, counts, stored?.value)
    await documents.transact(courseMembers, courseId, [
      writeOf(next, stored),
      ...batch.map(({ member, known }) => writeOf(member, known)),
    ])
    for (const written of batch) written.isDone = true
    return next
  }

  /** Many people at once are written together, so that they do not wait for each other one by one. */
  async function note(member: CourseMember): Promise<void> {
    const { courseId, id } = member
    const entry: Waiting = { member, known: null, isDone: false }
    const waiting = waitingByCourse.get(courseId) ?? new Set()
    waitingByCourse.set(courseId, waiting)
    let attempts = 0
    try {
      const tally = await retryOnConflict(async () => {
        const [known, stored] = await Promise.all([readMember(courseId, id), readTally(courseId)])
        if (entry.isDone || (known && known.value.revision >= member.revision)) return null
        entry.known = known
        waiting.add(entry)
        // Every other time alone: another's entry may be out of date, and its request may be gone.
        return write(courseId, stored, attempts++ % 2 === 0 ? batchFor(entry, waiting) : [entry])
      })
      if (tally) defer.run('copy_course_counts', async () => void (await copyForCatalogue(tally)))
    } finally {
      waiting.delete(entry)
      if (waiting.size === 0) waitingByCourse.delete(courseId)
    }
  }

  /** True when the tally was wrong. */
  const recount = (courseId: string): Promise<boolean> =>
    retryOnConflict(async () => {
      const stored = await readTally(courseId)
      let counts = noCounts
      let after: string | undefined
      do {
        const page: Page<CourseMember | CourseTally> = await documents.query(courseMembers, {
          path: 'byName',
          partition: courseId,
          equals: { kind: 'member' },
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
        })
        for (const { value } of page.items)
          if (value.kind === 'member') counts = combine(counts, shareOf(value), 1)
        after = page.next
      } while (after !== undefined)
      const isRight = isEqual(counts, stored?.value ?? noCounts)
      if (isRight) {
        if (stored) await copyForCatalogue(stored.value)
        return false
      }
      const next = tallyAfter(courseId, counts, stored?.value)
      await documents.transact(courseMembers, courseId, [writeOf(next, stored)])
      await copyForCatalogue(next)
      return true
    })

  return {
    note,
    readTally,
    recount,
    read: async (courseId: string, userId: string): Promise<CourseMember | null> =>
      (await readMember(courseId, userId))?.value ?? null,

    /** As if they had never taken part. Fine when they have not. */
    async remove(courseId: string, userId: string): Promise<void> {
      const tally = await retryOnConflict(async () => {
        const [known, stored] = await Promise.all([readMember(courseId, userId), readTally(courseId)])
        if (!known) return stored?.value ?? null
        const counts = combine(stored?.value ?? noCounts, shareOf(known.value), -1)
        const next = tallyAfter(courseId, counts, stored?.value)
        await documents.transact(courseMembers, courseId, [
          { remove: userId, version: known.version },
          writeOf(next, stored),
        ])
        return next
      })
      if (tally) await copyForCatalogue(tally)
    },

    async list(
      courseId: string,
      page: { readonly after?: string; readonly limit: number },
      kind: CourseMember['kind'] = 'member',
    ): Promise<Page<CourseMember>> {
      const found = await documents.query(courseMembers, {
        path: 'byName',
        partition: courseId,
        equals: { kind },
        ...page,
      })
      return found as Page<CourseMember>
    },

    /** Gives a member the name and picture of the account. */
    async rename(courseId: string, { id, name, avatar }: Pick<CourseMember, 'id' | 'name' | 'avatar'>) {
      await put(courseMembers, { partition: courseId, id }, (known) =>
        known === null || known.kind === 'tally' ? known : { ...known, name, avatar },
      )
    },

    /** Counts the members of every course again. Answers how many courses had a wrong tally. */
    async recountAll(): Promise<{ readonly courses: number; readonly corrected: number }> {
      const result = { courses: 0, corrected: 0 }
      let after: string | undefined
      do {
        const page = await documents.scan(courses, after === undefined ? {} : { after })
        for (const { value } of page.items) {
          result.courses++
          if (await recount(value.id)) result.corrected++
        }
        after = page.next
      } while (after !== undefined)
      return result
    },
  }
}

export type Members = ReturnType<typeof createMembers>
