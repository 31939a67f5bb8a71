import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { expect, test } from 'vitest'
import { keepPlainHeaders } from './plain-headers.ts'
import type { AppContext, AppEnv } from './request-context.ts'

const answerOf = async (handler: (c: AppContext) => Response | Promise<Response>) => {
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    keepPlainHeaders(c)
    c.header('X-Before', 'yes')
    c.header('Cache-Control', 'no-store')
    await next()
    c.header('X-After', 'yes')
  })
  app.get('/', handler)
  return app.request('/')
}

const cookies = (c: AppContext) => {
  setCookie(c, 'one', '1')
  setCookie(c, 'two', '2')
  return { hello: 'there' }
}

const cases: Record<string, (c: AppContext) => Response | Promise<Response>> = {
  JSON: (c) => c.json({ hello: 'there' }, 200),
  'JSON without a status': (c) => c.json({ hello: 'there' }),
  'JSON that sets cookies while it is made': (c) => c.json(cookies(c), 200),
  'a body': (c) => c.body('hello', 201, { 'Content-Type': 'text/x-own' }),
  'a body with two values under one name': (c) => c.body('hello', 200, { Link: ['<a>', '<b>'] }),
  'no body': (c) => c.body(null, 204),
  text: (c) => c.text('hello', 200, { 'X-More': 'yes' }),
  html: (c) => c.html('<p>hello</p>'),
  'a redirect': (c) => c.redirect('/elsewhere', 303),
  'a header replaced in another spelling, and one taken away': (c) => {
    c.header('cache-control', 'public')
    c.header('X-Before', undefined)
    return c.json({}, 200)
  },
}

test.each(Object.entries(cases))('%s is answered as Hono would', async (_, handler) => {
  const answer = await answerOf(handler)
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.header('X-Before', 'yes')
    c.header('Cache-Control', 'no-store')
    await next()
    c.header('X-After', 'yes')
  })
  app.get('/', handler)
  const own = await app.request('/')
  expect(answer.status).toBe(own.status)
  expect([...answer.headers]).toEqual([...own.headers])
  expect(await answer.text()).toBe(await own.text())
})
