import { describe, expect, test } from 'vitest'
import { demoPassword, demoStaff } from '../../entry/demo.ts'
import { settings } from '../../src/config/config.ts'
import { categories } from '../../src/core/files/file-categories.ts'
import { measuredEndpoints } from '../adapters/cosmos-round-trips.ts'
import { createTestApp } from '../app.ts'
import { codeIn, filesBelow, pages, read, tableBelow, writtenPages } from './pages.ts'

/* What the pages say of the code, compared with the code. */

const packageFile = JSON.parse(read('package.json')) as Readonly<
  Record<'dependencies' | 'devDependencies' | 'scripts', Readonly<Record<string, string>>>
>
const source = ['src', 'entry', 'scripts', 'bench', 'pages', 'test'].flatMap((directory) =>
  filesBelow(directory, '.ts', '.mjs'),
)

describe('commands', () => {
  const scripts = Object.keys(packageFile.scripts)

  test('the operations page has a line for each npm script, and no other', () => {
    const listed = tableBelow('docs/operations.md', 'Commands')
      .flatMap(([command = '']) => codeIn(command))
      .map((command) => command.replace(/^npm (run )?/, ''))
    /** `install` is npm's own. */
    const hasOthers = (name: string) => name === 'install' || scripts.includes(name)
    const runByOthers = (name: string) =>
      /^(pre|post)/.test(name) && hasOthers(name.replace(/^(pre|post)/, ''))
    expect(listed.toSorted()).toEqual(scripts.filter((name) => !runByOthers(name)).toSorted())
  })

  test('every npm script that is named anywhere exists', () => {
    const files = [
      ...pages,
      ...source,
      '.env.example',
      'wrangler.toml',
      'compose.yaml',
      'Dockerfile',
      '.ci/run',
    ]
    for (const file of files)
      for (const [, name = ''] of read(file).matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g))
        expect(scripts, `npm run ${name} in ${file}`).toContain(name)
  })
})

test.each([
  ['At run time', 'dependencies'],
  ['For development', 'devDependencies'],
] as const)('dependencies: %s', (heading, kind) => {
  const named = tableBelow('docs/dependencies.md', heading).flatMap(([names = '', why = '']) => {
    expect(why, names).not.toBe('')
    return codeIn(names)
  })
  expect(named.toSorted()).toEqual(Object.keys(packageFile[kind]).toSorted())
})

/** Among them are names that are no settings any more. */
const withoutSettingsTables = (page: string): string =>
  page.replace(/<!-- settings:begin -->[\s\S]*<!-- settings:end -->/, '')

test('every setting that a page names exists', () => {
  /** What `azd` hands to the templates, and they to the commands after it. */
  const ofProvisioning = [
    ...read('infra/main.parameters.json').matchAll(/\$\{(\w+)/g),
    ...read('infra/main.bicep').matchAll(/^output (\w+)/gm),
  ].map(([, name = '']) => name)
  const ofOthers = [
    'NODE_EXTRA_CA_CERTS',
    'CHROMIUM_REQUIRED',
    'KQL_PYTHON',
    'REDIS_SERVER_REQUIRED',
    'LIVEKIT_SERVER',
    'OPERATOR_ADDRESS',
    'SWA_CLI_DEPLOYMENT_TOKEN',
    ...ofProvisioning,
  ]
  for (const page of writtenPages)
    for (const [name] of withoutSettingsTables(read(page)).matchAll(
      /(?<![\w-])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?![\w-])/g,
    ))
      if (!ofOthers.includes(name)) expect(Object.keys(settings), page).toContain(name)
})

test('every operation that a page names exists', async () => {
  const { paths = {} } = (await createTestApp()).describe()
  const withoutNames = (path: string) => path.replaceAll(/\{\w+\}/g, '{}')
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${withoutNames(path)}`),
  )
  for (const page of writtenPages)
    for (const [, method, path = ''] of read(page).matchAll(
      /`(GET|POST|PUT|PATCH|DELETE) (\/api\/[^`?\s]*)/g,
    ))
      expect(operations, page).toContain(`${method} ${withoutNames(path)}`)
})

test('the demo accounts are those that are made', () => {
  const readme = read('README.md')
  for (const known of [demoPassword, ...demoStaff.map(({ email }) => email)])
    expect(codeIn(readme)).toContain(known)
})

test('the limits of files are those of their categories', () => {
  const shown = tableBelow('docs/guides/files.md', 'Limits').map(([category = '', limit = '']) => [
    codeIn(category)[0],
    Number(limit),
  ])
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(Object.entries(categories).map(([name, { maxBytes }]) => [name, maxBytes / 2 ** 20])),
  )
})

const productCode = source
  .filter((file) => /^(src|entry)\//.test(file) && !file.endsWith('.test.ts'))
  .map(read)

test('each job has its line', () => {
  const declared = productCode.flatMap((text) =>
    [...text.matchAll(/name: '([a-z-]+)',\s*everyMs\b/g)].map(([, name]) => name),
  )
  expect(declared.length).toBeGreaterThan(10)
  const listed = tableBelow('docs/operations.md', 'Jobs').flatMap(([name = '']) => codeIn(name))
  expect(listed.toSorted()).toEqual(declared.toSorted())
})

test('each event of the log that is worth an alert is logged', () => {
  const listed = tableBelow('docs/operations.md', 'Logs').flatMap(([name = '']) => codeIn(name))
  expect(listed.length).toBeGreaterThan(5)
  for (const event of listed)
    expect(
      productCode.some((text) => text.includes(`'${event}'`)),
      event,
    ).toBe(true)
})

test('each suite on a real service is listed with its settings', () => {
  const listed = tableBelow('docs/azure.md', 'Tests on real services')
  for (const file of filesBelow('test/azure', '.live.ts')) {
    const text = read(file)
    const suites = [...text.matchAll(/onRealService\(\s*'([^']+)'/g)].map(([, name]) => name)
    expect(suites, file).not.toEqual([])
    const rows = listed.filter(([suite = '']) => suites.includes(suite))
    expect(rows.map(([suite]) => suite).toSorted(), file).toEqual([...new Set(suites)].toSorted())
    const named = rows.flatMap(([, names = '']) => codeIn(names))
    for (const [, name = ''] of text.matchAll(/'([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/g))
      expect(named, file).toContain(name)
  }
})

test('the counts of Cosmos DB name each measured endpoint and what is allowed', () => {
  const listed = tableBelow('docs/benchmarks.md', 'Requests to Cosmos DB').map(
    ([endpoint = '', , allowed = '']) => [endpoint.replaceAll('`', ''), Number(allowed)],
  )
  expect(listed).toEqual(measuredEndpoints.map(({ name, limits }) => [name, limits.requests]))
})

describe('the picture of the parts', () => {
  const picture = read('docs/pictures/overview.svg')

  test('names ports that exist', () => {
    const named = [...picture.matchAll(/data-port="(\w+)"[^>]*>(\w+)</g)]
    expect(named.length).toBeGreaterThan(5)
    const ports = filesBelow('src/ports', '.ts').map(read).join('\n')
    for (const [, port = '', shown] of named) {
      expect(shown).toBe(port)
      expect(ports).toMatch(new RegExp(`export (interface|type) ${port}\\b`))
    }
  })

  test('is text for those who cannot see it, on light and on dark pages', () => {
    expect(picture).toMatch(/role="img" aria-labelledby="title desc"/)
    expect(picture).toContain('<title id="title">')
    expect(picture).toContain('<desc id="desc">')
    expect(picture).toContain('prefers-color-scheme: dark')
  })
})
