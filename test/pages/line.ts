import { connect, createServer, type Socket } from 'node:net'

/** The line between a browser and the server: it can be cut, and comes back. */
export async function openLine(): Promise<{
  readonly port: number
  leadTo(port: number): void
  cut(): void
  restore(): void
  close(): Promise<void>
}> {
  const open = new Set<Socket>()
  let target = 0
  let isCut = false
  const server = createServer((near) => {
    if (isCut || target === 0) return void near.destroy()
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '::', () => resolve((server.address() as { port: number }).port)),
  )
  const endAll = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port,
    leadTo(to) {
      target = to
    },
    cut() {
      isCut = true
      endAll()
    },
    restore() {
      isCut = false
    },
    close() {
      endAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
