import { execFileSync } from 'node:child_process'
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
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const configuration = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: readonly { name: string }[]
}
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'architecture-'))
afterAll(() => rmSync(scratch, { recursive: true }))

type Files = Readonly<Record<string, string>>

let trees = 0

/** The names of the rules that a tree with just these files breaks. */
function broken(files: Files): string[] {
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
  const report = execFileSync(process.execPath, [cruiser, '--output-type', 'json', ...folders], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  const { summary } = JSON.parse(report) as { summary: { violations: readonly { rule: { name: string } }[] } }
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort()
}

const thing = 'export const thing = 1\n'
const use = (path: string) => `import { thing } from '${path}'\nexport const other = thing\n`
const useType = (path: string) => `import type { thing } from '${path}'\nexport type Other = typeof thing\n`

/** One violation for each rule, and the rules it breaks. */
const probes: readonly (readonly [expected: readonly string[], files: Files])[] = [
  [['ports-stand-alone'], { 'src/ports/a.ts': use('../core/b.ts'), 'src/core/b.ts': thing }],
  [['ports-stand-alone'], { 'src/ports/a.ts': `import { z } from 'zod'\nexport const other = z\n` }],
  [['core-knows-ports'], { 'src/core/a.ts': `import { Hono } from 'hono'\nexport const other = Hono\n` }],
  [
    ['core-knows-ports'],
    { 'src/core/a.ts': useType('../adapters/memory/b.ts'), 'src/adapters/memory/b.ts': thing },
  ],
  [['http-knows-core'], { 'src/http/a.ts': useType('../ports/b.ts'), 'src/ports/b.ts': thing }],
  [['routes-know-core-and-http'], { 'src/routes/a.ts': useType('../ports/b.ts'), 'src/ports/b.ts': thing }],
  [['app-assembles'], { 'src/app.ts': use('./adapters/memory/b.ts'), 'src/adapters/memory/b.ts': thing }],
  [['config-reads-values'], { 'src/config.ts': use('./core/b.ts'), 'src/core/b.ts': thing }],
  [['client-knows-types'], { 'src/client/a.ts': useType('../core/b.ts'), 'src/core/b.ts': thing }],
  [['client-imports-only-types-of-the-app'], { 'src/client/a.ts': use('../app.ts'), 'src/app.ts': thing }],
  [
    ['adapter-knows-its-port'],
    { 'src/adapters/sqlite/a.ts': use('../memory/b.ts'), 'src/adapters/memory/b.ts': thing },
  ],
  [
    ['domain-keeps-to-itself'],
    { 'src/core/auth/a.ts': use('../users/create-account.ts'), 'src/core/users/create-account.ts': thing },
  ],
  [
    ['no-node-in-portable-code'],
    {
      'src/adapters/memory/a.ts': `import { readFileSync } from 'node:fs'\nexport const other = readFileSync\n`,
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
      'src/core/a.ts': use('./b.ts'),
      'src/core/b.ts': `import { other } from './a.ts'\nexport const thing = () => other\n`,
    },
  ],
  [['no-orphans'], { 'src/core/a.ts': thing }],
  [
    ['no-undeclared-packages'],
    { 'entry/a.ts': `import fastify from 'fastify'\nexport const other = fastify\n` },
  ],
]

test.each(probes)('%s fires', (expected, files) => {
  expect(broken(files)).toEqual(expected)
})

test('every rule has a probe', () => {
  const probed = new Set(probes.flatMap(([names]) => names))
  expect(configuration.forbidden.map(({ name }) => name).filter((name) => !probed.has(name))).toEqual([])
})

test('time, chance and the process come only through ports', () => {
  const portable = ['src/core', 'src/http', 'src/routes'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(root, folder, name),
    ),
  )
  const forbidden =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\(|\bprocess\.[a-z]|\bBuffer\b/
  const offenders = portable.filter(
    (path) => path.endsWith('.ts') && forbidden.test(readFileSync(path, 'utf8')),
  )
  expect(offenders).toEqual([])
})
