import { serve } from '@hono/node-server'
import { hash, verify } from '@node-rs/argon2'
import { Hono } from 'hono'

/** A bare route that only verifies the password of its body, with the default parameters: the ceiling of any login. */
const stored = await hash('SecurePass123!', { memoryCost: 19456, timeCost: 2, parallelism: 1 })
const app = new Hono().post('/', async (c) => {
  const { password } = await c.req.json<{ password: string }>()
  return c.json({ isRight: await verify(stored, password) })
})
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(JSON.stringify({ port })),
)
