import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { createCertificate } from '../stand-ins/certificate.ts'

/** What is changed on the way to a server and back. */
interface Changes {
  readonly ask?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders
  readonly answer?: (headers: IncomingHttpHeaders) => void
}

type Handler = Parameters<typeof createServer>[1] & {}

function forwardTo(
  originOf: () => string,
  { ask = (headers) => headers, answer = () => {} }: Changes = {},
): Handler {
  return (request, response) => {
    const { hostname, port } = new URL(originOf())
    const { method, url: path, headers } = request
    const on = send(
      { host: hostname, port, method, path, headers: ask({ ...headers }) },
      (answered: IncomingMessage) => {
        answer(answered.headers)
        response.writeHead(answered.statusCode ?? 502, answered.headers)
        answered.pipe(response)
      },
    )
    on.on('error', () => response.destroy())
    response.on('close', () => on.destroy())
    request.pipe(on)
  }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '::', () => resolve((server.address() as AddressInfo).port)))

const tokenIn = (cookie: string) => /(?:^|; ?)accessToken=([^;]*)/.exec(cookie)?.[1] ?? ''

/**
 * Before the API, as Static Web Apps are in the cloud: whatever a page sends as `Authorization` is overwritten. And the life of
 * access tokens ends when a test wants it to: a browser sends no cookie whose time is over.
 */
export async function openGateway() {
  let origin = ''
  const issued = new Set<string>()
  const over = new Set<string>()
  const server = createServer(
    forwardTo(() => origin, {
      ask(headers) {
        headers.authorization = 'Bearer of-the-gateway.itself'
        const { cookie } = headers
        if (cookie !== undefined && over.has(tokenIn(cookie)))
          headers.cookie = cookie.replace(/(?:^|; ?)accessToken=[^;]*/, '').replace(/^; ?/, '')
        return headers
      },
      answer(headers) {
        for (const cookie of headers['set-cookie'] ?? []) issued.add(tokenIn(cookie))
      },
    }),
  )
  const port = await listen(server)
  return {
    url: `http://localhost:${port}`,
    leadTo(to: string) {
      origin = to
    },
    /** Every access token that was handed out so far has run out. */
    endAccessTokens() {
      for (const token of issued) over.add(token)
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Sites by name, each at a server of its own, behind https: what a browser reaches through `proxy`. */
export async function openSites(sites: Readonly<Record<string, string>>) {
  const sockets = new Set<Socket>()
  const { certificate: cert, privateKey: key } = await createCertificate(Object.keys(sites))
  const targetOf = (request: IncomingMessage) => sites[request.headers.host ?? '']
  const secure = createTlsServer({ key, cert }, (request, response) => {
    const target = targetOf(request)
    if (target === undefined) return void response.writeHead(502).end()
    forwardTo(() => target)(request, response)
  })
  const keep = (near: Socket, far: Socket) => {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
  // Connections of a chat.
  secure.on('upgrade', (request: IncomingMessage, near: Socket, head: Uint8Array) => {
    const target = targetOf(request)
    if (target === undefined) return void near.destroy()
    const far = connect(Number(new URL(target).port), '127.0.0.1', () => {
      const lines = request.rawHeaders.flatMap((name, at, all) =>
        at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : [],
      )
      far.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      far.write(head)
      keep(near, far)
    })
    far.on('error', () => near.destroy())
  })
  const securePort = await listen(secure)
  const proxy = createServer((_, response) => void response.writeHead(502).end())
  proxy.on('connect', (request: IncomingMessage, near: Socket) => {
    const [host = ''] = (request.url ?? '').split(':')
    // Browsers ask their makers for things too.
    if (sites[host] === undefined) return void near.destroy()
    const far = connect(securePort, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      keep(near, far)
    })
    far.on('error', () => near.destroy())
  })
  const port = await listen(proxy)
  return {
    proxy: `localhost:${port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      secure.closeAllConnections()
      secure.close()
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
