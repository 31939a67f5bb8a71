import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'recipe-'))
const run = promisify(execFile)
afterAll(() => rmSync(project, { recursive: true, force: true }))

/** What CONTRIBUTING says to write, by the file it goes into. */
function steps(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, section = ''] = /### Add a domain\n([\s\S]*?)\n### /.exec(text) ?? []
  return new Map(
    [...section.matchAll(/^ {3}```ts (src\/\S+)\n([\s\S]*?)^ {3}```$/gm)].map(([, file = '', code = '']) => [
      file,
      code.replaceAll(/^ {3}/gm, ''),
    ]),
  )
}

/** Of a file that is there. */
const isALine = (file: string) => /^src\/(?:app|core\/kernel)\//.test(file)

function addLine(file: string, after: RegExp, line: string, statement: string): void {
  const path = join(project, file)
  const text = readFileSync(path, 'utf8')
  const last = text.match(after)?.at(-1)
  if (last === undefined) throw new Error(`${file} has no place for the line`)
  writeFileSync(path, `${statement}\n${text.replace(last, `${last}\n${line.trim()}`)}`)
}

beforeAll(() => {
  for (const folder of ['src', 'test', 'entry'])
    cpSync(join(root, folder), join(project, folder), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'biome.json'])
    cpSync(join(root, file), join(project, file))
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  for (const [file, code] of steps()) {
    const path = join(project, file)
    if (isALine(file)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
  const lines = steps()
  addLine(
    'src/app/domains.ts',
    /^ {2}\.add\(.*\)$/gm,
    lines.get('src/app/domains.ts') ?? '',
    "import { notesDomain } from '../core/people/notes/notes.ts'",
  )
  addLine(
    'src/app/routes.ts',
    /^ {4}\.route\(.*\)$/gm,
    lines.get('src/app/routes.ts') ?? '',
    "import { noteRoutes } from '../routes/notes.ts'",
  )
  addLine(
    'src/core/kernel/messages/privacy.ts',
    /^ {4}'.*',$/gm,
    lines.get('src/core/kernel/messages/privacy.ts') ?? '',
    '',
  )
})

const nodeModule = (...path: string[]) => join(root, 'node_modules', ...path)

test('a domain that is added by the recipe type-checks, obeys the rules, and is lint', async () => {
  const types = { extends: './tsconfig.json', include: ['src'], exclude: ['src/**/*.test.ts'] }
  writeFileSync(join(project, 'tsconfig.recipe.json'), JSON.stringify(types))
  await run(process.execPath, [nodeModule('typescript7/bin/tsc'), '-p', 'tsconfig.recipe.json'], {
    cwd: project,
  })
  await run(process.execPath, [nodeModule('dependency-cruiser/bin/dependency-cruiser.mjs'), 'src', 'entry'], {
    cwd: project,
    maxBuffer: 1e8,
  })
  const written = [...steps().keys()].filter((file) => !isALine(file))
  await run(process.execPath, [nodeModule('@biomejs/biome/bin/biome'), 'check', ...written], { cwd: project })
}, 120_000)

test('the app has its routes, limit, job, listener, collection and personal data without another line', async () => {
  const program = `
import { createTestApp, signedInBrowser } from '${join(project, 'test/app.ts')}'
import { collections } from '${join(project, 'src/app/domains.ts')}'
const testApp = await createTestApp()
const { call, userId } = await signedInBrowser(testApp)
const added = await call('POST', '/api/v1/notes', { body: { text: 'Bring the bus pass.' } })
const listed = await call('GET', '/api/v1/notes')
const more = []
for (let i = 0; i < 3; i++) more.push((await call('POST', '/api/v1/notes', { body: { text: 'More.' } })).status)
await testApp.runJob('count-notes')
await call('PATCH', '/api/v1/users/me', { body: { name: 'Anna' } })
await testApp.settled()
const entry = testApp.registry.entries().find(({ store }) => store === 'Notes')
const subject = { userId, account: null, addresses: [] }
const exported = await entry.collect(subject)
await entry.erase(subject)
console.log(JSON.stringify({
  added: added.status,
  listed: listed.body.items.map(({ text }) => text),
  more,
  events: testApp.log.events.map(({ event }) => event).filter((event) => event.startsWith('notes_')),
  isACollection: collections.some(({ name }) => name === 'Notes'),
  exported: exported.length,
  left: (await entry.collect(subject)).length,
  described: Object.keys(testApp.describe().paths).includes('/api/v1/notes'),
}))
`
  writeFileSync(join(project, 'program.ts'), program)
  const { stdout } = await run(process.execPath, [join(project, 'program.ts')], { cwd: project })
  expect(JSON.parse(stdout)).toEqual({
    added: 201,
    listed: ['Bring the bus pass.'],
    more: [201, 201, 429],
    events: ['notes_counted', 'notes_heard'],
    isACollection: true,
    exported: 3,
    left: 0,
    described: true,
  })
}, 60_000)
