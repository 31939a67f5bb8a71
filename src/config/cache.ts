import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { partsOf } from './connection-string.ts'
import { anyText, isUrlOf, serviceUrl } from './schemas.ts'
import { keptInOneInstance, server } from './server.ts'

const isRedisUrl = isUrlOf(['redis:', 'rediss:'])

/** As the portal of Azure shows it, `host:port,password=…,ssl=True`, or a URL. TLS is what the names of Azure imply. */
export function redisUrlOf(text: string): string | null {
  if (isRedisUrl(text)) return text
  const [address = ''] = text.split(',')
  const parts = partsOf(text, ',')
  const isAzure = /\.redis\.(?:cache\.windows|azure)\.(?:net|us|cn)(?::|$)/.test(address)
  const isTls = parts.has('ssl') ? parts.get('ssl')?.toLowerCase() === 'true' : isAzure
  const password = parts.get('password')
  const account =
    password === undefined
      ? ''
      : `${encodeURIComponent(parts.get('user') ?? '')}:${encodeURIComponent(password)}@`
  const [host = '', port = isTls ? '6380' : '6379'] = address.split(':')
  if (!/^[\w.-]+$/.test(host) || !/^\d{1,5}$/.test(port)) return null
  return `${isTls ? 'rediss' : 'redis'}://${account}${host}:${port}`
}

const asUrl = {
  instead: 'Set REDIS_URL: rediss://user:password@host:port, or redis:// without TLS.',
  unless: ['REDIS_URL', 'UPSTASH_REDIS_REST_URL', 'CACHE'],
} as const

export const cache = area({
  title: 'Cache',
  settings: {
    CACHE: {
      schema: z.enum(['memory', 'upstash', 'redis']),
      says: 'Where counters and short-lived state live. Unset: upstash or redis when their settings are there, otherwise memory, which each process has for itself.',
    },
    UPSTASH_REDIS_REST_URL: {
      schema: serviceUrl,
      example: 'https://eu1-example.upstash.io',
      says: 'The REST address of an Upstash database, from its console. With the token it chooses CACHE=upstash.',
    },
    UPSTASH_REDIS_REST_TOKEN: {
      schema: anyText,
      isSecret: true,
      says: 'The token that the console shows beside the address.',
    },
    REDIS_URL: {
      schema: z.string().refine(isRedisUrl, { message: 'must begin with redis:// or, for TLS, rediss://' }),
      isSecret: true,
      says: 'rediss://user:password@host:port, which chooses CACHE=redis. Azure Managed Redis listens on port 10000.',
    },
    REDIS_AUTH: {
      schema: z.enum(['url', 'entra']),
      fallback: 'url',
      says: 'entra: signs in to Azure Managed Redis as the managed identity, with no password in REDIS_URL.',
    },
  },
  shares: ['REDIS_', 'UPSTASH_REDIS_'],
  olderNames: {
    REDIS_CONNECTION_STRING: {
      becomes: ['REDIS_URL'],
      holds: 'redis://…, rediss://…, or host:port,password=…,ssl=True',
      readAs(text) {
        const url = redisUrlOf(text)
        return url === null ? null : { REDIS_URL: url }
      },
    },
    REDIS_HOST: asUrl,
    REDIS_PORT: asUrl,
  },
  read(values, context) {
    const kind = chooseKind(
      context,
      'CACHE',
      values.CACHE,
      { upstash: ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'], redis: ['REDIS_URL'] },
      'memory',
    )
    if (values.REDIS_AUTH === 'entra' && values.REDIS_URL && new URL(values.REDIS_URL).password)
      context.problem('REDIS_URL', 'holds a password, which REDIS_AUTH=entra replaces')
    if (context.read(server).isDisposable && kind === 'memory')
      context.problem(
        'CACHE',
        keptInOneInstance(
          'memory',
          'Set REDIS_URL, which chooses redis, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN for upstash.',
        ),
      )
    return {
      config: {
        cache: {
          memory: { kind: 'memory' as const },
          upstash: { kind: 'upstash' as const, url: values.UPSTASH_REDIS_REST_URL ?? '' },
          redis: { kind: 'redis' as const, auth: values.REDIS_AUTH },
        }[kind],
      },
      secrets: {
        upstashToken: values.UPSTASH_REDIS_REST_TOKEN ?? '',
        redisUrl: values.REDIS_URL ?? '',
      },
    }
  },
})
