import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createTestApp, origin, saysWhen } from '../app.ts'

/** So low that going past it is quick, and all of them unlike each other and the general one. */
const allowed = { auth: 3, forms: 4, shares: 20, certificates: 30 } as const
const environment = {
  RATE_LIMIT_SCALE: '1',
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_AUTH_PER_MINUTE: String(allowed.auth),
  RATE_LIMIT_FORMS_PER_HOUR: String(allowed.forms),
  TRUSTED_PROXY_HOPS: '1',
}
const described = (await createTestApp({ environment })).describe() as {
  paths: Record<string, Record<string, any>>
}
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const limited = operations.filter(({ operation }) => operation['x-rate-limit'] !== undefined)
/** What stands for `{id}`: ids of our shape and of others, each another time. */
const concrete = (path: string, n: number) =>
  path.replaceAll(/\{\w+\}/g, n % 2 === 0 ? `00000000-0000-7000-8000-00000000000${n % 10}` : `other-${n}`)

test('whoever has to wait is told for how long, in one way', async () => {
  const makers: string[] = []
  for (const file of await readdir('src', { recursive: true }))
    if (
      file.endsWith('.ts') &&
      /AppError\(\s*'rate_limited'|defineError\(\s*'rate_limited'/.test(await readFile(`src/${file}`, 'utf8'))
    )
      makers.push(file)
  expect(makers).toEqual(['core/kernel/errors.ts'])
})

describe('a declared limit is in force', () => {
  test('there are some, also on routes with parameters', () => {
    expect(limited.length).toBeGreaterThan(15)
    expect(limited.some(({ path }) => path.includes('{'))).toBe(true)
    expect(Object.keys(allowed)).toEqual(
      expect.arrayContaining([...new Set(limited.map(({ operation }) => operation['x-rate-limit']))]),
    )
  })

  test.each(limited)('$method $path', async ({ method, path, operation }) => {
    const { app } = await createTestApp({ environment })
    const most = allowed[operation['x-rate-limit'] as keyof typeof allowed]
    const send = async (n: number, address = '198.51.100.1') => {
      const headers = { 'x-forwarded-for': address, 'content-type': 'application/json' }
      const body = method === 'GET' ? null : '{}'
      const answer = await app.request(`${origin}${concrete(path, n)}`, { method, headers, body })
      if (answer.status === 429) saysWhen(answer.headers, await answer.json())
      return answer.status
    }
    const statuses: number[] = []
    for (let n = 0; n <= most; n++) statuses.push(await send(n))
    expect(statuses.slice(0, most)).not.toContain(429)
    expect(statuses[most]).toBe(429)
    expect(await send(0, '198.51.100.2')).not.toBe(429)
  })

  test('however the path is spelled', async () => {
    const { app } = await createTestApp({ environment })
    const spellings = ['login', 'log%69n', 'login?a=1', 'l%6Fgin', 'login#x', 'login']
    const statuses: number[] = []
    for (const spelling of spellings) {
      const headers = { 'x-forwarded-for': '198.51.100.1', 'content-type': 'application/json' }
      const url = `${origin}/api/v1/auth/${spelling}`
      statuses.push((await app.request(url, { method: 'POST', headers, body: '{}' })).status)
    }
    const answered = statuses.filter((status) => status !== 404 && status !== 429)
    expect(answered.length).toBeLessThanOrEqual(allowed.auth)
    expect(statuses.at(-1)).toBe(429)
  })
})
