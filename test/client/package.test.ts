import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { getRequestListener } from '@hono/node-server'
import { build } from 'esbuild'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient, packClient } from '../../scripts/build-client.ts'
import { weighClient } from '../../scripts/weigh-client.ts'
import { createClientPackageAssets } from '../../src/adapters/client-package/assets.ts'
import { createTestApp } from '../app.ts'

/*
 * The client as a front end gets it: built, packed, and unpacked in an empty folder, with nothing but the packages that it
 * says it needs.
 */

const root = resolve(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'client-package-'))
const installed = join(scratch, 'node_modules/@tools-inc/client')
let entries: readonly string[]
let packedBytes: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  const built = join(scratch, 'built')
  buildClient(built)
  const packed = packClient(built)
  rmSync(built, { recursive: true })
  packedBytes = new Uint8Array(readFileSync(packed))
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', packed, '-C', installed, '--strip-components=1'])
  const { dependencies, exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), 'react', '@types/react', 'csstype']) {
    const link = join(scratch, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link)
  }
  writeFileSync(join(scratch, 'package.json'), '{ "private": true, "type": "module" }')
  entries = Object.keys(exports)
    // The worker is for a browser to run, and not for a page to import.
    .filter((entry) => !['./package.json', './worker.js'].includes(entry))
    .map((entry) => `@tools-inc/client${entry.slice(1)}`)
}, 400_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const importing = () => entries.map((entry, at) => `import * as part${at} from '${entry}'`).join('\n')
const listing = () =>
  `console.log(JSON.stringify([${entries.map((_, at) => `Object.keys(part${at}).length`)}]))`

function compile(source: string, moduleResolution: string): string {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2024',
    module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution,
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: [],
  }
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }))
  writeFileSync(join(scratch, 'page.ts'), source)
  const compiler = join(root, 'node_modules/typescript7/bin/tsc')
  return spawnSync(process.execPath, [compiler, '-p', scratch], { encoding: 'utf8' }).stdout
}

test('it is of the version of the server, brings its license, and needs nothing of the server', () => {
  const { version, dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  expect(Object.keys(dependencies)).toEqual(['@azure/web-pubsub-client', 'hono', 'idb'])
  const files = readdirSync(installed)
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'contract.d.ts']))
  // Where it is longer a declaration has written the operations out again.
  for (const file of files.filter((name) => name.endsWith('.d.ts') && name !== 'contract.d.ts'))
    expect(statSync(join(installed, file)).size, file).toBeLessThan(10_000)
  for (const file of files.filter((name) => /\.(js|ts)$/.test(name)))
    for (const [, from = ''] of readFileSync(join(installed, file), 'utf8').matchAll(
      /(?:from |import\()['"]([^'"]+)['"]/g,
    ))
      expect(from, file).toMatch(/^(\.\/[\w-]+\.js|hono\/[\w/-]+|hono|idb|react|@azure\/web-pubsub-client)$/)
})

test('npm, Node, bundlers and compilers find nothing wrong with it', async () => {
  const { messages } = await publint({ pack: { tarball: packedBytes.slice().buffer } })
  expect(messages).toEqual([])
  const checked = await checkPackage(createPackageFromTarballData(packedBytes))
  if (!checked.types) throw new Error('no types')
  // It is for ES modules, and for compilers that know `exports`.
  const meant = checked.problems.filter(
    (problem) =>
      problem.kind !== 'CJSResolvesToESM' &&
      !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  )
  expect(meant).toEqual([])
}, 400_000)

test('npm takes it from a server, which hands out what was built with it', async () => {
  const assets = createClientPackageAssets(async () => packedBytes)
  const { app } = await createTestApp({ ports: () => ({ assets }) })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const address = `http://127.0.0.1:${port}/client.tgz`
  const options = [
    'pack',
    '--json',
    '--pack-destination',
    scratch,
    '--cache',
    join(scratch, 'cache'),
    address,
  ]
  const { stdout } = await promisify(execFile)('npm', options)
  server.close()
  expect(JSON.parse(stdout)).toMatchObject([
    { name: '@tools-inc/client', entryCount: readdirSync(installed).length },
  ])
})

test('the worker is one file that browsers take as it is: nothing is imported, and nothing exported', () => {
  const script = readFileSync(join(installed, 'worker.js'), 'utf8')
  expect(script).not.toMatch(/^\s*(?:import|export)\b/m)
  expect(script).toContain("addEventListener('push'")
  expect(script.length).toBeLessThan(9_000)
})

test('each entry is there for Node, and does something', () => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', `${importing()}\n${listing()}`], {
    cwd: scratch,
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  const counts = JSON.parse(run.stdout) as number[]
  expect(counts).toHaveLength(entries.length)
  expect(counts.every((count) => count > 0)).toBe(true)
})

test('a bundler finds each for a browser, down to the oldest that is meant, and nothing of the server', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `${importing()}\n${listing()}`, resolveDir: scratch },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // The front end's own; and loaded when the chat is opened.
    external: ['react', '@azure/web-pubsub-client'],
    target: ['safari16.4', 'chrome109', 'firefox115'],
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  )
  expect(new Set(inputs.filter(Boolean))).toEqual(new Set(['@tools-inc/client', 'hono', 'idb']))
  expect(outputFiles).toHaveLength(1)
})

test('each way to use it adds no more to a page than is allowed, and something', async () => {
  for (const { entry, bytes, budget } of await weighClient(installed)) {
    expect(bytes, entry).toBeLessThan(budget)
    // A budget that is twice what is there holds nothing.
    expect(bytes, entry).toBeGreaterThan(budget / 2)
  }
})

const page = (json: string, role: string) => `${importing()}
import { createClient } from '@tools-inc/client'
import type { ChatEvent } from '@tools-inc/client/live-chat'
const client = createClient({ baseUrl: '' })
const answer = await client.api.v1.auth.login.$post({ json: ${json} })
if (answer.status === 200) {
  const { user } = await answer.json()
  user.role satisfies ${role}
}
const contact = await client.api.v1.forms.contact.$post({
  header: {},
  json: { name: 'A', email: 'a@b.example', subject: 'A', message: 'Hello' },
})
if (contact.status === 201) (await contact.json()).message satisfies string
const later = (event: ChatEvent) => {
  if (event.event === 'message.new') event.data.senderId satisfies string
  // @ts-expect-error: there is no such event, so the type is not \`any\`.
  return event.event === 'nothing.new'
}
export { later }
`
const body = `{ email: 'a@b.example', password: 'x' }`
const roles = `'user' | 'mentor' | 'admin' | 'guest'`

test.each(['bundler', 'nodenext'])(
  'a front end compiles against it, and a wrong body does not: %s',
  (moduleResolution) => {
    expect(compile(page(body, roles), moduleResolution)).toBe('')
    expect(compile(page('{ email: 7 }', roles), moduleResolution)).toMatch(/TS2\d{3}/)
    // Were the answer `any`, this would compile.
    expect(compile(page(body, `'nobody'`), moduleResolution)).toMatch(/TS1360/)
  },
  400_000,
)
