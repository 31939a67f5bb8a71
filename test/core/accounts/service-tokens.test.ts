import { describe, expect, test } from 'vitest'
import { serviceTokens } from '../../../src/core/accounts/service-tokens/service-tokens.model.ts'
import { type Browser, browserOf, createTestApp, person, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'
import { staffMember } from '../learning/course-people.ts'

const tokensPath = '/api/v1/admin/service-tokens'
const stepUp = (browser: Browser) =>
  browser.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
const make = async (browser: Browser, scopes: readonly string[] = ['forms:read']) => {
  await stepUp(browser)
  const answer = await browser.call('POST', tokensPath, { body: { name: 'Nightly', scopes } })
  expect(answer).toMatchObject({ status: 201, body: { isRefused: false } })
  return answer.body as { readonly id: string; readonly token: string }
}
const uses: readonly (readonly [scope: string, path: string])[] = [
  ['forms:read', '/api/v1/forms'],
  ['forms:content', '/api/v1/forms'],
  ['reports:read', '/api/v1/reports/forms'],
  ['metrics:read', '/metrics'],
]
const statusOf = async (testApp: TestApp, token: string, path = '/api/v1/forms') =>
  (await browserOf(testApp).call('GET', path, { headers: { authorization: `Bearer ${token}` } })).status

const endings: Readonly<
  Record<string, (testApp: TestApp, by: Browser, maker: Browser & { userId: string }) => Promise<unknown>>
> = {
  'is demoted': (_, by, { userId }) =>
    by.call('PATCH', `/api/v1/admin/users/${userId}`, { body: { role: 'mentor' } }),
  'is suspended': (_, by, { userId }) =>
    by.call('PATCH', `/api/v1/admin/users/${userId}`, { body: { status: 'suspended' } }),
  async 'asks to be deleted'(_, __, maker) {
    await stepUp(maker)
    return maker.call('DELETE', '/api/v1/users/me')
  },
  async 'is erased'(testApp, _, maker) {
    await stepUp(maker)
    await maker.call('DELETE', '/api/v1/users/me?immediate=true')
    await testApp.settled()
    testApp.clock.advance(60_000)
    return testApp.runJob('erase-accounts')
  },
  'is unmade by the command': (testApp) => testApp.administration.administrators.revoke('maker@example.org'),
}

describe('whoever made a token', () => {
  test.each(Object.entries(endings))('%s: from the next request on the token is refused', async (_, end) => {
    const testApp = await createTestApp()
    const by = await staffMember(testApp, 'Boss', 'admin')
    await stepUp(by)
    const maker = await staffMember(testApp, 'Maker', 'admin')
    const tokens = []
    for (const [scope, path] of uses) {
      const { token } = await make(maker, [scope])
      expect(await statusOf(testApp, token, path)).toBe(200)
      tokens.push({ token, path })
    }
    await end(testApp, by, maker)
    for (const { token, path } of tokens) expect(await statusOf(testApp, token, path)).toBe(401)
    const { items } = (await browserOf(testApp).call('GET', tokensPath, { headers: {} })).body
    expect(items).toBeUndefined()
  })

  test('is not one any more: the list says which tokens are refused; is one again: they are not', async () => {
    const testApp = await createTestApp()
    const by = await staffMember(testApp, 'Boss', 'admin')
    const maker = await staffMember(testApp, 'Maker', 'admin')
    const own = await make(by)
    const { id, token } = await make(maker)
    const list = async () => {
      const { items } = (await by.call('GET', tokensPath)).body
      return Object.fromEntries(items.map((item: any) => [item.id, item.isRefused]))
    }
    const patch = (body: object) => by.call('PATCH', `/api/v1/admin/users/${maker.userId}`, { body })
    expect(await list()).toEqual({ [own.id]: false, [id]: false })
    await patch({ status: 'suspended' })
    expect(await list()).toEqual({ [own.id]: false, [id]: true })
    expect(await statusOf(testApp, own.token)).toBe(200)
    await patch({ status: 'active' })
    expect(await list()).toEqual({ [own.id]: false, [id]: false })
    expect(await statusOf(testApp, token)).toBe(200)
  })

  test('is erased: the token is gone, and those of others are not', async () => {
    const testApp = await createTestApp()
    const by = await staffMember(testApp, 'Boss', 'admin')
    const maker = await staffMember(testApp, 'Maker', 'admin')
    const own = await make(by)
    await make(maker)
    await endings['is erased']?.(testApp, by, maker)
    const { items } = await testApp.ports.documents.scan(serviceTokens)
    expect(items.map(({ value }) => value.id)).toEqual([own.id])
  })
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])(
  'on two processes on %s',
  (kind) => {
    test('a token that one process has just let in is refused by it once its maker was demoted on the other', async () => {
      const { one, two, close } = await startTwoProcesses(kind)
      try {
        const by = await staffMember(one, 'Boss', 'admin')
        await stepUp(by)
        const maker = await staffMember(one, 'Maker', 'admin')
        const { token } = await make(maker)
        expect(await statusOf(two, token)).toBe(200)
        await by.call('PATCH', `/api/v1/admin/users/${maker.userId}`, { body: { role: 'user' } })
        const answers = await Promise.all(
          Array.from({ length: 30 }, (_, i) => statusOf(i % 2 ? one : two, token)),
        )
        expect(new Set(answers)).toEqual(new Set([401]))
      } finally {
        await close()
      }
    })
  },
)
