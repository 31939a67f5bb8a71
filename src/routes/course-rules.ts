import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { CourseRules } from '../core/learning/courses/course-rules.model.ts'
import type { Courses } from '../core/learning/courses/courses.ts'
import { saying } from '../http/answer-headers.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'

const tags = ['Courses']

const readRules = createRoute({
  method: 'get',
  path: '/',
  operationId: 'readCourseRules',
  tags,
  summary: 'Get the rules for all courses',
  ...onlyFor('admin', 'mentor'),
  responses: { 200: saying(json(CourseRules, 'The rules.'), 'ETag'), ...errors(400, 401, 403) },
})

const changeRules = createRoute({
  method: 'put',
  path: '/',
  operationId: 'changeCourseRules',
  tags,
  summary: 'Set the rules for all courses',
  description:
    'They are asked when a course is published: 409 `conditions_missing` names the lessons. What was published before stays as it is.',
  ...onlyFor('admin'),
  request: body(CourseRules, { areCaptionsRequired: true }),
  responses: {
    200: saying(json(CourseRules, 'As they are now.'), 'ETag'),
    ...errors(400, 401, 403, 409, 413, 415),
  },
})

export const courseRuleRoutes = ({ rules }: Pick<Courses, 'rules'>) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readRules, async (c) => {
      const { value, version } = await rules.read()
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
    .openapi(changeRules, async (c) => {
      const { value, version } = await rules.change(actorOf(c), c.req.valid('json'), c.get('caller'))
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
