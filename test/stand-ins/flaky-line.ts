import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a server of this machine that breaks each time that so many bytes have gone up it. */
export async function startFlakyLine(targetPort: number, cutAfterBytes: readonly number[]) {
  const sockets = new Set<Socket>()
  const left = [...cutAfterBytes]
  const line = { cuts: 0, sentBytes: 0 }
  const proxy = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
    near.on('data', (bytes: Buffer) => {
      line.sentBytes += bytes.byteLength
      if (left[0] === undefined || line.sentBytes < left[0]) return
      left.shift()
      line.cuts++
      for (const socket of sockets) socket.resetAndDestroy()
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return Object.assign(line, {
    port: (proxy.address() as AddressInfo).port,
    stop() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  })
}
