import { expect, test } from 'vitest'
import { browserOf, createTestApp, person, signedInBrowser } from '../app.ts'
import { staffMember } from '../core/learning/course-people.ts'

/*
 * Which of the things that staff can do ask for a step-up is decided by the harm of doing them with a session that was
 * left open or stolen: what gives somebody power, or takes away what cannot be given back. See docs/security.md.
 */

const testApp = await createTestApp()
const admin = await staffMember(testApp, 'Admin', 'admin')
const ann = await signedInBrowser(testApp)
const stepUpFirst = { status: 403, body: { error: { code: 'step_up_required' } } }

/** Written down, so that a new one is decided about. */
const decided: Readonly<Record<string, 'step-up' | 'by its body' | string>> = {
  'PATCH /api/v1/admin/users/{id}': 'by its body',
  'POST /api/v1/admin/migrate-users': 'step-up',
  'POST /api/v1/admin/service-tokens': 'step-up',
  'PUT /api/v1/admin/users/{id}/legal-hold': 'step-up',
  'DELETE /api/v1/admin/users/{id}/legal-hold': 'step-up',
  'POST /api/v1/admin/users/{id}/recovery': 'step-up',
  'POST /api/v1/admin/users/{id}/recovery/approve': 'step-up',
  'DELETE /api/v1/admin/users/{id}/recovery': 'takes nothing away: the factors stay as they are',
  'DELETE /api/v1/admin/service-tokens/{id}':
    'an emergency: a token that leaked ends at once, and another is made in a minute',
  'POST /api/v1/admin/users/{id}/revoke-sessions': 'an emergency: people sign in again',
  'DELETE /api/v1/admin/users/{id}/sessions/{sessionId}': 'an emergency: that person signs in again',
  'POST /api/v1/admin/courses/import': 'courses, which an admin writes without it too',
  'POST /api/v1/admin/mail/dead-letters/{id}/retry': 'the same mail to the same address',
  'POST /api/v1/admin/mail/dead-letters/retry': 'the same mails to the same addresses',
  'PATCH /api/v1/reports/{id}': 'step-up',
  'PATCH /api/v1/forms/{id}': 'everyday work, and it can be taken back',
  'PUT /api/v1/admin/course-rules': 'recorded, and it can be taken back: what is published stays',
  'POST /api/v1/courses': 'everyday work: nobody sees it before it is published',
  'POST /api/v1/courses/{id}/requests/{userId}/approve':
    'everyday work: a place in a course, which the person can leave',
  'POST /api/v1/courses/{id}/requests/{userId}/decline': 'everyday work: who was declined can ask again',
  'PATCH /api/v1/courses/{id}': 'everyday work, by versions',
  'DELETE /api/v1/courses/{id}': 'whoever takes part goes on: it is archived',
  'POST /api/v1/courses/{id}/publish': 'everyday work, by versions',
  'POST /api/v1/courses/{id}/modules': 'everyday work, by versions',
  'PATCH /api/v1/courses/{id}/modules/{moduleId}': 'everyday work, by versions',
  'DELETE /api/v1/courses/{id}/modules/{moduleId}': 'everyday work, by versions',
  'POST /api/v1/courses/{id}/lessons': 'everyday work, by versions',
  'PUT /api/v1/courses/{id}/lessons/{lessonId}/quiz/results/{userId}':
    'everyday work: another attempt at a quiz, and it can be taken back',
  'PATCH /api/v1/courses/{id}/lessons/{lessonId}': 'everyday work, by versions',
  'DELETE /api/v1/courses/{id}/lessons/{lessonId}': 'everyday work, by versions',
}

test('every change that only staff can make is decided about', () => {
  const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { 'x-roles': roles }]) => method !== 'get' && roles && !roles.includes('user'))
      .map(
        ([method, operation]) =>
          [`${method.toUpperCase()} ${path}`, Boolean(operation['x-step-up'])] as const,
      ),
  )
  expect(found.map(([at]) => at).sort()).toEqual(Object.keys(decided).sort())
  for (const [at, isAsked] of found) expect(isAsked, at).toBe(decided[at] === 'step-up')
})

test('who has not proved again who they are gives nobody a role, and makes nobody active', async () => {
  const patch = (body: object) => admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body })
  for (const body of [
    { role: 'admin' },
    { role: 'mentor' },
    { role: 'user' },
    { role: 'mentor', status: 'suspended' },
    { status: 'active' },
  ])
    expect(await patch(body), JSON.stringify(body)).toMatchObject(stepUpFirst)
  // In an emergency nothing stands in the way.
  expect((await patch({ status: 'suspended' })).status).toBe(200)
  expect((await patch({ mentorId: admin.userId })).status).toBe(200)
  await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
  expect((await patch({ role: 'mentor', status: 'active' })).status).toBe(200)
  testApp.clock.advance(11 * 60_000)
  expect(await patch({ role: 'user' })).toMatchObject(stepUpFirst)
})

test('nor is anything else of the kind done', async () => {
  const stale = browserOf(testApp)
  await stale.call('POST', '/api/v1/auth/login', { body: admin.logIn })
  for (const [at, how] of Object.entries(decided)) {
    if (how !== 'step-up') continue
    const [method = '', path = ''] = at.split(' ')
    const body = { users: [{ email: 'x@example.com', name: 'X' }], name: 'Nightly', scopes: ['forms:read'] }
    const answer = await stale.call(
      method,
      path.replaceAll(/\{\w+\}/g, ann.userId),
      method === 'POST' ? { body } : {},
    )
    expect(answer, at).toMatchObject(stepUpFirst)
  }
})
