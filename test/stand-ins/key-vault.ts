import { once } from 'node:events'
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createCertificate } from './certificate.ts'

interface Version {
  readonly version: string
  readonly value: string
  readonly attributes: { enabled: boolean; created: number; updated: number; nbf?: number; exp?: number }
}

export interface RunningKeyVault {
  readonly url: string
  /** The way to `url`, for HTTPS_PROXY: the SDK talks to nothing but https and the vault's own domain. */
  readonly proxyUrl: string
  /** The authority to trust. */
  readonly certificate: string
  /** The requests that it let in, as `GET /secrets/…`. */
  readonly served: readonly string[]
  /** Adds a version, as `az keyvault secret set` does; times are ISO. */
  set(
    name: string,
    value: string,
    times?: { createdAt?: string; notBefore?: string; expires?: string },
  ): string
  disable(name: string, version: string): void
  /** Answers the next requests with this instead. */
  fail(times: number, status: number, headers?: Record<string, string>): void
  /** An outage: every connection is cut, and none is taken until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

const hostname = 'tools-inc.vault.azure.net'
const url = `https://${hostname}`
const pageSize = 2
/** One for all: of two authorities with one name a client looks at the first alone. */
const authority = createCertificate([hostname])
const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1000)

/**
 * The part of Azure Key Vault that this project meets: the challenge that tells a client where to get its token, secrets
 * with versions in no order and in pages, and refusals with the vault's own bodies. Accepts `token` and no other.
 */
export async function startKeyVault({ token }: { readonly token: string }): Promise<RunningKeyVault> {
  const secrets = new Map<string, Version[]>()
  const served: string[] = []
  const faults: { status: number; headers: Record<string, string> }[] = []
  let made = 0

  const refuse = (response: ServerResponse, status: number, code: string, headers: object = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { code, message: `The stand-in answers ${code}.` } }))
  }
  function add(name: string, value: string, attributes: Partial<Version['attributes']>): Version {
    // 32 hexadecimal digits in an order that is not the order of making.
    const digits = (BigInt(++made) * 0x9e3779b97f4a7c15f39cc0605cedc835n).toString(16)
    const created = attributes.created ?? seconds(new Date().toISOString())
    const version = {
      version: digits.padStart(32, '0').slice(-32),
      value,
      attributes: { enabled: true, created, updated: created, ...attributes },
    }
    const versions = [...(secrets.get(name) ?? []), version]
    secrets.set(
      name,
      versions.toSorted((a, b) => a.version.localeCompare(b.version)),
    )
    return version
  }
  const describe = (name: string, { version, attributes }: Version) => ({
    id: `${url}/secrets/${name}/${version}`,
    attributes: { recoveryLevel: 'Recoverable+Purgeable', ...attributes },
  })
  async function respond(request: IncomingMessage, response: ServerResponse) {
    const fault = faults.shift()
    if (fault) return refuse(response, fault.status, 'Injected', fault.headers)
    if (request.headers.authorization !== `Bearer ${token}`) {
      const where =
        'authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'
      return refuse(response, 401, 'Unauthorized', { 'www-authenticate': `Bearer ${where}` })
    }
    const { pathname, searchParams } = new URL(request.url ?? '', url)
    served.push(`${request.method} ${pathname}`)
    const answer = (body: object) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const [, collection, name = '', version] = pathname.split('/')
    const versions = secrets.get(name)
    if (collection !== 'secrets' || !searchParams.has('api-version'))
      return refuse(response, 400, 'BadParameter')
    if (request.method === 'PUT') {
      const { value, attributes } = JSON.parse(await text(request))
      return answer({ value, ...describe(name, add(name, value, attributes)) })
    }
    if (!versions) return refuse(response, 404, 'SecretNotFound')
    if (version === 'versions') {
      const from = Number(searchParams.get('$skiptoken') ?? 0)
      const hasMore = from + pageSize < versions.length
      const next = `${url}${pathname}?api-version=${searchParams.get('api-version')}&$skiptoken=${from + pageSize}`
      const page = versions.slice(from, from + pageSize).map((entry) => describe(name, entry))
      return answer({ value: page, nextLink: hasMore ? next : null })
    }
    const found = versions.find((entry) => entry.version === version)
    if (!found) return refuse(response, 404, 'SecretNotFound')
    if (request.method === 'PATCH') {
      Object.assign(found.attributes, JSON.parse(await text(request)).attributes)
      return answer(describe(name, found))
    }
    if (!found.attributes.enabled) return refuse(response, 403, 'Forbidden')
    answer({ value: found.value, ...describe(name, found) })
  }

  const { certificate, privateKey } = await authority
  const server = createServer({ cert: certificate, key: privateKey }, respond).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = createProxy().listen(0, '127.0.0.1')
  const tunnels = new Set<Duplex>()
  proxy.on('connect', (_request, client: Duplex) => {
    const tunnel = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      tunnel.pipe(client).pipe(tunnel)
    })
    for (const [end, other] of [
      [client, tunnel],
      [tunnel, client],
    ] as const) {
      tunnels.add(end)
      end
        .on('error', () => other.destroy())
        .on('close', () => {
          tunnels.delete(end)
          other.destroy()
        })
    }
  })
  await once(proxy, 'listening')
  const pause = async () => {
    server.close()
    for (const end of tunnels) end.destroy()
    await once(server, 'close')
  }

  return {
    url,
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    certificate,
    served,
    set: (name, value, { createdAt = '2026-01-01T00:00:00Z', notBefore, expires } = {}) =>
      add(name, value, {
        created: seconds(createdAt),
        ...(notBefore && { nbf: seconds(notBefore) }),
        ...(expires && { exp: seconds(expires) }),
      }).version,
    disable(name, version) {
      const found = secrets.get(name)?.find((entry) => entry.version === version)
      if (!found) throw new Error(`there is no version ${version} of ${name}`)
      found.attributes.enabled = false
    },
    fail(times, status, headers = {}) {
      for (let i = 0; i < times; i++) faults.push({ status, headers })
    },
    pause,
    async resume() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async stop() {
      if (server.listening) await pause()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
