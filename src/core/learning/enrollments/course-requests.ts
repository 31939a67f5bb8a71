import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import {
  type CourseRequest,
  courseRequests,
  type PlaceTask,
  type RequestNote,
} from './course-requests.model.ts'

type Kept = CourseRequest | RequestNote | PlaceTask

/** So far back somebody is told where they are. */
const countedPlaces = 1_000

/** What people ask for, kept: the queue of each course, and their own side of it. */
export function createCourseRequests(needs: Needs<'documents' | 'clock' | 'ids'>) {
  const { documents, clock, ids } = needs
  const put = createPutDocument(needs)
  const now = () => new Date(clock.now()).toISOString()

  async function read(courseId: string, userId: string): Promise<CourseRequest | null> {
    const value = (await documents.read(courseRequests, { partition: courseId, id: userId }))?.value
    return value?.kind === 'requested' || value?.kind === 'waiting' ? value : null
  }

  const queue = (
    courseId: string,
    kind: CourseRequest['kind'],
    page: { readonly limit: number; readonly after?: string },
  ) => documents.query(courseRequests, { path: 'byPlace', partition: courseId, equals: { kind }, ...page })

  return {
    read,
    queue,

    /** Once: whoever asks again keeps their place. */
    async ask(courseId: string, userId: string, kind: CourseRequest['kind']): Promise<CourseRequest> {
      const createdAt = now()
      await put<Kept>(courseRequests, { partition: userId, id: courseId }, (known) =>
        known?.kind === 'note' && !known.isDeclined
          ? known
          : {
              id: courseId,
              key: userId,
              kind: 'note',
              place: createdAt,
              isDeclined: false,
              reason: null,
              createdAt,
            },
      )
      const asked: CourseRequest = { id: userId, key: courseId, kind, place: ids.next(), createdAt }
      try {
        await documents.insert(courseRequests, asked)
        return asked
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
        return (await read(courseId, userId)) ?? asked
      }
    },

    /** From now on they get the next place that is free. False where nobody asked. */
    async admit(courseId: string, userId: string): Promise<boolean> {
      const stored = await put<Kept>(courseRequests, { partition: courseId, id: userId }, (known) =>
        known?.kind === 'requested' ? { ...known, kind: 'waiting' } : known,
      )
      return stored !== null
    },

    /** Ends it: what the person sees stays where it was declined. */
    async end(courseId: string, userId: string, declined: { readonly reason: string | null } | null) {
      if (declined)
        await put<Kept>(courseRequests, { partition: userId, id: courseId }, (known) =>
          known?.kind === 'note' ? { ...known, isDeclined: true, reason: declined.reason } : known,
        )
      await documents.remove(courseRequests, { partition: courseId, id: userId })
      if (!declined) await documents.remove(courseRequests, { partition: userId, id: courseId })
    },

    async readNote(userId: string, courseId: string): Promise<RequestNote | null> {
      const value = (await documents.read(courseRequests, { partition: userId, id: courseId }))?.value
      return value?.kind === 'note' ? value : null
    },

    /** What one person asked for, newest first. */
    notes: (userId: string, page: { readonly limit: number; readonly after?: string }) =>
      documents.query(courseRequests, {
        path: 'byPlace',
        partition: userId,
        equals: { kind: 'note' },
        direction: 'desc',
        ...page,
      }),

    async positionOf(request: CourseRequest): Promise<number | null> {
      if (request.kind !== 'waiting') return null
      const { items } = await queue(request.key, 'waiting', { limit: countedPlaces })
      const index = items.findIndex(({ value }) => value.id === request.id)
      return index < 0 ? null : index + 1
    },

    tasks: {
      /** To be looked at in a minute, unless it is done by then. */
      async note(id: string): Promise<void> {
        const place = new Date(clock.now() + 60_000).toISOString()
        await put<Kept>(
          courseRequests,
          { partition: 'tasks', id },
          (known) => known ?? { id, key: 'tasks', kind: 'task', place, createdAt: now() },
        )
      },
      done: (id: string) => documents.remove(courseRequests, { partition: 'tasks', id }),
      async due(): Promise<readonly string[]> {
        const { items } = await documents.query(courseRequests, {
          path: 'byPlace',
          partition: 'tasks',
          equals: { kind: 'task' },
          limit: 100,
        })
        return items.filter(({ value }) => value.place <= now()).map(({ value }) => value.id)
      },
    },
  }
}

export type CourseRequests = ReturnType<typeof createCourseRequests>
