import { isRecent } from '../../../ports/clock.ts'
import type { AnyCollection, Collection, Document } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { foldText } from '../../kernel/fold-text.ts'
import type { Edge } from '../../platform/edge/edge.ts'
import { type Counts, courseCounts } from './course-members.model.ts'
import {
  type Course,
  type CourseCard,
  type CoursePage,
  type CourseQuery,
  catalog,
  courses,
} from './courses.model.ts'
import { noCounts } from './members.ts'

const keptMs = 15 * 60_000
/** How old the catalogue may get while nobody can say whether it changed. */
const keptWhenAloneMs = 30_000
const stampKey = 'cache:courses:stamp'
const stampKeptMs = 24 * 60 * 60_000
const rememberedPages = 500
const pageSize = 1_000

interface Entry {
  readonly course: Course
  readonly card: CourseCard
  readonly words: string
  readonly instructor: string
}

interface Snapshot {
  /** What the shared stamp was before the first document was read. */
  readonly stamp: string | null
  readonly loadedAt: number
  readonly entries: readonly Entry[]
  readonly byId: ReadonlyMap<string, Entry>
  readonly pages: Map<string, CoursePage>
}

export function figuresOf({ enrolled, completed, ratings, ratingSum }: Counts): CourseCard['metadata'] {
  return {
    enrolledCount: enrolled,
    completionRate: enrolled === 0 ? 0 : (completed / enrolled) * 100,
    rating: ratings === 0 ? null : ratingSum / ratings,
  }
}

export const cardOf = (course: Course, counts: Counts): CourseCard => ({
  id: course.id,
  title: course.title,
  description: course.description,
  category: course.category,
  level: course.level,
  thumbnail: course.thumbnail,
  duration: course.duration,
  durationSeconds: course.durationSeconds ?? course.duration * 60,
  instructor: { name: course.instructor.name, avatar: course.instructor.avatar },
  metadata: figuresOf(counts),
})

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const orders: Readonly<Record<CourseQuery['sort'], (a: Entry, b: Entry) => number>> = {
  newest: (a, b) => byText(b.course.createdAt, a.course.createdAt),
  title: (a, b) => byText(foldText(a.card.title), foldText(b.card.title)),
  popular: (a, b) => b.card.metadata.enrolledCount - a.card.metadata.enrolledCount,
  rating: (a, b) => (b.card.metadata.rating ?? 0) - (a.card.metadata.rating ?? 0),
  shortest: (a, b) => a.card.durationSeconds - b.card.durationSeconds,
}

/**
 * All published courses with their counts, kept in memory for 15 minutes. A stamp in the shared cache changes with
 * every change of a card, so that the next request in any process sees it. While the cache is down a change elsewhere
 * is seen within 30 seconds.
 */
export function createCatalogue(
  { documents, cache, clock, ids, log }: Needs<'documents' | 'cache' | 'clock' | 'ids' | 'log'>,
  { edge }: { readonly edge: Pick<Edge, 'forget'> },
) {
  let snapshot: Snapshot | undefined

  /** Null while the cache cannot say. */
  async function readStamp(): Promise<string | null> {
    try {
      const stamp = await cache.get(stampKey)
      if (stamp !== null) return stamp
      await cache.compareAndSwap(stampKey, null, ids.next(), stampKeptMs)
      return await cache.get(stampKey)
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      return null
    }
  }

  async function readAll<T extends Document>(
    collection: Collection<T, any>,
    path: string,
  ): Promise<readonly T[]> {
    const values: T[] = []
    let after: string | undefined
    do {
      const page = await documents.query(collection as AnyCollection, {
        path,
        partition: catalog,
        equals: {},
        direction: 'desc',
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      })
      values.push(...page.items.map(({ value }) => value as T))
      after = page.next
    } while (after !== undefined)
    return values
  }

  async function load(stamp: string | null): Promise<Snapshot> {
    const loadedAt = clock.now()
    const [found, counted] = await Promise.all([
      readAll(courses, 'byCreation'),
      readAll(courseCounts, 'byRevision'),
    ])
    const countsById = new Map(counted.map((counts) => [counts.id, counts]))
    const entries = found
      .filter(({ state }) => state === 'published')
      .map((course) => ({
        course,
        card: cardOf(course, countsById.get(course.id) ?? noCounts),
        words: foldText(`${course.title} ${course.description}`),
        instructor: foldText(course.instructor.name),
      }))
    const byId = new Map(entries.map((entry) => [entry.course.id, entry]))
    return { stamp, loadedAt, entries, byId, pages: new Map() }
  }

  async function current(): Promise<Snapshot> {
    const stamp = await readStamp()
    if (snapshot) {
      const mayBeKept = stamp === null || snapshot.stamp === stamp
      const spanMs = stamp === null ? keptWhenAloneMs : keptMs
      if (mayBeKept && isRecent(snapshot.loadedAt, spanMs, clock.now())) return snapshot
    }
    const loaded = await load(stamp)
    snapshot = loaded
    return loaded
  }

  function select({ entries }: Snapshot, query: CourseQuery): CoursePage {
    const { category, level, instructor, q, sort, page, limit } = query
    const words = foldText(q ?? '').split(/\s+/)
    const name = foldText(instructor ?? '')
    const selected = entries
      .filter(
        (entry) =>
          (category === undefined || entry.course.category === category) &&
          (level === undefined || entry.course.level === level) &&
          entry.instructor.includes(name) &&
          words.every((word) => entry.words.includes(word)),
      )
      .sort((a, b) => orders[sort](a, b) || byText(b.course.id, a.course.id))
    const total = selected.length
    return {
      items: selected.slice((page - 1) * limit, page * limit).map(({ card }) => card),
      pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
    }
  }

  return {
    /** The same object for the same question until the catalogue changes. */
    async list(query: CourseQuery): Promise<CoursePage> {
      const now = await current()
      const { category, level, instructor, q, sort, page, limit } = query
      const name = JSON.stringify([category, level, instructor, q, sort, page, limit])
      let answer = now.pages.get(name)
      if (!answer) {
        answer = select(now, query)
        if (now.pages.size >= rememberedPages) now.pages.clear()
        now.pages.set(name, answer)
      }
      return answer
    },

    /** The card of a published course as it is now: the same object until it changes. Null when there is none. */
    async find(courseId: string): Promise<Course | null> {
      return (await current()).byId.get(courseId)?.course ?? null
    },

    /** Of those that are published, by their ids. */
    async titlesOf(courseIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const { byId } = await current()
      return new Map(
        courseIds.flatMap((id) => {
          const entry = byId.get(id)
          return entry ? [[id, entry.card.title]] : []
        }),
      )
    },

    /**
     * After a change of a card has been stored: from now on everybody sees it. `courseId`: of what is, or was, published; copies of it
     * in front of us go. Null where only its counts changed, or nobody sees it.
     */
    async changed(courseId: string | null): Promise<void> {
      snapshot = undefined
      try {
        await cache.set(stampKey, ids.next(), stampKeptMs)
      } catch (error) {
        if (!(error instanceof PortUnavailable)) throw error
        log.warn('catalogue_change_not_announced')
      }
      if (courseId !== null) edge.forget(['/api/v1/courses', `/api/v1/courses/${courseId}`])
    },
  }
}

export type Catalogue = ReturnType<typeof createCatalogue>
