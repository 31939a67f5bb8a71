import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newKeys } from '../scripts/new-keys.ts'
import { describeApi } from '../scripts/write-api-reference.ts'
import { describeRegistry } from '../scripts/write-data-registry.ts'
import { collections } from '../src/app/domains.ts'
import { describeEnvironment, readConfig, settings } from '../src/config.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
]

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** The anchors of a page, as GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

test('.env.example is what the configuration says', () => {
  expect(read('.env.example'), 'run `npm run env:example`').toBe(describeEnvironment())
})

test('the API reference is what the app says', async () => {
  expect(read('docs/api-reference.md'), 'run `npm run docs:api`').toBe(await describeApi())
})

test('the data registry is what the domains register', async () => {
  expect(read('docs/data-registry.md'), 'run `npm run docs:data`').toBe(await describeRegistry())
})

test.each(pages)('every link within the project leads somewhere: %s', (page) => {
  const broken = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, file))) return true
      return anchor !== undefined && !anchorsOf(read(file)).includes(anchor)
    })
  expect(broken).toEqual([])
})

test.each(collections.map(({ name, partition }) => ({ name, partition: String(partition) })))(
  'the database schema describes $name and its partition key',
  ({ name, partition }) => {
    const section = read('docs/database-schema.md').split(`\n### ${name}\n`)[1]?.split('\n#')[0]
    expect(section).toContain(`Partition \`${partition}\``)
  },
)

test('the README has a reason for each dependency and a line for each command it names', () => {
  const { dependencies, devDependencies, scripts } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'scripts',
    Record<string, string>
  >
  const readme = read('README.md')
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    expect(readme).toContain(`\`${name}\``)
  const named = [...readme.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name)
  for (const name of named) expect(Object.keys(scripts)).toContain(name)
})

describe('npm run keys:new', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  const day = 24 * 60 * 60_000
  const parse = (lines: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      lines.map((line) => [
        line.split('=', 1)[0] ?? '',
        line.slice(line.indexOf('=') + 1).replace(/^'(.*)'$/, '$1'),
      ]),
    )
  const make = async (environment: Record<string, string>, replacesMaster = false, at = nowMs) =>
    parse(await newKeys(environment, { replacesMaster, nowMs: at }))
  const keysOf = (environment: Record<string, string>) =>
    settings.AUTH_SIGNING_KEYS.schema.parse(environment['AUTH_SIGNING_KEYS'])

  test('makes what production asks for', async () => {
    const made = await make({})
    expect(Object.keys(made)).toEqual(['AUTH_MASTER_KEY', 'AUTH_SIGNING_KEYS'])
    const { secrets } = readConfig({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://api.example.org',
      MAIL_FROM: 'no-reply@example.org',
      SMTP_HOST: 'smtp.example.org',
      ...made,
    })
    expect(secrets['signing-keys']).toHaveLength(1)
  })

  test('adds a successor that is used an hour later, and keeps the predecessor', async () => {
    const first = await make({})
    const second = await make(first, false, nowMs + 90 * day)
    expect(Object.keys(second)).toEqual(['AUTH_SIGNING_KEYS'])
    const [successor, predecessor] = keysOf(second)
    expect(predecessor).toEqual(keysOf(first)[0])
    expect(successor?.activeFrom).toBe('2026-04-01T01:00:00.000Z')
    const third = await make(second, false, nowMs + 180 * day)
    expect(keysOf(third).slice(1)).toEqual([successor])
  })

  test('replaces the master key only when asked to', async () => {
    const first = await make({})
    const second = await make(first, true)
    expect(second['AUTH_MASTER_KEY_PREVIOUS']).toBe(first['AUTH_MASTER_KEY'])
    expect(second['AUTH_MASTER_KEY']).not.toBe(first['AUTH_MASTER_KEY'])
  })

  test('never shows what it cannot read', async () => {
    await expect(make({ AUTH_SIGNING_KEYS: 'marker' })).rejects.toThrow(
      /^AUTH_SIGNING_KEYS is set and cannot be read$/,
    )
  })
})
