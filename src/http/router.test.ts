import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { RememberingRouter } from './router.ts'

const app = new Hono({ router: new RememberingRouter() })
let asked = 0
app.use(async (_, next) => {
  asked++
  await next()
})
app.get('/users/me', (c) => c.text('me'))
app.get('/users/me/progress', (c) => c.text('my progress'))
app.get('/users/:id/progress', (c) => c.text(`progress of ${c.req.param('id')}`))
app.post('/users/me', (c) => c.text('changed'))
app.get('/files/*', (c) => c.text(c.req.path))

const answerOf = async (path: string, method = 'GET') => {
  const answer = await app.request(path, { method })
  return answer.status === 200 ? answer.text() : answer.status
}

test('each path finds its own route, however often and in whatever order', async () => {
  asked = 0
  for (let n = 0; n < 3; n++) {
    expect(await answerOf('/users/me')).toBe('me')
    expect(await answerOf('/users/me/progress')).toBe('my progress')
    expect(await answerOf('/users/ann/progress')).toBe('progress of ann')
    expect(await answerOf('/users/bob/progress')).toBe('progress of bob')
    expect(await answerOf('/users/me', 'POST')).toBe('changed')
    expect(await answerOf('/users/me', 'HEAD')).toBe('')
    expect(await answerOf('/files/a')).toBe('/files/a')
    expect(await answerOf('/files/*')).toBe('/files/*')
    expect(await answerOf('/users/nobody')).toBe(404)
    expect(await answerOf('/users/me/progress', 'POST')).toBe(404)
  }
  expect(asked).toBe(30)
})

test('a route added later is found', async () => {
  expect(await answerOf('/later')).toBe(404)
  const growing = new RememberingRouter<string>()
  growing.add('GET', '/a', 'first')
  expect(growing.match('GET', '/a')[0]).toHaveLength(1)
  growing.add('GET', '/a', 'second')
  expect(growing.match('GET', '/a')[0]).toHaveLength(2)
})
