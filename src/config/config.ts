import type { Runtime, Yield } from './area.ts'
import { areas } from './areas.ts'
import { callers } from './callers.ts'
import { environmentExample, settingsTables } from './describe.ts'
import { kindsOf, settingsInForce } from './in-force.ts'
import { connectionLimitsOf, limits } from './limits.ts'
import { type Merged, merge } from './merge.ts'
import type { Environment } from './names.ts'
import { createReader } from './reader.ts'
import { emulatorKey, realtimeServer } from './realtime-server.ts'
import { server } from './server.ts'
import { publicOriginOf, web } from './web.ts'

/*
 * The only reader of environment values. Three steps: text → settings (all problems reported at once) → secrets, which
 * are kept apart so that the settings can be logged.
 */

type Yields = ReturnType<(typeof areas)[number]['read']>
type Part<K extends string> = Merged<Extract<Yields, Readonly<Record<K, unknown>>>[K]>

/** Where the app hears of connections. */
export const realtimeEventsPath = '/api/v1/realtime/events'

/** Every setting there is. */
export const settings = merge(areas.map((each) => each.settings))

export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Reads the whole configuration. Throws `InvalidConfiguration` with every problem there is, never with a value.
 * `secrets` holds what must not be printed; `config` may be. `warnings` name what is set, looks like a setting and is
 * not read; they hold no values either.
 */
export function readConfig(
  environment: Environment,
  { runtime = 'node' }: { readonly runtime?: Runtime } = {},
) {
  const { read, textOf, problems, warnings } = createReader(environment, areas, runtime)
  const yields = areas.map((each) => read<Yields>(each))
  if (problems.length > 0) throw new InvalidConfiguration(problems)
  // From here on what a chosen kind needs is there; what only another kind would need may be empty.
  const part = <K extends 'config' | 'app' | 'secrets'>(key: K) =>
    merge(yields.flatMap((each: Yield) => each[key] ?? [])) as Part<K>
  const config = part('config')
  const deployment = {
    runtime,
    isProduction: config.isProduction,
    adapters: kindsOf(config),
    settings: settingsInForce(areas, textOf),
  }
  return {
    config: { ...config, app: { ...part('app'), deployment } },
    secrets: part('secrets'),
    warnings,
  }
}

/** Of the server for devices as a process of its own, which needs nothing that the API needs. */
export function readRealtimeServerConfig(environment: Environment) {
  const { read, valuesOf, problem, problems, warnings } = createReader(environment, areas, 'node')
  const { isProduction, config } = read(server)
  const values = valuesOf(realtimeServer)
  const limited = valuesOf(limits)
  const calling = read(callers)
  const publicOrigin = publicOriginOf(valuesOf(web).PUBLIC_URL, config.port)
  if (isProduction && values.REALTIME_KEY === undefined) problem('REALTIME_KEY', 'is needed in production')
  if (problems.length > 0) throw new InvalidConfiguration(problems)
  return {
    host: config.host,
    stopGraceMs: config.stopGraceMs,
    port: values.REALTIME_PORT,
    url: values.REALTIME_URL,
    eventsUrl: values.REALTIME_EVENTS_URL ?? publicOrigin + realtimeEventsPath,
    key: values.REALTIME_KEY ?? emulatorKey,
    log: config.log,
    ...connectionLimitsOf(limited, calling),
    trustedSites: calling.app.trustedSites,
    warnings,
  }
}

export type Config = ReturnType<typeof readConfig>['config']
export type GivenSecrets = ReturnType<typeof readConfig>['secrets']

/** The text of `.env.example`. */
export const describeEnvironment = (): string => environmentExample(areas)

/** The tables of docs/configuration.md. */
export const describeSettings = (): string => settingsTables(areas)
