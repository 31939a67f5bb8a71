import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { filesBelow, read, root } from '../docs/pages.ts'

/*
 * What runs on GitHub. actionlint (a Go module) and zizmor (PyPI) judge it where they are: by ACTIONLINT and ZIZMOR, or on the
 * PATH; elsewhere it is skipped and said. With ZIZMOR_REQUIRED and ACTIONLINT_REQUIRED their absence fails.
 */

const workflows = filesBelow('.github/workflows', '.yml')

const judges = [
  { name: 'actionlint', setting: 'ACTIONLINT', args: ['-no-color', ...workflows] },
  {
    name: 'zizmor',
    setting: 'ZIZMOR',
    args: ['--offline', '--no-progress', '--color=never', '.github/workflows'],
  },
] as const

describe.each(judges)('$name', ({ name, setting, args }) => {
  const command = process.env[setting] ?? name
  const isThere = spawnSync(command, ['--version'], { timeout: 60_000 }).status === 0
  if (!isThere && process.env[`${setting}_REQUIRED`]) throw new Error(`${command} does not run`)

  test.skipIf(!isThere)(
    `has nothing to say${isThere ? '' : ` (not checked: no ${name} on the PATH, nor by ${setting})`}`,
    { timeout: 120_000 },
    () => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
      expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' })
    },
  )
})

describe.each(workflows)('%s', (file) => {
  const text = read(file)
  /** By their indent: a job is what stands two below `jobs`. */
  const jobs =
    text
      .split(/^jobs:$/m)[1]
      ?.split(/^ {2}(?=\w[\w-]*:$)/m)
      .slice(1) ?? []

  test('has no right that a job does not ask for, and no secret', () => {
    expect(text).toMatch(/^permissions: \{\}$/m)
    expect(text).not.toMatch(/\bsecrets\b/)
    expect(jobs.length).toBeGreaterThan(0)
    for (const job of jobs) {
      expect(job).toMatch(/timeout-minutes: \d+/)
      expect(job).not.toMatch(/: write(?!-)(?<!id-token: write)/)
      // Who may sign in to Azure runs where people can be asked first.
      if (job.includes('id-token')) expect(job).toMatch(/^ {4}environment: /m)
    }
  })

  test('runs what was looked at: each action by its commit', () => {
    for (const [, used = ''] of text.matchAll(/uses: (\S+)/g))
      expect(used).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40}$/)
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length ?? 0
    expect(text.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts)
  })

  test('no value of whoever starts it stands in a script', () => {
    for (const [script] of text.matchAll(/run: (?:\|\n(?: {10,}.*\n)+|.*)/g))
      expect(script).not.toContain('${{')
  })

  test('calls hooks and scripts that exist', () => {
    const hooks = filesBelow('infra/hooks', '.sh')
    for (const [hook] of text.matchAll(/infra\/hooks\/[\w-]+\.sh/g)) expect(hooks).toContain(hook)
    const { scripts } = JSON.parse(read('package.json'))
    for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(name)
  })
})

test('a release migrates before it deploys, and deploys before people are led there', () => {
  const text = read('.github/workflows/release.yml')
  const order = ['what-if', 'sub create', 'prepare-stores.sh', 'hooks/release.sh', 'rest.sh']
  const places = order.map((each) => text.indexOf(each))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].toSorted((a, b) => a - b))
})

test('a workflow and azd tell the templates the same', () => {
  const byAzd = Object.entries(
    JSON.parse(read('infra/main.parameters.json')).parameters as Record<string, { readonly value: string }>,
  ).map(([name, { value }]) => `${name} ${/\$\{(\w+)/.exec(value)?.[1]}`)
  const byWorkflow = [
    ...read('infra/workflow.bicepparam').matchAll(/^param (\w+) = readEnvironmentVariable\('(\w+)'/gm),
  ].map(([, name, variable]) => `${name} ${variable}`)
  expect(byWorkflow.toSorted()).toEqual(byAzd.toSorted())
  const release = read('.github/workflows/release.yml')
  for (const each of byWorkflow) {
    const [, variable = ''] = each.split(' ')
    // Which is live is found out.
    if (variable !== 'API_LIVE_COLOR') expect(release).toMatch(new RegExp(`^ {6}${variable}: `, 'm'))
  }
})

test('the identity of the workflows may give the roles that the templates give, and no other', () => {
  const used = filesBelow('infra/modules', '.bicep').flatMap((file) =>
    [...read(file).matchAll(/roleDefinitions',\s*'([\da-f-]{36})'|for role in \[([^\]]*)\]/g)].flatMap(
      ([, one = '', many = '']) =>
        [...`'${one}'${many}`.matchAll(/[\da-f]{8}-[\da-f-]{27}/g)].map(([id]) => id),
    ),
  )
  const [, given = ''] = /^var given = \[([^\]]*)\]/m.exec(read('infra/delivery/github.bicep')) ?? []
  expect([...given.matchAll(/[\da-f]{8}-[\da-f-]{27}/g)].map(([id]) => id).toSorted()).toEqual(
    [...new Set(used)].toSorted(),
  )
  // The one role that is no role of Azure: made by whoever sets the workflows up, under the name that the templates give it by.
  const made = "guid(subscription().id, name, 'purge')"
  for (const file of ['infra/delivery/github.bicep', 'infra/main.bicep', 'infra/modules/purge-role.bicep'])
    expect(read(file)).toContain(made)
  expect(given).toContain(made)
  expect(read('infra/workflow.bicepparam')).toContain('param hasLeaveToMakeRoles = false')
})
