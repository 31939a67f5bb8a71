import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What becomes of one request. */
export type Fate =
  | 'pass'
  /** It is done, and the connection breaks before the answer. */
  | 'lose'
  /** Nothing comes back, and nothing breaks. */
  | 'swallow'
  /** Never gets there. */
  | 'reset'
  /** Somebody in between answers. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** A status: refused with it; `handshake`: nothing but the answer to the upgrade gets through. */
export type UpgradeFate = 'pass' | 'swallow' | 'handshake' | number

const signInPage = '<!doctype html><title>Free WiFi</title><p>Please sign in to this network.</p>'

/**
 * A network as people have it, between a client and a server of this machine: real TCP, in which requests, answers and
 * connections come to harm as the test says.
 */
export async function startBadNetwork() {
  let target = 0
  const open = new Set<Socket>()
  /** A router forgot them: both ends think that they are open. */
  const forgotten = new WeakSet<Socket>()
  const network = {
    fate: (_request: IncomingMessage): Fate => 'pass',
    upgrade: (_request: IncomingMessage): UpgradeFate => 'pass',
    latencyMs: 0,
    /** Method and path of each that came. */
    seen: [] as string[],
  }

  function pass(incoming: IncomingMessage, response: ServerResponse, isLost: boolean): void {
    const { method, url: path, headers } = incoming
    const onward = request({ port: target, host: '127.0.0.1', method, path, headers }, (answer) => {
      if (isLost) {
        answer.resume()
        answer.on('end', () => incoming.socket.destroy())
        return
      }
      setTimeout(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      }, network.latencyMs)
    })
    onward.on('error', () => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    })
    incoming.pipe(onward)
  }

  const proxy = createServer((incoming, response) => {
    network.seen.push(`${incoming.method} ${incoming.url?.split('?')[0]}`)
    if (forgotten.has(incoming.socket)) return void incoming.resume()
    const fate = network.fate(incoming)
    if (fate === 'pass' || fate === 'lose') return pass(incoming, response, fate === 'lose')
    incoming.resume()
    if (fate === 'swallow') return
    if (fate === 'reset') return void incoming.socket.resetAndDestroy()
    const { status, headers = { 'content-type': 'text/html' }, body = signInPage } = fate
    response.writeHead(status, headers).end(body)
  })

  proxy.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  proxy.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    const fate = network.upgrade(incoming)
    network.seen.push(`UPGRADE ${fate}`)
    if (fate === 'swallow') return
    if (typeof fate === 'number')
      return void near.end(`HTTP/1.1 ${fate} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    const far = connect(target, '127.0.0.1', () => {
      const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}`)
      far.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      if (head.length > 0) far.write(head)
    })
    open.add(far)
    far.on('error', () => near.destroy())
    far.on('close', () => {
      open.delete(far)
      if (!forgotten.has(near)) near.destroy()
    })
    near.on('close', () => far.destroy())
    far.on('data', (bytes: Buffer) => {
      if (forgotten.has(near)) return
      if (fate === 'pass') return void near.write(bytes)
      const end = bytes.indexOf('\r\n\r\n')
      if (end >= 0) near.write(bytes.subarray(0, end + 4))
    })
    near.on('data', (bytes: Buffer) => {
      if (fate === 'pass' && !forgotten.has(near)) far.write(bytes)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return Object.assign(network, {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    leadTo(url: string) {
      target = Number(new URL(url).port)
    },
    /** What is open goes on looking open, and nothing gets through it any more. */
    forget() {
      for (const socket of open) forgotten.add(socket)
    },
    async stop() {
      for (const socket of open) socket.destroy()
      proxy.closeAllConnections()
      await new Promise((resolve) => proxy.close(resolve))
    },
  })
}

export type BadNetwork = Awaited<ReturnType<typeof startBadNetwork>>
