import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const configuration = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: readonly { name: string }[]
}
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'architecture-'))
afterAll(() => rmSync(scratch, { recursive: true }))

type Files = Readonly<Record<string, string>>

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

async function violations(tree: string, folders: readonly string[]): Promise<readonly Violation[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cruiser, '--output-type', 'json', ...folders],
    {
      cwd: tree,
      maxBuffer: 1e8,
    },
  )
  const { summary } = JSON.parse(stdout) as { summary: { violations: readonly Violation[] } }
  return summary.violations
}

let trees = 0

/** The names of the rules that a tree with just these files breaks. */
async function broken(files: Files): Promise<string[]> {
  const tree = join(scratch, `tree-${++trees}`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
    symlinkSync(join(root, name), join(tree, name))
  const folders = ['src', 'entry', 'test'].filter((folder) =>
    Object.keys(files).some((path) => path.startsWith(folder)),
  )
  return [...new Set((await violations(tree, folders)).map(({ rule }) => rule.name))].sort()
}

const thing = 'export const thing = 1\n'
const use = (path: string) => `import { thing } from '${path}'\nexport const other = thing\n`
const useType = (path: string) => `import type { thing } from '${path}'\nexport type Other = typeof thing\n`

const usePackageType = (name: string) =>
  `import type * as all from '${name}'\nexport type Other = typeof all\n`

/** For each wing of the core one that it must not use. */
const wingAbove = {
  kernel: 'platform',
  notifications: 'files',
  platform: 'accounts',
  accounts: 'files',
  files: 'learning',
  learning: 'forms',
  forms: 'learning',
  messaging: 'people',
  people: 'privacy',
  privacy: 'people',
  staff: 'privacy',
}

/** One violation for each rule, and the rules it breaks. */
const probes: readonly (readonly [expected: readonly string[], files: Files])[] = [
  [['ports-stand-alone'], { 'src/ports/a.ts': use('../core/kernel/b.ts'), 'src/core/kernel/b.ts': thing }],
  [['ports-stand-alone'], { 'src/ports/a.ts': `import { z } from 'zod'\nexport const other = z\n` }],
  [['ports-stand-alone'], { 'src/ports/a.ts': usePackageType('zod') }],
  [['dialects-know-ports'], { 'src/dialects/a.ts': usePackageType('redis') }],
  [
    ['dialects-know-ports'],
    { 'src/dialects/a.ts': use('../adapters/memory/b.ts'), 'src/adapters/memory/b.ts': thing },
  ],
  [['core-knows-ports'], { 'src/core/kernel/a.ts': use('../../dialects/b.ts'), 'src/dialects/b.ts': thing }],
  [['core-knows-ports'], { 'src/core/kernel/a.ts': usePackageType('hono') }],
  [
    ['core-knows-ports', 'no-node-in-portable-code'],
    { 'src/core/kernel/a.ts': `import type { Stats } from 'node:fs'\nexport type Other = Stats\n` },
  ],
  [
    ['core-knows-ports'],
    { 'src/core/kernel/a.ts': `import { Hono } from 'hono'\nexport const other = Hono\n` },
  ],
  [
    ['core-knows-ports'],
    { 'src/core/kernel/a.ts': useType('../../adapters/memory/b.ts'), 'src/adapters/memory/b.ts': thing },
  ],
  [['http-knows-core'], { 'src/http/a.ts': useType('../ports/b.ts'), 'src/ports/b.ts': thing }],
  [['routes-know-core-and-http'], { 'src/routes/a.ts': useType('../ports/b.ts'), 'src/ports/b.ts': thing }],
  [['app-assembles'], { 'src/app/a.ts': use('../adapters/memory/b.ts'), 'src/adapters/memory/b.ts': thing }],
  [['app-assembles'], { 'src/app/a.ts': usePackageType('ipaddr.js') }],
  [['config-reads-values'], { 'src/config/a.ts': use('../core/kernel/b.ts'), 'src/core/kernel/b.ts': thing }],
  [['config-reads-values'], { 'src/config/a.ts': useType('../ports/b.ts'), 'src/ports/b.ts': thing }],
  [['config-reads-values'], { 'src/config/a.ts': usePackageType('hono') }],
  [
    ['client-knows-types'],
    { 'src/client/a.ts': useType('../core/kernel/b.ts'), 'src/core/kernel/b.ts': thing },
  ],
  [
    ['client-imports-only-types-of-the-app'],
    { 'src/client/a.ts': use('../app/create-app.ts'), 'src/app/create-app.ts': thing },
  ],
  [
    ['adapter-knows-its-port'],
    { 'src/adapters/sqlite/a.ts': use('../memory/b.ts'), 'src/adapters/memory/b.ts': thing },
  ],
  [
    ['adapter-knows-its-port'],
    {
      'src/adapters/sqlite/a.ts': useType('../../core/kernel/errors.ts'),
      'src/core/kernel/errors.ts': thing,
    },
  ],
  [
    ['domain-keeps-to-itself'],
    {
      'src/core/accounts/auth/a.ts': use('../users/create-account.ts'),
      'src/core/accounts/users/create-account.ts': thing,
    },
  ],
  [
    ['no-node-in-portable-code'],
    {
      'src/adapters/memory/a.ts': `import { readFileSync } from 'node:fs'\nexport const other = readFileSync\n`,
    },
  ],
  [
    ['worker-without-node'],
    {
      'entry/worker.ts': use('./wire.ts'),
      'entry/wire.ts': use('../src/adapters/sqlite/b.ts'),
      'src/adapters/sqlite/b.ts': thing,
    },
  ],
  [['not-to-tests'], { 'entry/a.ts': use('../test/b.ts'), 'test/b.ts': thing }],
  [
    ['adapter-knows-its-port', 'nothing-imports-entry'],
    { 'src/adapters/memory/a.ts': use('../../../entry/b.ts'), 'entry/b.ts': thing },
  ],
  [
    ['no-cycles'],
    {
      'src/core/kernel/a.ts': use('./b.ts'),
      'src/core/kernel/b.ts': `import { other } from './a.ts'\nexport const thing = () => other\n`,
    },
  ],
  [
    ['no-cycles'],
    {
      'src/core/kernel/a.ts': `import type { Thing } from './b.ts'\nexport type Other = Thing | null\n`,
      'src/core/kernel/b.ts': `import type { Other } from './a.ts'\nexport interface Thing { readonly other: Other }\n`,
    },
  ],
  ...Object.entries(wingAbove).map(([wing, above]): readonly [readonly string[], Files] => [
    [`wing-${wing}`],
    { [`src/core/${wing}/a.ts`]: use(`../${above}/b/b.ts`), [`src/core/${above}/b/b.ts`]: thing },
  ]),
  [
    ['core-has-no-other-wings'],
    { 'src/routes/a.ts': use('../core/attic/b.ts'), 'src/core/attic/b.ts': thing },
  ],
  [['no-orphans'], { 'src/core/kernel/a.ts': thing }],
  [
    ['no-undeclared-packages'],
    { 'entry/a.ts': `import fastify from 'fastify'\nexport const other = fastify\n` },
  ],
  [['no-undeclared-packages'], { 'entry/a.ts': usePackageType('yocto-queue') }],
  [['no-development-packages'], { 'entry/a.ts': `import ajv from 'ajv'\nexport const other = ajv\n` }],
]

/** What the rules must leave alone, or they would be obeyed by going around them. */
const permitted: readonly (readonly [title: string, files: Files])[] = [
  [
    "another domain's face and model",
    {
      'src/core/accounts/auth/a.ts': use('../users/users.ts'),
      'src/core/accounts/auth/b.ts': useType('../users/users.model.ts'),
      'src/core/accounts/users/users.ts': thing,
      'src/core/accounts/users/users.model.ts': thing,
    },
  ],
  [
    'what all of the core shares',
    {
      'src/core/accounts/auth/a.ts': use('../../kernel/errors.ts'),
      'src/core/kernel/errors.ts': thing,
    },
  ],
  [
    'the types of the app in the client',
    { 'src/client/a.ts': useType('../app/create-app.ts'), 'src/app/create-app.ts': thing },
  ],
  [
    'Node in an adapter that is for Node alone',
    {
      'src/adapters/sqlite/a.ts': `import { readFileSync } from 'node:fs'\nexport const other = readFileSync\n`,
    },
  ],
  [
    'a dialect that two adapters speak',
    {
      'src/adapters/upstash/a.ts': use('../../dialects/b.ts'),
      'src/adapters/redis/a.ts': use('../../dialects/b.ts'),
      'src/dialects/b.ts': `export { thing } from '../ports/c.ts'\n`,
      'src/ports/c.ts': thing,
    },
  ],
  [
    'one area of the configuration beside another',
    {
      'src/config/a.ts': `${use('./b.ts')}export { z } from 'zod'\n`,
      'src/config/b.ts': thing,
    },
  ],
  [
    'both sides in entry',
    {
      'entry/a.ts': `${use('../src/app/create-app.ts')}export { thing } from '../src/adapters/memory/b.ts'\n`,
      'src/app/create-app.ts': thing,
      'src/adapters/memory/b.ts': thing,
    },
  ],
  [
    'what workerd itself provides',
    { 'entry/worker.ts': `import { waitUntil } from 'cloudflare:workers'\nexport const other = waitUntil\n` },
  ],
  [
    'contracts and development packages in tests',
    {
      'src/adapters/memory/a.test.ts': `${use('../../../test/contracts/b.ts')}export { test } from 'vitest'\n`,
      'test/contracts/b.ts': thing,
    },
  ],
]

test.concurrent.each(probes)('%s fires', async (expected, files) => {
  expect(await broken(files)).toEqual(expected)
})

test.concurrent.each(permitted)('no rule fires for %s', async (_, files) => {
  expect(await broken(files)).toEqual([])
})

test.concurrent('the project itself breaks no rule', async () => {
  expect(await violations(root, ['src', 'entry'])).toEqual([])
})

test('every rule has a probe', () => {
  const probed = new Set(probes.flatMap(([names]) => names))
  expect(configuration.forbidden.map(({ name }) => name).filter((name) => !probed.has(name))).toEqual([])
})

const ambient =
  /\bDate\.now\b|\bnew Date\b(?!\s*\(\s*[^\s)])|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess(?:\??\.\w|\[)|\bBuffer\b/

test.each([
  'Date.now()',
  'const { now } = { now: Date.now }',
  'new Date()',
  'new Date( )',
  'new Date',
  'Math.random()',
  'setTimeout(work, 1)',
  'const later = setInterval',
  'setImmediate(work)',
  'process.env',
  "process['env']",
  'Buffer.from(text)',
])('the scan sees %s', (code) => expect(code).toMatch(ambient))

test.each([
  'new Date(clock.now())',
  'new Date( at )',
  'processed.count',
  'by every process. Without it',
  'ArrayBuffer',
  'Date.parse(at)',
])('the scan leaves %s alone', (code) => expect(code).not.toMatch(ambient))

test('time, chance and the process come only through ports', () => {
  const portable = ['src/core', 'src/http', 'src/routes'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(root, folder, name),
    ),
  )
  const sources = portable.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  expect(sources.length).toBeGreaterThan(0)
  const offenders = sources.filter((path) => ambient.test(readFileSync(path, 'utf8')))
  expect(offenders).toEqual([])
})
