import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { AdminUserQuery, AdminUserView } from '../core/accounts/users/users.model.ts'
import { inLanguage } from '../core/kernel/messages/said.ts'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import { LearnerSummary, ProgressView } from '../core/learning/enrollments/enrollments.model.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import type { Administration } from '../core/people/administration/administration.ts'
import { AdminUserDetail, UpdateUser } from '../core/people/administration/person.model.ts'
import type { Audit } from '../core/platform/audit/audit.ts'
import { Activity } from '../core/platform/audit/read-activity.ts'
import { answerIn } from '../http/language.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor, signedIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const UserId = z.object({ id: z.uuid().meta({ example: examples.otherUserId }) })

const toldProgress = (c: AppContext, { achievements, ...progress }: ProgressView) => ({
  ...progress,
  achievements: achievements.map((each) => ({
    ...each,
    title: inLanguage(each.title, answerIn(c)),
    description: inLanguage(each.description, answerIn(c)),
  })),
})

const readMyProgress = createRoute({
  method: 'get',
  path: '/users/me/progress',
  operationId: 'readMyProgress',
  tags: ['Users'],
  summary: 'Get my progress',
  ...signedIn,
  responses: { 200: json(ProgressView, 'Courses by id, achievements, totals.'), ...errors(401, 403) },
})

const listMyActivity = createRoute({
  method: 'get',
  path: '/users/me/activity',
  operationId: 'listMyActivity',
  tags: ['Users'],
  summary: 'List my activity',
  description: 'As the audit log has it, newest first.',
  ...signedIn,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(Activity), 'A page.'), ...errors(400, 401, 403) },
})

const readLearnerProgress = createRoute({
  method: 'get',
  path: '/users/{id}/progress',
  operationId: 'readLearnerProgress',
  tags: ['Users'],
  summary: 'Get the progress of a learner',
  description: 'For the assigned mentor and for administrators. Each look is recorded.',
  ...onlyFor('mentor', 'admin'),
  request: { params: UserId },
  responses: { 200: json(ProgressView, 'As the learner sees it.'), ...errors(400, 401, 403, 404) },
})

const listLearners = createRoute({
  method: 'get',
  path: '/mentor/learners',
  operationId: 'listLearners',
  tags: ['Users'],
  summary: 'List my learners',
  description: 'Those who are assigned to me, by name. Each look is recorded.',
  ...onlyFor('mentor', 'admin'),
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(LearnerSummary), 'A page.'), ...errors(400, 401, 403) },
})

const listUsers = createRoute({
  method: 'get',
  path: '/admin/users',
  operationId: 'listUsers',
  tags: ['Admin'],
  summary: 'List accounts',
  description:
    'In no particular order. A filtered page may hold fewer than its limit, or nothing, and still have a next one.',
  ...onlyFor('admin'),
  request: { query: AdminUserQuery },
  responses: { 200: json(cursorPage(AdminUserView), 'A page.'), ...errors(400, 401, 403) },
})

const readUser = createRoute({
  method: 'get',
  path: '/admin/users/{id}',
  operationId: 'readUser',
  tags: ['Admin'],
  summary: 'Get an account',
  description:
    'What it may do, what signs in to it, where it is signed in, and what stands in its way. Each look is recorded, and told to the person among their disclosures.',
  ...onlyFor('admin'),
  request: { params: UserId },
  responses: { 200: json(AdminUserDetail, 'As it is now.'), ...errors(400, 401, 403, 404) },
})

const revokeUserSession = createRoute({
  method: 'delete',
  path: '/admin/users/{id}/sessions/{sessionId}',
  operationId: 'revokeUserSession',
  tags: ['Admin'],
  summary: 'Sign somebody out of one device',
  ...onlyFor('admin'),
  request: {
    params: UserId.extend({ sessionId: z.uuid().meta({ example: examples.sessionId }) }),
  },
  responses: { 204: { description: 'It has ended.' }, ...errors(400, 401, 403, 404, 413, 415) },
})

const updateUser = createRoute({
  method: 'patch',
  path: '/admin/users/{id}',
  operationId: 'updateUser',
  tags: ['Admin'],
  summary: 'Change the role, status or mentor of an account',
  description:
    'A new role or status ends every session of the person. 403 for one’s own role or status; a role, and the status `active`, need a step-up. 409 `last_administrator` where nobody else would be one.',
  ...onlyFor('admin'),
  request: {
    params: UserId,
    ...body(UpdateUser, { role: 'user', status: 'active', mentorId: null }),
  },
  responses: { 200: json(AdminUserView, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const revokeUserSessions = createRoute({
  method: 'post',
  path: '/admin/users/{id}/revoke-sessions',
  operationId: 'revokeUserSessions',
  tags: ['Admin'],
  summary: 'Sign somebody out everywhere',
  ...onlyFor('admin'),
  request: { params: UserId },
  responses: {
    204: { description: 'Every session has ended.' },
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

export const peopleRoutes = (enrollments: Enrollments, administration: Administration, audit: Audit) => {
  const { reading } = enrollments
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readMyProgress, async (c) =>
      c.json(
        toldProgress(
          c,
          await reading.progressOf(await enrollments.learnerOf(actorOf(c), c.get('session').user)),
        ),
        200,
      ),
    )
    .openapi(listMyActivity, async (c) =>
      c.json(await audit.readActivity(actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(readLearnerProgress, async (c) =>
      c.json(
        toldProgress(
          c,
          await reading.progressOfLearner(actorOf(c), c.req.valid('param').id, c.get('caller')),
        ),
        200,
      ),
    )
    .openapi(listLearners, async (c) =>
      c.json(await reading.listLearners(actorOf(c), c.req.valid('query'), c.get('caller')), 200),
    )
    .openapi(listUsers, async (c) => c.json(await administration.list(c.req.valid('query')), 200))
    .openapi(readUser, async (c) =>
      c.json(await administration.read(actorOf(c), c.req.valid('param').id, c.get('caller')), 200),
    )
    .openapi(revokeUserSession, async (c) => {
      const { id, sessionId } = c.req.valid('param')
      await administration.revokeSession(actorOf(c), id, sessionId, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(updateUser, async (c) => {
      const { id } = c.req.valid('param')
      const change = c.req.valid('json')
      const isGivingPower = change.role !== undefined || change.status === 'active'
      if (isGivingPower) c.get('auth').stepUp.require(c.get('session').session)
      return c.json(await administration.update(actorOf(c), id, change, c.get('caller')), 200)
    })
    .openapi(revokeUserSessions, async (c) => {
      await administration.revokeSessions(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
}
