import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { courseRequests, type RequestNote } from './course-requests.model.ts'
import type { CourseRequests } from './course-requests.ts'

export function createRequestsPersonalData(
  { documents }: Needs<'documents'>,
  requests: CourseRequests,
): PersonalData {
  async function notesOf(userId: string): Promise<readonly RequestNote[]> {
    const notes: RequestNote[] = []
    for await (const { value } of walk((after) => requests.notes(userId, { limit: 100, ...after })))
      if (value.kind === 'note') notes.push(value)
    return notes
  }
  return {
    store: courseRequests.name,
    dataClass: 'personal',
    fields: ['courseId', 'requestedAt', 'isDeclined', 'reason'],
    purpose: 'Who asked for a place in a course, in which order, and what was decided.',
    retention:
      'Until there is a place, or they no longer want it; what was declined: for as long as the account exists.',
    collect: async ({ userId }) =>
      (await notesOf(userId)).map(({ id, createdAt, isDeclined, reason }) => ({
        courseId: id,
        requestedAt: createdAt,
        isDeclined,
        reason,
      })),
    async erase({ userId }) {
      for (const { id } of await notesOf(userId)) {
        await documents.remove(courseRequests, { partition: 'tasks', id: `${id}~${userId}` })
        await requests.end(id, userId, null)
      }
      return nothingKept
    },
  }
}
