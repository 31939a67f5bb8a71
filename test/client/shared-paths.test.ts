import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { isShared } from '../../src/client/shared-paths.ts'
import { createTestApp, origin } from '../app.ts'
import { enrol, publishCourse, signUp, staffMember } from '../core/learning/course-people.ts'

const testApp = await createTestApp()
const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }

test.each(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  ),
)(
  '$method $path is asked for without cookies where it is the same for everybody',
  ({ method, path, operation }) => {
    const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
    expect(isShared(method, concrete)).toBe(operation['x-shared'] === true)
  },
)

const page = 'http://localhost:3000'

/** A page of another site: the browser keeps an answer from it that does not say that it may read it. */
async function setup() {
  const admin = await staffMember(testApp, crypto.randomUUID(), 'admin')
  const { id } = await publishCourse(admin.call, { lessons: 1 })
  const ann = await signUp(testApp, crypto.randomUUID())
  await enrol(ann.call, id)
  const asked: string[] = []
  const client = createClient({
    baseUrl: origin,
    locks: null,
    notes: null,
    expectedUser: () => ann.userId,
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers)
      const isSignedIn = init?.credentials === 'include'
      asked.push(
        `${isSignedIn ? 'with' : 'without'} cookies${headers.has('x-expected-user') ? ', by name' : ''}`,
      )
      if (isSignedIn) headers.set('cookie', [...ann.cookies].map((pair) => pair.join('=')).join('; '))
      headers.set('origin', page)
      const response = await testApp.app.request(String(input), { ...init, headers } as RequestInit)
      const allowed = response.headers.get('access-control-allow-origin')
      const mayRead = isSignedIn
        ? allowed === page && response.headers.get('access-control-allow-credentials') === 'true'
        : allowed === page || allowed === '*'
      if (!mayRead) throw new TypeError('Failed to fetch')
      return response
    },
  })
  return { admin, asked, client, id }
}

test('the catalog and a course are read across sites, and without cookies', async () => {
  const { asked, client, id } = await setup()
  expect((await client.api.v1.courses.$get({ query: {} })).status).toBe(200)
  expect((await client.api.v1.courses[':id'].$get({ param: { id } })).status).toBe(200)
  expect(asked).toEqual(['without cookies', 'without cookies'])
})

test('what only some people see is asked for again, as them', async () => {
  const { admin, asked, client, id } = await setup()
  await admin.call('DELETE', `/api/v1/courses/${id}`)
  expect((await client.api.v1.courses[':id'].$get({ param: { id } })).status).toBe(200)
  expect(asked).toEqual(['without cookies', 'with cookies, by name'])
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
})
