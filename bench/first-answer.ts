import { get } from 'node:http'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'

/* Imports the Node entry that is named, asks it whether it is ready, and prints how long both took together. */

const port = await new Promise<number>((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as { port: number }
    probe.close(() => resolve(port))
  })
})
Object.assign(process.env, { PORT: String(port), HOST: '127.0.0.1' })

const startedAt = performance.now()
await import(pathToFileURL(process.argv[2] ?? '').href)
const status = await new Promise<number | undefined>((resolve, reject) =>
  get(`http://127.0.0.1:${port}/api/readyz`, (answer) => resolve(answer.statusCode)).on('error', reject),
)
console.log(JSON.stringify({ event: 'first_answer', status, ms: performance.now() - startedAt }))
process.kill(process.pid, 'SIGTERM')
