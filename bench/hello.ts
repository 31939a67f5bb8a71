import { createServer } from 'node:http'

/** The least that answers: what everything else is measured against. */
const body = JSON.stringify({ hello: 'world' })
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as { port: number }).port })),
)
