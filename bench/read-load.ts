import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/*
 * The other side of a process that measures what it costs it to answer: who reads, and where its traces are sent. Says
 * where that is, and then after each `Reads` that all were answered. Connections are kept from one to the next, since
 * opening one costs more than what is looked for.
 */

export interface Reads {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly amount: number
}

const connections = 32
const opened = new Map<number, readonly Socket[]>()

/** A server closes those that nobody used for some seconds. */
function socketsTo(port: number): readonly Socket[] {
  const before = opened.get(port) ?? []
  const sockets = Array.from({ length: connections }, (_, at) => {
    const open = before[at]
    if (open && !open.destroyed && !open.readableEnded) return open
    return connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
  })
  opened.set(port, sockets)
  return sockets
}

/** One after the other on this connection, as long as `next` says so. */
function read(socket: Socket, request: string, next: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = ''
    const end = (error?: Error) => {
      socket.off('data', take)
      socket.off('error', end)
      socket.off('close', left)
      if (error) reject(error)
      else resolve()
    }
    const left = () => end(new Error('The connection was closed.'))
    const ask = () => (next() ? void socket.write(request) : end())
    const take = (text: string) => {
      received += text
      const bodyAt = received.indexOf('\r\n\r\n') + 4
      if (bodyAt < 4) return
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1]
      if (!received.startsWith('HTTP/1.1 200 ') || length === undefined) return end(new Error(received))
      if (received.length < bodyAt + Number(length)) return
      received = ''
      ask()
    }
    socket.on('data', take)
    socket.on('error', end)
    socket.on('close', left)
    ask()
  })
}

process.on('message', async ({ port, path, headers, amount }: Reads) => {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}`)
  const request = [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
  let left = amount
  await Promise.all(socketsTo(port).map((socket) => read(socket, request, () => left-- > 0)))
  process.send?.('read')
})
const sink = createServer((incoming, outgoing) => {
  incoming.resume()
  incoming.on('end', () => outgoing.writeHead(200).end('{}'))
})
sink.listen(0, '127.0.0.1', () => process.send?.((sink.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
