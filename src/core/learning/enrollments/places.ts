import { languageOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError, forbidden } from '../../kernel/errors.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Course } from '../courses/courses.model.ts'
import type { Courses } from '../courses/courses.ts'
import {
  type CourseRequest,
  type MemberRequest,
  nobodyAsked,
  type OwnRequest,
  type PlaceRequested,
} from './course-requests.model.ts'
import type { CourseRequests } from './course-requests.ts'
import type { Enrolled } from './enrollments.model.ts'
import type { Learners } from './learners.ts'
import { isActive, type Participation } from './participation.ts'

const capacityOf = ({ capacity }: Course): number | null => capacity ?? null
const needsApproval = ({ enrollmentMode }: Course): boolean => enrollmentMode === 'approval'
/** Not everybody who asks takes part at once. */
const isGated = (course: Course): boolean => capacityOf(course) !== null || needsApproval(course)

const mayTakePart = ({ status, deletion }: User): boolean => status !== 'suspended' && !deletion

/** Getting into courses that have only so many places, or whose staff decide who gets in. */
export function createPlaces(domain: {
  readonly users: Pick<Users, 'read'>
  readonly courses: Courses
  readonly learners: Learners
  readonly participation: Participation
  readonly requests: CourseRequests
  readonly audit: Recording
  readonly mail: Pick<Mailing, 'enqueue'>
}) {
  const { users, courses, learners, participation, requests, audit, mail } = domain

  const readOpen = async (courseId: string): Promise<Course | null> => {
    const course = (await courses.readCourse(courseId))?.value
    return course?.state === 'published' ? course : null
  }

  const answerTo = async (request: CourseRequest): Promise<PlaceRequested> => {
    const position = await requests.positionOf(request)
    return {
      message:
        request.kind === 'requested'
          ? 'You have asked for a place in this course. You will be told what is decided.'
          : 'This course is full. You are on the waiting list, and will be told when there is a place.',
      request: { courseId: request.key, status: request.kind, position },
    }
  }

  /** Has somebody with a place take part, and tells them. Again after a crash in the middle of it. */
  async function complete(courseId: string, userId: string): Promise<void> {
    const task = `${courseId}~${userId}`
    const user = (await users.read(userId))?.value
    const request = await requests.read(courseId, userId)
    const isMember = (await courses.members.read(courseId, userId))?.kind === 'member'
    const hasBegun = isActive(await learners.readEnrolment(userId, courseId))
    // Withdrawn at the same moment, or an attempt to get in that was cut off: the place is free again.
    if (isMember && !request && !hasBegun) await courses.members.remove(courseId, userId)
    else if (user && isMember) {
      try {
        await participation.enrol(user, courseId)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // Nobody keeps a place who cannot take part: the course was archived meanwhile.
        if (error.code !== 'already_enrolled') await courses.members.remove(courseId, userId)
      }
      if (request)
        await mail.enqueue(
          {
            template: 'course_place',
            to: user.email,
            language: languageOf(user),
            greeting: greetingOf(user.name),
          },
          `course_place ${request.place}`,
        )
    }
    if (isMember || !user) await requests.end(courseId, userId, null)
    await requests.tasks.done(task)
  }

  /** The first in line who may take part. Whoever is gone is taken out of it. */
  async function firstOf(
    course: Course,
  ): Promise<{ readonly request: CourseRequest; readonly user: User } | null> {
    // Where nobody has to decide any more, whoever waited for a decision waits for a place.
    const kinds = needsApproval(course) ? (['waiting'] as const) : (['waiting', 'requested'] as const)
    const firsts = await Promise.all(
      kinds.map(async (kind) => {
        const all = walk((after) => requests.queue(course.id, kind, { limit: 50, ...after }))
        for await (const { value } of all) {
          if (value.kind !== kind) continue
          const user = (await users.read(value.id))?.value
          if (!user) await requests.end(course.id, value.id, null)
          else if (mayTakePart(user)) return { request: value, user }
        }
        return null
      }),
    )
    return firsts
      .filter((first) => first !== null)
      .reduce<{ request: CourseRequest; user: User } | null>(
        (least, each) => (least === null || each.request.place < least.request.place ? each : least),
        null,
      )
  }

  /** Gives each free place to who is first in line. Safe at any time, and from several processes at once. */
  async function promote(courseId: string): Promise<void> {
    await requests.tasks.note(courseId)
    for (;;) {
      const course = await readOpen(courseId)
      const first = course ? await firstOf(course) : null
      if (!course || !first) break
      const { request, user } = first
      await requests.tasks.note(`${courseId}~${request.id}`)
      if (!(await courses.seats.take(courseId, user, capacityOf(course)))) {
        await requests.tasks.done(`${courseId}~${request.id}`)
        break
      }
      await complete(courseId, request.id)
    }
    await requests.tasks.done(courseId)
  }

  async function isSeated(learner: User, course: Course): Promise<boolean> {
    const task = `${course.id}~${learner.id}`
    await requests.tasks.note(task)
    const hasSeat = await courses.seats.take(course.id, learner, capacityOf(course))
    if (!hasSeat) await requests.tasks.done(task)
    return hasSeat
  }

  const record = (actor: Actor, caller: Caller, event: string, resource: { type: string; id: string }) =>
    audit.record(caller, { event, actorId: actor.userId, sessionId: actor.sessionId, resource })

  return {
    promote,

    /** A place at once, or one to wait for. Asking again keeps the place in line. */
    async enter(learner: User, courseId: string): Promise<Enrolled | PlaceRequested> {
      if (learner.role === 'guest') throw forbidden()
      const course = await readOpen(courseId)
      if (!course || !isGated(course)) return participation.enrol(learner, courseId, course)
      const enrolment = await learners.readEnrolment(learner.id, courseId)
      if (isActive(enrolment)) return participation.enrol(learner, courseId, course)
      if (!enrolment)
        await participation.requirePrerequisites(
          course,
          (await learners.readStats(learner.id))?.value ?? null,
        )
      const known = await requests.read(courseId, learner.id)
      if (!known && !needsApproval(course)) {
        const { items } = await requests.queue(courseId, 'waiting', { limit: 1 })
        if (items.length === 0 && (await isSeated(learner, course))) {
          const enrolled = await participation.enrol(learner, courseId)
          await requests.tasks.done(`${courseId}~${learner.id}`)
          return enrolled
        }
      }
      const request =
        known ?? (await requests.ask(courseId, learner.id, needsApproval(course) ? 'requested' : 'waiting'))
      // A place may have become free between the look and the request.
      await promote(courseId)
      const left = await requests.read(courseId, learner.id)
      if (left) return answerTo(left)
      const enrolled = await learners.readEnrolment(learner.id, courseId)
      return isActive(enrolled) ? participation.describeEnrolled(enrolled) : answerTo(request)
    },

    /** Out of the course, or out of the line for it; the place goes to the next. */
    async leave(learner: User, courseId: string): Promise<void> {
      const [course, enrolment, note] = await Promise.all([
        courses.readCourse(courseId),
        learners.readEnrolment(learner.id, courseId),
        requests.readNote(learner.id, courseId),
      ])
      const hasQueue = course !== null && isGated(course.value)
      if (hasQueue) await requests.tasks.note(courseId)
      if (note) await requests.end(courseId, learner.id, null)
      if (enrolment || !note) await participation.leave(learner, courseId)
      if (!isActive(await learners.readEnrolment(learner.id, courseId))) {
        const member = await courses.members.read(courseId, learner.id)
        // A place that nobody came to take.
        if (member?.kind === 'member') await courses.members.remove(courseId, learner.id)
      }
      if (hasQueue) await promote(courseId)
    },

    async listOwn(userId: string, { cursor, limit }: CursorQuery): Promise<CursorPage<OwnRequest>> {
      const page = await refusingBadCursors(() =>
        requests.notes(userId, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
      )
      const notes = page.items.flatMap(({ value }) => (value.kind === 'note' ? [value] : []))
      const titles = await courses.titlesOf(notes.map(({ id }) => id))
      const items = await Promise.all(
        notes.map(async ({ id, isDeclined, reason, createdAt }): Promise<readonly OwnRequest[]> => {
          const request = isDeclined ? null : await requests.read(id, userId)
          if (!isDeclined && !request) return []
          return [
            {
              courseId: id,
              title: titles.get(id) ?? '',
              status: request ? request.kind : 'declined',
              position: request ? await requests.positionOf(request) : null,
              reason,
              requestedAt: createdAt,
            },
          ]
        }),
      )
      return pageOf(items.flat(), page.next)
    },

    /** For whoever may change the course: who asked, in the order in which they did. */
    async list(
      actor: Actor,
      courseId: string,
      { cursor, limit, status }: CursorQuery & { readonly status: CourseRequest['kind'] },
      caller: Caller,
    ): Promise<CursorPage<MemberRequest>> {
      await courses.authoring.readOwn(actor, courseId)
      const page = await refusingBadCursors(() =>
        requests.queue(courseId, status, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
      )
      await record(actor, caller, 'course.requests_read', { type: 'course', id: courseId })
      const items = await Promise.all(
        page.items.map(async ({ value: { id, createdAt } }) => ({
          userId: id,
          name: (await users.read(id))?.value.name ?? '',
          status,
          requestedAt: createdAt,
        })),
      )
      return pageOf(items, page.next)
    },

    /** They take part at once, or get the next place that is free. Fine when they do already. */
    async approve(actor: Actor, courseId: string, userId: string, caller: Caller): Promise<void> {
      await courses.authoring.readOwn(actor, courseId)
      if (!(await requests.admit(courseId, userId))) {
        if (isActive(await learners.readEnrolment(userId, courseId))) return
        throw nobodyAsked()
      }
      await record(actor, caller, 'course.request_approved', { type: 'user', id: userId })
      await promote(courseId)
    },

    /** Fine when it was declined before. */
    async decline(
      actor: Actor,
      courseId: string,
      userId: string,
      reason: string | null,
      caller: Caller,
    ): Promise<void> {
      await courses.authoring.readOwn(actor, courseId)
      const request = await requests.read(courseId, userId)
      if (!request) {
        if ((await requests.readNote(userId, courseId))?.isDeclined) return
        throw nobodyAsked()
      }
      await record(actor, caller, 'course.request_declined', { type: 'user', id: userId })
      const user = (await users.read(userId))?.value
      if (user)
        await mail.enqueue(
          {
            template: 'course_request_decided',
            to: user.email,
            language: languageOf(user),
            greeting: greetingOf(user.name),
          },
          `course_request_decided ${request.place}`,
        )
      await requests.end(courseId, userId, { reason })
    },

    /** What was cut off in the middle. */
    async completeDue(): Promise<void> {
      for (const task of await requests.tasks.due()) {
        const [courseId = '', userId] = task.split('~')
        await (userId === undefined ? promote(courseId) : complete(courseId, userId))
      }
    },
  }
}

export type Places = ReturnType<typeof createPlaces>
