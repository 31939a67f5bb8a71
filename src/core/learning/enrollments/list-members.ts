import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { Mentors } from '../mentors/mentors.ts'
import { completedOf, percentageOf } from './conditions.ts'
import type { Learners } from './learners.ts'
import type { MemberProgress, MemberQuery } from './member-list.model.ts'
import { timeSpentOf } from './time-shown.model.ts'
import { secondsOf } from './time-spent.ts'

/**
 * Who takes part in a course, and how far they are: an admin sees everybody, a mentor those assigned to them, also in a
 * course that the mentor wrote. Progress is somebody's own, and having written a course lets nobody see it. Each person
 * who is shown is recorded, as when their progress is read alone.
 */
export const createListMembers =
  ({
    courses,
    mentors,
    learners,
    audit,
  }: {
    readonly courses: Pick<Courses, 'readCourse' | 'members'>
    readonly mentors: Pick<Mentors, 'listLearners'>
    readonly learners: Pick<Learners, 'readEnrolment'>
    readonly audit: Recording
  }) =>
  async (
    actor: Actor,
    courseId: string,
    { cursor, limit, completed }: MemberQuery,
    caller: Caller,
  ): Promise<CursorPage<MemberProgress>> => {
    const course = (await courses.readCourse(courseId))?.value
    const isOpenTo = actor.role === 'admin' || course?.state !== 'draft' || course.authorId === actor.userId
    if (!course || !isOpenTo) throw notFound()
    const paging = { limit, ...(cursor === undefined ? {} : { after: cursor }) }
    const page = await refusingBadCursors(async () =>
      actor.role === 'admin'
        ? courses.members.list(courseId, paging)
        : mentors.listLearners(actor.userId, paging),
    )
    const found = await Promise.all(
      page.items.map(async ({ value: { id, name, avatar } }): Promise<readonly MemberProgress[]> => {
        const enrolment = await learners.readEnrolment(id, courseId)
        if (enrolment?.state !== 'active') return []
        if (completed !== undefined && completed !== (enrolment.completedAt !== null)) return []
        return [
          {
            userId: id,
            name,
            avatar,
            enrolledAt: enrolment.createdAt,
            progress: percentageOf(enrolment),
            completedLessons: completedOf(enrolment).length,
            totalLessons: enrolment.lessonIds.length,
            completedAt: enrolment.completedAt,
            lastAccessedAt: enrolment.lastAccessedAt,
            ...timeSpentOf(secondsOf(enrolment.time)),
            version: enrolment.version,
          },
        ]
      }),
    )
    const items = found.flat()
    for (const { userId } of items)
      await audit.record(caller, {
        event: 'progress.read',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: userId },
        reason: 'course_members',
      })
    return pageOf(items, page.next)
  }
