import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../test/free-port.ts'
import { startServer } from '../test/server.ts'
import { readDocument } from './api-reference/document.ts'
import { postmanCollection } from './postman/collection.ts'

/*
 * Holds what a running server says of itself against the tools that others read it with: Redocly and Spectral, and the Postman
 * collection is sent to it by newman. The tools are installed by `npm ci --prefix .ci/document`.
 */

const root = resolve(import.meta.dirname, '..')
const tools = join(root, '.ci/document')
const scratch = mkdtempSync(join(tmpdir(), 'document-'))

interface Outcome {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly said: string
}

const run = (bin: string, ...args: readonly string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(tools, 'node_modules/.bin', bin), ...args],
      {
        cwd: tools,
        maxBuffer: 64 * 2 ** 20,
        env: {
          ...process.env,
          NO_COLOR: '1',
          REDOCLY_TELEMETRY: 'off',
          REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
        },
      },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) || 1 : 0, said: `${stdout}${stderr}`.trim() }),
    )
  })

/**
 * Spectral reads patterns without the flag `u`, which JSON Schema asks for, and takes `\\p{L}` for three letters. It judges the document
 * without them; Redocly reads them rightly, and so do the tests.
 */
const withoutPatterns = (text: string): string =>
  JSON.stringify(
    JSON.parse(text, (key, value) => (key === 'pattern' && typeof value === 'string' ? undefined : value)),
  )

async function lint(name: string, bin: string, ...args: readonly string[]): Promise<Outcome> {
  const { code, said } = await run(bin, ...args)
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, said }
}

interface NewmanReport {
  readonly run: {
    readonly stats: { readonly assertions: { readonly total: number; readonly failed: number } }
    readonly failures: readonly {
      readonly source?: { readonly name?: string }
      readonly error: { readonly message: string; readonly test?: string }
    }[]
    readonly executions: readonly { readonly response?: { readonly code: number } }[]
  }
}

/** Of the requests so many have to work: a collection whose requests are all refused as documented is of no use. */
const leastSuccessful = 0.6

async function sendCollection(api: string, collection: object): Promise<Outcome> {
  const file = join(scratch, 'collection.json')
  const exported = join(scratch, 'newman.json')
  writeFileSync(file, JSON.stringify(collection))
  const { said } = await run(
    'newman',
    ...['run', file, '--reporters', 'json', '--reporter-json-export', exported],
    ...['--env-var', `api=${api}`, '--env-var', `origin=${api}`, '--timeout-request', '30000'],
    ...['--ignore-redirects', '--working-dir', scratch],
  )
  if (!existsSync(exported)) return { name: 'newman', passed: 0, failed: 1, said }
  const { stats, failures, executions } = (JSON.parse(readFileSync(exported, 'utf8')) as NewmanReport).run
  const works = executions.filter(({ response }) => response && response.code < 400).length
  const isEnough = works >= executions.length * leastSuccessful
  const errors = failures.filter(({ error }) => error.test === undefined).length
  return {
    name: `newman, ${works} of ${executions.length} requests answered with what they asked for`,
    passed: stats.assertions.total - stats.assertions.failed + (isEnough ? 1 : 0),
    failed: stats.assertions.failed + errors + (isEnough ? 0 : 1),
    said: failures.map(({ source, error }) => `${source?.name ?? ''}: ${error.message}`).join('\n'),
  }
}

async function checkDocument(): Promise<readonly Outcome[]> {
  const port = await freePort()
  const api = `http://127.0.0.1:${port}`
  const environment = {
    PORT: String(port),
    PUBLIC_URL: api,
    DATA_DIR: join(scratch, 'data'),
    RATE_LIMIT_SCALE: '100000',
    NODE_ENV: 'development',
  }
  const server = await startServer(environment)
  try {
    execFileSync(process.execPath, [join(root, 'scripts/seed.ts')], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    })
    // Beside the tools: what they are told to pass over goes by the name of the file.
    const save = async (name: string): Promise<string> => {
      const file = join(tools, name)
      writeFileSync(file, await (await fetch(`${api}/api/${name}`)).text())
      return file
    }
    const openApi = await save('openapi.json')
    const asyncApi = await save('asyncapi.json')
    const withoutFlags = join(tools, 'without-patterns.api.json')
    writeFileSync(withoutFlags, withoutPatterns(readFileSync(openApi, 'utf8')))
    const collection = postmanCollection(readDocument(JSON.parse(readFileSync(openApi, 'utf8'))))
    const spectral = ['spectral', 'lint', '-r', 'spectral.yaml', '-F', 'warn'] as const
    return [
      await lint('redocly', 'redocly', 'lint', 'openapi.json', '--format=stylish', '--config=redocly.yaml'),
      await lint('spectral, openapi.json', ...spectral, withoutFlags),
      await lint('spectral, asyncapi.json', ...spectral, asyncApi),
      await sendCollection(api, collection),
    ]
  } finally {
    await server.stop()
    rmSync(scratch, { recursive: true, force: true })
    for (const name of readdirSync(tools)) if (name.endsWith('api.json')) rmSync(join(tools, name))
  }
}

if (import.meta.main) {
  if (!existsSync(join(tools, 'node_modules'))) {
    console.error('The tools are not installed: npm ci --prefix .ci/document')
    process.exit(1)
  }
  const outcomes = await checkDocument()
  for (const { name, passed, failed, said } of outcomes) {
    console.log(`${name}: ${passed} passed, ${failed} failed`)
    if (failed > 0) console.log(said)
  }
  const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const [, , figures] = process.argv
  if (figures) writeFileSync(figures, JSON.stringify({ passed: sum('passed'), failed: sum('failed') }))
  process.exitCode = sum('failed') > 0 ? 1 : 0
}
