import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEdgeRule } from '../edge-rule.ts'
import { startServer } from '../server.ts'
import { startFrontDoor } from '../stand-ins/front-door.ts'
import { redisServerMissing, startRedisServer } from '../stand-ins/redis-server.ts'

/** Something that not every runtime can do. */
export type Capability =
  | 'image-reencoding'
  | 'sql-server'
  | 'embedded-sockets'
  | 'own-compression'
  | 'reached-directly'

export interface RunningTarget {
  readonly url: string
  /** Every line that it has printed. */
  readonly lines: () => readonly string[]
  /** Whatever a cache before it keeps has run out from now on. Without one there is nothing to do. */
  readonly letCopiesRunOut?: () => void
  readonly stop: () => Promise<void>
}

export interface TargetDefinition {
  /** Why it cannot run on this machine at all. */
  readonly missing: string | null
  /** What it cannot do, each with the reason. Whatever is not named here it does. */
  readonly lacks: Readonly<Partial<Record<Capability, string>>>
  readonly start: (environment: Record<string, string>) => Promise<RunningTarget>
}

const root = join(import.meta.dirname, '../..')
/** Below `node_modules`, so that what is not bundled is found. */
const built = join(root, 'node_modules/.scenarios')
export const builtServer = join(built, 'server')
export const builtWorker = join(built, 'worker')
const functionsHost = join(root, 'test/stand-ins/functions-host.ts')

/** A process on SQLite in a folder of its own. */
async function startOnSqlite(environment: Record<string, string>, program: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'scenario-'))
  const server = await startServer({ DATA_DIR: directory, ...environment }, program)
  return {
    url: server.url,
    lines: () => server.lines,
    async stop() {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Documents, records and cache in services, as a deployment would have them. */
async function startOnServices(environment: Record<string, string>): Promise<RunningTarget> {
  const [{ startProvisionedCosmos }, { startProvisionedAzureSql }] = await Promise.all([
    import('../stand-ins/provisioned-cosmos.ts'),
    import('../stand-ins/provisioned-azure-sql.ts'),
  ])
  const [cosmos, azureSql, redis] = await Promise.all([
    startProvisionedCosmos(),
    startProvisionedAzureSql(),
    startRedisServer(),
  ])
  const services = {
    ...cosmos.environment,
    ...azureSql.environment,
    ...azureSql.signIn,
    CACHE: 'redis',
    REDIS_URL: redis.url,
  }
  const server = await startOnSqlite({ ...environment, ...services }, [join(builtServer, 'entry/node.js')])
  return {
    ...server,
    async stop() {
      await server.stop()
      await Promise.all([cosmos.close(), azureSql.stop(), redis.stop()])
    },
  }
}

const frontDoorId = '11111111-2222-3333-4444-555555555555'

/**
 * Behind Front Door, which caches what the documentation says, also for those who are signed in. Whatever it kept must be what a
 * stranger would have got; else the target fails to stop.
 */
async function startBehindFrontDoor(environment: Record<string, string>): Promise<RunningTarget> {
  const server = await startOnSqlite(
    {
      CLIENT_ADDRESS: 'front-door',
      FRONT_DOOR_ID: frontDoorId,
      ORIGIN_LOCK: 'front-door',
      ...environment,
    },
    [join(builtServer, 'entry/node.js')],
  )
  const rule = readEdgeRule()
  let aheadMs = 0
  const edge = await startFrontDoor({
    origin: server.url,
    id: frontDoorId,
    isCached: (path) => rule.test(path),
    now: () => Date.now() + aheadMs,
  })
  return {
    url: edge.url,
    lines: server.lines,
    letCopiesRunOut: () => {
      aheadMs += 366 * 86_400_000
    },
    async stop() {
      edge.stop()
      await server.stop()
      if (edge.leaks.length > 0)
        throw new Error(`kept for everybody, but not the same: ${edge.leaks.join('; ')}`)
    },
  }
}

async function startOnWorkerd(environment: Record<string, string>): Promise<RunningTarget> {
  const { createTestHarness } = await import('wrangler')
  const harness = createTestHarness({
    root,
    workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir: builtWorker, vars: environment }],
  })
  const { url } = await harness.listen()
  return {
    url: url.origin,
    lines: () => harness.getLogs().map(({ message }) => message),
    stop: () => harness.close(),
  }
}

const onNode: TargetDefinition['lacks'] = {
  'sql-server': 'no SQL Server can be installed from the package registries',
}
const onFunctions: TargetDefinition['lacks'] = {
  ...onNode,
  'embedded-sockets': 'the Functions host passes no WebSocket upgrades on',
}

export const targets = {
  'node-sqlite': {
    missing: null,
    lacks: onNode,
    start: (environment) => startOnSqlite(environment, [join(builtServer, 'entry/node.js')]),
  },
  'node-azure': { missing: redisServerMissing, lacks: onNode, start: startOnServices },
  'functions-rpc': {
    missing: null,
    lacks: onFunctions,
    start: (environment) =>
      startOnSqlite({ ...environment, FUNCTIONS_STREAMING: 'off' }, [functionsHost, builtServer]),
  },
  'functions-stream': {
    missing: null,
    lacks: onFunctions,
    start: (environment) => startOnSqlite(environment, [functionsHost, builtServer]),
  },
  'front-door': {
    missing: null,
    lacks: {
      ...onNode,
      'reached-directly': 'what a request says of the way it came is replaced before the program',
    },
    start: startBehindFrontDoor,
  },
  workerd: {
    missing: null,
    lacks: {
      'image-reencoding': 'the encoder is a native addon',
      'sql-server': 'its driver would send the login in clear: workerd skips TLS on TCP without a word',
      'embedded-sockets': 'sockets of one isolate are not seen by another',
      'own-compression': 'wrangler compresses before the program, as Cloudflare does',
    },
    start: startOnWorkerd,
  },
} as const satisfies Record<string, TargetDefinition>

export type TargetName = keyof typeof targets
