import { describe, expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../src/adapters/memory/identity-providers.ts'
import { type Browser, createTestApp, person, type TestApp } from '../app.ts'
import { addPasskey, addTotp } from '../core/accounts/intruder.ts'
import { pdf } from '../core/files/sample-files.ts'
import { uploadFile } from '../core/files/upload.ts'
import { referral } from '../core/forms/form-world.ts'
import { complete, enrol, newCourse, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { chatPeople } from '../core/messaging/chat-people.ts'
import { newBrowser } from '../core/notifications/push-people.ts'

/*
 * Deleting twice is 204: whoever lost the answer asks again, and reads that it is gone. What never was, and what is
 * somebody else's, is told apart from it.
 */

const { app } = await createTestApp()
const deletes = app.openAPIRegistry.definitions.flatMap((definition) =>
  definition.type === 'route' && definition.route.method === 'delete' ? [definition.route.path] : [],
)

async function createWorld() {
  const providers = createMemoryIdentityProviders()
  const testApp = await createTestApp({ ports: () => ({ identityProviders: providers }) })
  const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as unknown as [Person, Person]
  const ada = { ...(await staffMember(testApp, 'Ada', 'admin')), accessToken: '' }
  for (const { call } of [ann, ben, ada])
    await call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
  return { testApp, providers, ann, ben, ada }
}
type World = Awaited<ReturnType<typeof createWorld>>
type Person = Browser & { readonly userId: string }

interface Deletion {
  readonly by: Browser
  readonly path: string
  readonly headers?: Record<string, string>
  /** Who may not, and has to get one of these. */
  readonly stranger?: Browser
}

const post = async (by: Browser, path: string, body?: unknown) => {
  const answer = await by.call('POST', `/api/v1${path}`, body === undefined ? {} : { body })
  expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body
}
const groupOf = async ({ ann, ben }: World): Promise<string> =>
  (await post(ann, '/conversations', { type: 'group', participantIds: [ben.userId], name: 'Ours' })).id
const messageOf = async (world: World, group: string): Promise<string> =>
  (await post(world.ann, `/conversations/${group}/messages`, { text: 'hello' })).id
const draftOf = async ({ ada }: World): Promise<string> => (await post(ada, '/courses', newCourse)).id
const aFile = (testApp: TestApp, by: Browser) =>
  uploadFile(testApp, by, {
    bytes: pdf,
    fileName: 'a.pdf',
    fileType: 'application/pdf',
    category: 'document',
  })

/** What there has to be before each can be asked. */
const prepare: Readonly<Record<string, (world: World) => Promise<Deletion>>> = {
  '/api/v1/auth/sessions': async ({ ann }) => ({ by: ann, path: '/auth/sessions' }),
  '/api/v1/auth/sessions/{id}': async ({ testApp, ann, ben }) => {
    const other = await testApp.app.request('http://localhost:7071/api/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ann@example.com', password: person.password }),
    })
    expect(other.status).toBe(200)
    const { items } = (await ann.call('GET', '/api/v1/auth/sessions')).body
    const { id } = items.find(({ current }: { current: boolean }) => !current)
    return { by: ann, path: `/auth/sessions/${id}`, stranger: ben }
  },
  '/api/v1/auth/mfa/totp': async ({ testApp, ann }) => {
    await addTotp(testApp, ann)
    return { by: ann, path: '/auth/mfa/totp' }
  },
  '/api/v1/auth/passkeys/{id}': async ({ ann, ben }) => ({
    by: ann,
    path: `/auth/passkeys/${(await addPasskey(ann)).id}`,
    stranger: ben,
  }),
  '/api/v1/auth/identities/{id}': async ({ providers, ann, ben }) => {
    await post(ann, '/auth/identities', await providers.authorize('google', { subject: 'ann' }))
    const { items } = (await ann.call('GET', '/api/v1/auth/identities')).body
    return { by: ann, path: `/auth/identities/${items[0].id}`, stranger: ben }
  },
  '/api/v1/users/me/blocks/{userId}': async ({ ann, ben }) => {
    await ann.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`)
    return { by: ann, path: `/users/me/blocks/${ben.userId}` }
  },
  '/api/v1/users/me/avatar': async ({ ann }) => ({ by: ann, path: '/users/me/avatar' }),
  '/api/v1/users/me/shares/{id}': async ({ testApp, ann, ben, ada }) => {
    const { id, lessonIds } = await publishCourse(ada.call, { lessons: 1 })
    await enrol(ann.call, id)
    await complete(ann.call, id, lessonIds[0]!)
    const expiresAt = new Date(testApp.clock.now() + 86_400_000).toISOString()
    const share = await post(ann, '/users/me/shares', { recipientName: 'Dana', courseIds: [id], expiresAt })
    return { by: ann, path: `/users/me/shares/${share.id}`, stranger: ben }
  },
  '/api/v1/notifications/push/devices/{id}': async ({ ann, ben }) => {
    const { publicKey } = (await ann.call('GET', '/api/v1/notifications/push/key')).body
    const device = await newBrowser(publicKey)
    const { body } = await ann.call('PUT', '/api/v1/notifications/push/devices', { body: device })
    return { by: ann, path: `/notifications/push/devices/${body.id}`, stranger: ben }
  },
  '/api/v1/courses/{id}': async (world) => ({
    by: world.ada,
    path: `/courses/${await draftOf(world)}`,
    stranger: world.ann,
  }),
  '/api/v1/courses/{id}/enroll': async ({ ann, ada }) => {
    const { id } = await publishCourse(ada.call, { lessons: 1 })
    await enrol(ann.call, id)
    return { by: ann, path: `/courses/${id}/enroll` }
  },
  '/api/v1/courses/{id}/lessons/{lessonId}': async (world) => {
    const id = await draftOf(world)
    const lesson = await post(world.ada, `/courses/${id}/lessons`, { title: 'One' })
    return { by: world.ada, path: `/courses/${id}/lessons/${lesson.id}`, stranger: world.ann }
  },
  '/api/v1/courses/{id}/modules/{moduleId}': async (world) => {
    const id = await draftOf(world)
    const module = await post(world.ada, `/courses/${id}/modules`, { title: 'One' })
    return { by: world.ada, path: `/courses/${id}/modules/${module.id}`, stranger: world.ann }
  },
  '/api/v1/forms/status/{trackingNumber}': async ({ ann, ben }) => {
    const { trackingNumber, receiptCode } = await post(ann, '/forms/referral', referral)
    const headers = { 'x-receipt-code': receiptCode }
    return { by: ann, path: `/forms/status/${trackingNumber}`, headers, stranger: ben }
  },
  // Takes a referral from among mine: of anybody else’s it says and does nothing.
  '/api/v1/users/me/forms/{id}': async ({ ann }) => {
    const { id, trackingNumber, receiptCode } = await post(ann, '/forms/referral', referral)
    await post(ann, '/users/me/forms', { trackingNumber, receiptCode })
    return { by: ann, path: `/users/me/forms/${id}` }
  },
  '/api/v1/files/{id}': async ({ testApp, ann, ben }) => ({
    by: ann,
    path: `/files/${(await aFile(testApp, ann)).id}`,
    stranger: ben,
  }),
  '/api/v1/conversations/{id}/members': async (world) => ({
    by: world.ann,
    path: `/conversations/${await groupOf(world)}/members?userId=${world.ben.userId}`,
    stranger: world.ada,
  }),
  '/api/v1/conversations/{id}/pins/{messageId}': async (world) => {
    const group = await groupOf(world)
    const message = await messageOf(world, group)
    await world.ann.call('PUT', `/api/v1/conversations/${group}/pins/${message}`)
    return { by: world.ann, path: `/conversations/${group}/pins/${message}`, stranger: world.ada }
  },
  '/api/v1/conversations/{id}/invitations/{invitationId}': async (world) => {
    const group = await groupOf(world)
    const { id } = await post(world.ann, `/conversations/${group}/invitations`, {})
    return { by: world.ann, path: `/conversations/${group}/invitations/${id}`, stranger: world.ada }
  },
  '/api/v1/messages/{id}': async (world) => ({
    by: world.ann,
    path: `/messages/${await messageOf(world, await groupOf(world))}`,
    stranger: world.ada,
  }),
  '/api/v1/messages/{id}/reactions/{emoji}': async (world) => {
    const message = await messageOf(world, await groupOf(world))
    const path = `/messages/${message}/reactions/${encodeURIComponent('👍')}`
    await world.ann.call('PUT', `/api/v1${path}`)
    return { by: world.ann, path, stranger: world.ada }
  },
  '/api/v1/admin/users/{id}/recovery': async ({ testApp, ann, ben, ada }) => {
    await addTotp(testApp, ann)
    await post(ada, `/admin/users/${ann.userId}/recovery`)
    return { by: ada, path: `/admin/users/${ann.userId}/recovery`, stranger: ben }
  },
  '/api/v1/admin/users/{id}/sessions/{sessionId}': async ({ ann, ben, ada }) => {
    const { sessions } = (await ada.call('GET', `/api/v1/admin/users/${ben.userId}`)).body
    return { by: ada, path: `/admin/users/${ben.userId}/sessions/${sessions[0].id}`, stranger: ann }
  },
  '/api/v1/admin/users/{id}/legal-hold': async ({ ann, ben, ada }) => {
    await ada.call('PUT', `/api/v1/admin/users/${ann.userId}/legal-hold`)
    return { by: ada, path: `/admin/users/${ann.userId}/legal-hold`, stranger: ben }
  },
  '/api/v1/admin/service-tokens/{id}': async ({ ann, ada }) => {
    const made = await post(ada, '/admin/service-tokens', { name: 'Nightly', scopes: ['forms:read'] })
    return { by: ada, path: `/admin/service-tokens/${made.id}`, stranger: ann }
  },
}

/** Then there is nobody left who could ask. */
const endsTheSession = ['/api/v1/users/me']

test('every DELETE is tried', () => {
  expect(deletes.filter((path) => !endsTheSession.includes(path)).sort()).toEqual(Object.keys(prepare).sort())
})

describe('deleting twice', () => {
  test.each(Object.entries(prepare))('%s is 204 each time', async (route, begin) => {
    const world = await createWorld()
    const { by, path, headers = {}, stranger } = await begin(world)
    const remove = async (who: Browser, address = path, more = headers) =>
      (await who.call('DELETE', `/api/v1${address}`, { headers: more })).status
    if (stranger) expect([403, 404], 'before').toContain(await remove(stranger, path, {}))
    for (const time of ['first', 'second', 'third']) expect(await remove(by), time).toBe(204)
    world.testApp.clock.advance(5 * 60_000)
    expect(await remove(by), 'later').toBe(204)
    if (stranger) expect([403, 404], 'after').toContain(await remove(stranger, path, {}))
    if (route === '/api/v1/users/me/blocks/{userId}') return
    const [id = ''] = path.match(/[\da-f]{8}-[\da-f-]{27}(?!.*[\da-f]{8}-[\da-f-]{27})/) ?? []
    if (id === '' || path.includes('/enroll')) return
    const never = path.replace(id, '00000000-0000-7000-8000-00000000ffff')
    expect([204, 404], 'what never was').toContain(await remove(by, never))
  })
})
