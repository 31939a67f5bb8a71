import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createClient } from 'redis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cacheContract, cacheOutageContract } from '../../../test/contracts/cache.contract.ts'
import { createCertificate } from '../../../test/stand-ins/certificate.ts'
import {
  redisServerMissing,
  startBreakableRedisServer,
  startRedisServer,
} from '../../../test/stand-ins/redis-server.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createMemoryLog } from '../memory/log.ts'
import { systemClock } from '../system/clock.ts'
import { createRedisCache } from './cache.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function open(settings: Omit<Parameters<typeof createRedisCache>[0], 'clock' | 'log'>) {
  const log = createMemoryLog()
  const { cache, close } = createRedisCache({ ...settings, clock: systemClock, log })
  return { cache, close, log }
}

const patiently = { timeout: 15_000, interval: 50 }

describe.skipIf(redisServerMissing)(`on Redis${redisServerMissing ? `: ${redisServerMissing}` : ''}`, () => {
  cacheContract('redis', async () => {
    const redis = await startRedisServer()
    const { cache, close } = open({ url: redis.url })
    return {
      cache,
      pass: setTimeout,
      async close() {
        close()
        await redis.stop()
      },
    }
  })

  cacheOutageContract('redis', async () => {
    const redis = await startBreakableRedisServer()
    const { cache, close } = open({ url: redis.url })
    return {
      ...redis,
      cache,
      async close() {
        close()
        await redis.stop()
      },
    }
  })

  test('an outage is logged once, and so is its end', async () => {
    const redis = await startBreakableRedisServer()
    closing.push(redis.stop)
    const { cache, close, log } = open({ url: redis.url })
    closing.push(close)
    await cache.set('key', 'value', 1_000)
    await redis.breakDown('killed')
    await vi.waitFor(() => expect(log.events).not.toHaveLength(0), patiently)
    await redis.repair()
    await vi.waitFor(() => cache.get('key'), patiently)
    expect(log.events.map(({ event }) => event)).toEqual(['cache_connection_lost', 'cache_connection_back'])
  })

  test('a server that starts after it is found', async () => {
    const redis = await startBreakableRedisServer()
    closing.push(redis.stop)
    await redis.breakDown('killed')
    const { cache, close } = open({ url: redis.url })
    closing.push(close)
    await expect(cache.get('key')).rejects.toBeInstanceOf(PortUnavailable)
    await redis.repair()
    await vi.waitFor(() => cache.get('key'), patiently)
  })

  test('rediss is TLS, and only with a certificate that is trusted', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'redis-tls-'))
    closing.push(() => rmSync(directory, { recursive: true }))
    const { certificate, privateKey } = await createCertificate(['127.0.0.1'])
    const [certificateFile, keyFile] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')]
    writeFileSync(certificateFile, certificate)
    writeFileSync(keyFile, privateKey)
    const tls = [
      '--tls-cert-file',
      certificateFile,
      '--tls-key-file',
      keyFile,
      '--tls-ca-cert-file',
      certificateFile,
    ]
    const redis = await startRedisServer({ isTls: true, arguments: [...tls, '--tls-auth-clients', 'no'] })
    closing.push(redis.stop)
    expect(redis.url).toMatch(/^rediss:/)

    const stranger = open({ url: redis.url })
    closing.push(stranger.close)
    await expect(stranger.cache.get('key')).rejects.toBeInstanceOf(PortUnavailable)

    setDefaultCACertificates([...getCACertificates(), certificate])
    const { cache, close } = open({ url: redis.url })
    closing.push(close)
    await cache.set('key', 'value', 1_000)
    expect(await cache.get('key')).toBe('value')
  })

  test('an identity signs in with its token, and with the renewed one after that', async () => {
    const identity = '11111111-2222-3333-4444-555555555555'
    const tokenOf = (number: number) => {
      const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
      return `${part({ alg: 'none' })}.${part({ oid: identity, number })}.signature`
    }
    const accounts = [
      ['--user', 'default', 'off'],
      ['--user', 'admin', 'on', '>admin', '~*', '+@all'],
      ['--user', identity, 'on', `>${tokenOf(1)}`, '~*', '+@all'],
    ]
    const redis = await startRedisServer({ arguments: accounts.flat() })
    closing.push(redis.stop)
    const admin = createClient({ url: redis.url, username: 'admin', password: 'admin' })
    await admin.connect()
    closing.push(() => admin.destroy())

    let issued = 0
    const { cache, close } = open({
      url: redis.url,
      credential: {
        // Renewed after 0.7 of this second.
        getToken: async () => ({ token: tokenOf(++issued), expiresOnTimestamp: Date.now() + 1_000 }),
      },
    })
    closing.push(close)
    await cache.set('key', 'value', 60_000)
    expect(issued).toBe(1)

    // From now on only later tokens open the door, and whoever came in by the first is put out.
    const later = Array.from({ length: 100 }, (_, i) => `>${tokenOf(i + 2)}`)
    await admin.sendCommand(['ACL', 'SETUSER', identity, `<${tokenOf(1)}`, ...later])
    await vi.waitFor(() => expect(issued).toBeGreaterThan(1), patiently)
    await admin.sendCommand(['CLIENT', 'KILL', 'USER', identity])
    await vi.waitFor(async () => expect(await cache.get('key')).toBe('value'), patiently)
  })
})
