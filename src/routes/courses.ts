import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { notFound } from '../core/kernel/errors.ts'
import { CourseDetail, CoursePage, CourseQuery } from '../core/learning/courses/courses.model.ts'
import type { Courses } from '../core/learning/courses/courses.ts'
import { PlaceRequested } from '../core/learning/enrollments/course-requests.model.ts'
import {
  Enrolled,
  EnrolmentView,
  MoveToVersion,
  Rating,
} from '../core/learning/enrollments/enrollments.model.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import {
  CompleteLesson,
  Lesson,
  LessonCompleted,
  LessonList,
  TimeCounted,
  TimeReport,
} from '../core/learning/enrollments/study.model.ts'
import { say, told } from '../http/language.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isShared,
  json,
  Message,
  optionalBody,
  signedIn,
  takesBeacon,
  unchanged,
} from '../http/route.ts'
import { lookForSession } from '../http/session.ts'
import { sharedJson } from '../http/shared-answer.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Courses']
const CourseId = z.object({ id: z.uuid().meta({ example: examples.courseId }) })
const LessonId = CourseId.extend({ lessonId: z.uuid().meta({ example: examples.lessonId }) })

const listCourses = createRoute({
  method: 'get',
  path: '/',
  operationId: 'listCourses',
  tags,
  summary: 'List courses',
  description: 'The catalog. Counts may be 15 minutes old; everything else is as published. With an `ETag`.',
  ...isShared,
  request: { query: CourseQuery },
  responses: { 200: json(CoursePage, 'A page.'), 304: unchanged, ...errors(400) },
})

const readCourse = createRoute({
  method: 'get',
  path: '/{id}',
  operationId: 'readCourse',
  tags,
  summary: 'Get a course',
  description:
    'With its lessons. One that is archived is shown to who takes part in it, in the version they take, and is no answer to keep for others.',
  ...isShared,
  request: { params: CourseId },
  responses: { 200: json(CourseDetail, 'With an `ETag`.'), 304: unchanged, ...errors(400, 404) },
})

const enrol = createRoute({
  method: 'post',
  path: '/{id}/enroll',
  operationId: 'enroll',
  tags,
  summary: 'Enroll in a course',
  description:
    'Starts the newest version and stays with it. Somebody who returns goes on where they left. Of a course that is full, or whose staff decide, it asks for a place; asking again keeps the place in line.',
  ...signedIn,
  request: { params: CourseId },
  responses: {
    200: json(Enrolled, 'Enrolled.'),
    202: json(PlaceRequested, 'Not yet: the course is full, or staff decide who gets in.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const leave = createRoute({
  method: 'delete',
  path: '/{id}/enroll',
  operationId: 'unenroll',
  tags,
  summary: 'Leave a course',
  description: 'What was reached is kept for a return. Also withdraws the request for a place.',
  ...signedIn,
  request: { params: CourseId },
  responses: { 204: { description: 'Left, even if that was so before.' }, ...errors(400, 401, 403, 404) },
})

const readEnrolment = createRoute({
  method: 'get',
  path: '/{id}/enroll',
  operationId: 'readEnrollment',
  tags,
  summary: 'Get my enrollment',
  description: 'How far I am, where to continue, what is missing, and what a newer version would change.',
  ...signedIn,
  request: { params: CourseId },
  responses: { 200: json(EnrolmentView, 'My enrollment.'), ...errors(400, 401, 403, 404) },
})

const move = createRoute({
  method: 'post',
  path: '/{id}/enroll/move',
  operationId: 'moveToVersion',
  tags,
  summary: 'Move to the newest version of a course',
  description:
    'Lessons that were completed stay completed, and so does the course. 409 when there is an even newer one.',
  ...signedIn,
  request: { params: CourseId, ...body(MoveToVersion, { version: 2 }) },
  responses: {
    200: json(EnrolmentView, 'As it is now.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const listLessons = createRoute({
  method: 'get',
  path: '/{id}/lessons',
  operationId: 'listLessons',
  tags,
  summary: 'List the lessons of a course',
  description: 'Those of the version I am taking, with my completion and why one is locked.',
  ...signedIn,
  request: { params: CourseId },
  responses: {
    200: json(LessonList, 'In order.'),
    ...errors(400, 401, 403, 404),
  },
})

const readLesson = createRoute({
  method: 'get',
  path: '/{id}/lessons/{lessonId}',
  operationId: 'readLesson',
  tags,
  summary: 'Get a lesson',
  description: 'With its content. 403 `not_enrolled`, or `lesson_locked` with what is missing in `details`.',
  ...signedIn,
  request: { params: LessonId },
  responses: { 200: json(Lesson, 'The lesson.'), ...errors(400, 401, 403, 404) },
})

const completeLesson = createRoute({
  method: 'post',
  path: '/{id}/lessons/{lessonId}/complete',
  operationId: 'completeLesson',
  tags,
  summary: 'Complete a lesson',
  description:
    'Completing it again changes nothing. 409 `conditions_missing` names in `details` what is missing first.',
  ...signedIn,
  ...takesBeacon,
  request: {
    params: LessonId,
    ...optionalBody(CompleteLesson, {}),
  },
  responses: { 200: json(LessonCompleted, 'Completed.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const recordTime = createRoute({
  method: 'post',
  path: '/{id}/lessons/{lessonId}/time',
  operationId: 'recordTime',
  tags,
  summary: 'Report time spent on a lesson',
  description:
    'And which parts of the video were watched. Events may arrive twice, late or out of order; time on the clock counts once. What lies in the future, before the enrollment or more than 30 days back does not count, nor what is longer than 4 hours in one event.',
  ...signedIn,
  ...takesBeacon,
  request: {
    params: LessonId,
    ...body(TimeReport, {
      events: [
        {
          startedAt: '2026-03-02T18:00:00.000Z',
          endedAt: '2026-03-02T18:12:30.000Z',
          from: 0,
          to: 720,
        },
      ],
    }),
  },
  responses: { 200: json(TimeCounted, 'As counted.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const rate = createRoute({
  method: 'put',
  path: '/{id}/rating',
  operationId: 'rateCourse',
  tags,
  summary: 'Rate a course',
  description: 'One that I have completed.',
  ...signedIn,
  request: { params: CourseId, ...body(Rating, { rating: 5 }) },
  responses: { 200: json(Message, 'Rated.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

export const courseRoutes = (courses: Courses, enrollments: Enrollments) => {
  const { participation, places, study } = enrollments
  const learnerOf = (c: AppContext) => enrollments.learnerOf(actorOf(c), c.get('session').user)

  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listCourses, async (c) => sharedJson(c, await courses.list(c.req.valid('query'))))
    .openapi(readCourse, async (c) => {
      const { id } = c.req.valid('param')
      const published = await courses.findDetail(id)
      if (published) return sharedJson(c, published)
      await lookForSession(c)
      const actor = c.get('session')?.actor
      if (!actor) throw notFound()
      return c.json(told(c, await participation.readTaken(actor.userId, id)), 200)
    })
    .openapi(enrol, async (c) => {
      const entered = await places.enter(await learnerOf(c), c.req.valid('param').id)
      return 'request' in entered ? c.json(told(c, entered), 202) : c.json(told(c, entered), 200)
    })
    .openapi(leave, async (c) => {
      await places.leave(await learnerOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
    .openapi(readEnrolment, async (c) =>
      c.json(told(c, await participation.read(actorOf(c).userId, c.req.valid('param').id)), 200),
    )
    .openapi(move, async (c) => {
      const { version } = c.req.valid('json')
      return c.json(
        told(c, await participation.move(await learnerOf(c), c.req.valid('param').id, version)),
        200,
      )
    })
    .openapi(listLessons, async (c) =>
      c.json(told(c, await study.listLessons(actorOf(c).userId, c.req.valid('param').id)), 200),
    )
    .openapi(readLesson, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      return c.json(told(c, await study.readLesson(await learnerOf(c), id, lessonId)), 200)
    })
    .openapi(completeLesson, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      return c.json(told(c, await study.complete(await learnerOf(c), id, lessonId, c.req.valid('json'))), 200)
    })
    .openapi(recordTime, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      return c.json(
        told(c, await study.recordTime(await learnerOf(c), id, lessonId, c.req.valid('json'))),
        200,
      )
    })
    .openapi(rate, async (c) => {
      await study.rate(await learnerOf(c), c.req.valid('param').id, c.req.valid('json').rating)
      return c.json({ message: say(c, 'Thank you for rating this course.') }, 200)
    })
}
