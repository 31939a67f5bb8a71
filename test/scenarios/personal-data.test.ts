import { expect, test } from 'vitest'
import { useTarget } from './target.ts'

const { openBrowser } = useTarget()

const ann = { email: 'annabel@example.com', password: 'SecurePass123!', name: 'Annabel' }

/** Asks again until the answer is another one. */
async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isEnough(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('a person takes all of their data along, changes their mind, and is gone in the end', async () => {
  const { call } = openBrowser()
  const visitor = openBrowser()
  expect((await call('POST', '/api/v1/auth/signup', { body: ann })).status).toBe(201)
  expect((await call('GET', '/api/v1/users/me/data-export')).status).toBe(403)
  expect((await call('DELETE', '/api/v1/users/me')).status).toBe(403)
  const stepUp = () => call('POST', '/api/v1/auth/step-up', { body: { password: ann.password } })
  await stepUp()
  expect((await call('GET', '/api/v1/users/me/data-export')).status).toBe(202)
  const ready = await until(
    () => call('GET', '/api/v1/users/me/data-export'),
    ({ status }) => status !== 202,
  )
  expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } })
  expect(ready.body.url).toMatch(/\.zip\?/)

  const first = await call('DELETE', '/api/v1/users/me')
  expect(first.status).toBe(204)
  const receipt = first.headers.get('location') ?? ''
  expect((await visitor.call('GET', receipt)).body.state).toBe('scheduled')
  const logIn = { body: { email: ann.email, password: ann.password } }
  expect((await call('POST', '/api/v1/auth/login', logIn)).status).toBe(403)
  expect((await visitor.call('POST', `${receipt}/cancel`)).body.state).toBe('cancelled')
  expect((await call('POST', '/api/v1/auth/login', logIn)).status).toBe(200)

  await stepUp()
  const second = await call('DELETE', '/api/v1/users/me?immediate=true')
  expect(second.status).toBe(204)
  const { body } = await until(
    () => visitor.call('GET', second.headers.get('location') ?? ''),
    (answer) => answer.body.state === 'done',
  )
  expect(body.steps.done).toHaveLength(body.steps.total)
  expect((await visitor.call('POST', '/api/v1/auth/login', logIn)).status).toBe(401)
  expect((await visitor.call('POST', '/api/v1/auth/signup', { body: ann })).status).toBe(201)
})
