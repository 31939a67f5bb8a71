import { demoPassword, demoStaff, seedDemo } from '../entry/demo.ts'
import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { AnotherSetIsThere, type Filled, fillStore } from './seed/fill-store.ts'
import { readOptions, type SeedOptions } from './seed/options.ts'
import { createProgress } from './seed/progress.ts'
import { InvalidSizes, type Sizes, sizesFrom, usage } from './seed/sizes.ts'

const interrupted = 130

function fail(problems: readonly string[], hint: string): never {
  for (const problem of problems) console.error(problem)
  console.error(hint)
  process.exit(1)
}

function optionsOf(args: readonly string[]): SeedOptions {
  try {
    return readOptions(args, Date.now())
  } catch (error) {
    if (error instanceof InvalidSizes) fail(error.problems, 'npm run seed -- --help lists what there is.')
    throw error
  }
}

if (process.env['NODE_ENV'] === 'production') {
  console.error('The demonstration accounts have a published password and are refused in production.')
  process.exit(1)
}
const options = optionsOf(process.argv.slice(2))
if (options.isHelpWanted) {
  console.log(usage)
  process.exit(0)
}
const { config, secrets } = readConfig(process.env)
const sizes: Sizes | null = (() => {
  try {
    return options.given && sizesFrom(options.given, config.app.auth)
  } catch (error) {
    if (error instanceof InvalidSizes) fail(error.problems, 'npm run seed -- --help lists what there is.')
    throw error
  }
})()

const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { created, found } = await seedDemo(ports, createApp(ports, config.app), config.app.http.publicOrigin)
await defer.settled()
console.log(`${created} accounts created, ${found} already existed.`)

const said: Readonly<Record<Filled['outcome'], string>> = {
  filled: 'The store is filled',
  continued: 'The store is filled: this run went on where an earlier one had stopped',
  'was there': 'Nothing to do: this set was there already',
  stopped: 'Stopped. The same command goes on from here',
}

if (sizes) {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  const progress = createProgress(process.stderr, Date.now)
  try {
    const { outcome } = await fillStore(ports, {
      sizes,
      seed: options.seed,
      untilMs: options.untilMs,
      settings: config.app,
      passwordHash: await ports.hasher.hash(demoPassword),
      isElsewhere: {
        documents: config.documents.kind === 'cosmos',
        records: config.records.kind === 'mssql',
      },
      signal: stopping.signal,
      progressed: progress.show,
    })
    progress.end()
    console.log(
      `${said[outcome]} (${Object.entries(sizes)
        .map(([name, n]) => `${name} ${n}`)
        .join(', ')}).`,
    )
    if (outcome === 'stopped') process.exitCode = interrupted
    else
      console.log(
        `Everybody in it, from person1@seed-${options.seed}.example.org on, has the password below.`,
      )
  } catch (error) {
    progress.end()
    if (error instanceof AnotherSetIsThere) {
      console.error(error.message)
      process.exitCode = 1
    } else reportFailedStart(error)
  }
}
await close()
console.log(`Sign in as ${demoStaff.map(({ email }) => email).join(', ')} with the password ${demoPassword}`)
