import { describe, expect, test } from 'vitest'
import { createTestApp, person, signedInBrowser } from '../app.ts'
import { marker } from './hostile-input.ts'

/*
 * An address with a part of another shape than ours names what is not there, and is answered like one that names what is
 * gone: 404. What a body or a query says wrong stays 400.
 */

const testApp = await createTestApp({ environment: { TRUSTED_PROXY_HOPS: '1' } })
const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
const other = await signedInBrowser(testApp)
const group = await admin.call('POST', '/api/v1/conversations', {
  body: { type: 'group', participantIds: [other.userId], name: 'Ours' },
})

const parameters = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) =>
    (operation.parameters ?? [])
      .filter((parameter: any) => parameter.in === 'path')
      .map(({ name }: any) => ({ method: method.toUpperCase(), path, name: name as string, operation })),
  ),
)

const odd = [
  '7',
  '0',
  'null',
  'undefined',
  'not-an-id',
  '00000000-0000-7000-8000-00000000fff',
  '00000000-0000-7000-8000-00000000ffffa',
  '00000000-0000-7000-8000-00000000fffg',
  '{00000000-0000-7000-8000-00000000ffff}',
  '000000000000700080000000 0000ffff',
  marker,
  `${marker}.php`,
  '__proto__',
  'constructor',
  '-1',
  '1e3',
  "' OR 1=1",
  'é'.repeat(40),
  'a'.repeat(101),
  'b'.repeat(201),
  'c'.repeat(3_000),
]

/** Ids of our shape, of what is not there; the group is, so that what is in it is looked for. */
function addressOf(path: string, name: string, value: string): string {
  const concrete = path.replace(`{${name}}`, encodeURIComponent(value))
  const isInGroup = concrete.startsWith('/api/v1/conversations/{id}')
  return concrete
    .replace('{id}', isInGroup ? group.body.id : '00000000-0000-7000-8000-00000000ffff')
    .replace('{emoji}', encodeURIComponent('👍'))
    .replace('{receipt}', 'x'.repeat(43))
    .replace(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
}

describe('an address with a part of another shape', () => {
  test('there are many', () => expect(parameters.length).toBeGreaterThan(120))

  test.each(parameters)('$method $path: $name', async ({ method, path, name, operation }) => {
    expect(operation.responses['404'], 'is described').toBeDefined()
    const example = operation.requestBody?.content['application/json'].example
    for (const value of odd) {
      // Whoever guesses codes has to wait: each of these comes from elsewhere.
      const headers = { 'x-forwarded-for': `198.51.100.${odd.indexOf(value)}` }
      const answer = await admin.call(method, addressOf(path, name, value), {
        headers,
        ...(example ? { body: example } : {}),
      })
      const said = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
      expect([answer.status, answer.body?.error?.code ?? 'page'], `${value}: ${said}`).toEqual([
        404,
        path.startsWith('/api/') && !path.endsWith('/page') ? 'not_found' : expect.any(String),
      ])
      expect(said).not.toContain(marker)
    }
  })
})

test('what stands before the address is still said first', async () => {
  const { call } = await signedInBrowser(testApp, { ...person, email: 'ben@example.com' })
  expect((await call('PATCH', '/api/v1/admin/users/7', { body: { role: 'admin' } })).status).toBe(403)
  const anonymous = await testApp.app.request('http://localhost:7071/api/v1/files/7')
  expect(anonymous.status).toBe(401)
  expect((await admin.call('GET', '/api/v1/courses?category=nope')).status).toBe(400)
  expect((await admin.call('DELETE', `/api/v1/conversations/${group.body.id}/members`)).status).toBe(400)
})
