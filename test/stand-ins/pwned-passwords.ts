import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RunningPwnedPasswords {
  /** For `BREACHED_PASSWORDS_URL`. */
  readonly url: string
  /** All that it was told: the line of each request, and its body. */
  readonly asked: readonly string[]
  /** From now on it answers with this; null: never. */
  answerWith(
    fault: { readonly status: number; readonly body?: string; readonly location?: string } | null,
  ): void
  answerAgain(): void
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase()

/**
 * The range API of Pwned Passwords, as documented: five hexadecimal characters and nothing else, a user agent, lines
 * ended by CRLF, and with `Add-Padding` 800 to 1,000 lines of which those that were added were seen 0 times.
 */
export async function startPwnedPasswords(passwords: readonly string[]): Promise<RunningPwnedPasswords> {
  const hashes = passwords.map(sha1)
  const asked: string[] = []
  let port = 0
  let fault: Parameters<RunningPwnedPasswords['answerWith']>[0] | undefined

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`)
    if (fault === null) return
    if (fault) {
      const { status, body = '', location } = fault
      response.writeHead(status, location === undefined ? {} : { location }).end(body)
      return
    }
    const prefix = /^\/range\/([0-9a-fA-F]{5})$/.exec(request.url ?? '')?.[1]?.toUpperCase()
    if (request.method !== 'GET' || prefix === undefined) {
      response.writeHead(400).end('The hash prefix was not in a valid format')
      return
    }
    if (!request.headers['user-agent']) {
      response.writeHead(403).end()
      return
    }
    const known = hashes
      .filter((hash) => hash.startsWith(prefix))
      .map((hash) => `${hash.slice(5)}:${7 + hash.length}`)
    const isPadded = request.headers['add-padding'] === 'true'
    const more = isPadded ? 800 + Math.floor(Math.random() * 200) : 20
    const others = Array.from({ length: more - known.length }, (_, i) => {
      const suffix = randomBytes(18).toString('hex').slice(1).toUpperCase()
      return `${suffix}:${i % 2 && isPadded ? 0 : i + 1}`
    })
    response.writeHead(200, { 'content-type': 'text/plain' }).end([...known, ...others].sort().join('\r\n'))
  }

  const server = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  )
  const listen = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  await listen()
  return {
    url: `http://127.0.0.1:${port}/range`,
    asked,
    answerWith(other) {
      fault = other
    },
    answerAgain() {
      fault = undefined
    },
    async goAway() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    comeBack: listen,
  }
}

/** The line that a range with only this hash seen 0 times would have: what padding may look like. */
export const paddingLine = (password: string): string => `${sha1(password).slice(5)}:0`
