import { createServer } from 'node:http'
import { hash, verify } from '@node-rs/argon2'

/** A route that only verifies a hash, with the default parameters: the ceiling of any login. */
const password = 'SecurePass123!'
const stored = await hash(password, { memoryCost: 19456, timeCost: 2, parallelism: 1 })
const server = createServer(async (_, response) => {
  response.end(String(await verify(stored, password)))
})
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as { port: number }).port })),
)
