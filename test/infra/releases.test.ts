import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { root } from '../docs/pages.ts'

/* A release and the way back, with programs that stand in for `az` and `curl`: what is asked, in which order, and what is not. */

// Each question is a process.
vi.setConfig({ testTimeout: 120_000 })

let directory: string
/** Answers of `az` by what is in the question, and of the API by address. */
let answers: Record<string, string>
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'release-'))
  cpSync(join(root, 'infra/hooks'), join(directory, 'hooks'), { recursive: true })
  answers = {}
  const program = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    chmodSync(join(directory, name), 0o755)
  }
  const node = `exec ${process.execPath} ${join(directory, 'stand-in.mjs')}`
  writeFileSync(
    join(directory, 'stand-in.mjs'),
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
const [name, ...args] = process.argv.slice(2)
const asked = args.join(' ')
const answers = JSON.parse(readFileSync(${JSON.stringify(join(directory, 'answers.json'))}, 'utf8'))
const [, said = name === 'curl' ? '200' : ''] = Object.entries(answers).find(([part]) => (name + ' ' + asked).includes(part)) ?? []
appendFileSync(${JSON.stringify(join(directory, 'asked'))}, name + ' ' + asked + '\\n')
if (said === 'FAILS') process.exit(3)
if (name === 'curl') writeFileSync(args[args.indexOf('--output') + 1], '{"status":"ready"}')
process.stdout.write(said)
`,
  )
  program('zip', '#!/usr/bin/env bash\n')
  for (const name of ['az', 'curl']) program(name, `#!/usr/bin/env bash\n${node} ${name} "$@"\n`)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const pair = (color: string, region: number) => ({
  name: `api${region}-${color}`,
  group: region === 1 ? 'rg-toolsinc' : 'rg-toolsinc-2',
  color,
})
const apps = [pair('blue', 1), pair('green', 1), pair('blue', 2), pair('green', 2)]

async function run(
  hook: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
) {
  writeFileSync(join(directory, 'answers.json'), JSON.stringify(answers))
  writeFileSync(join(directory, 'dist.zip'), '')
  const child = spawn('bash', [join(directory, 'hooks', hook), ...args], {
    cwd: directory,
    env: {
      PATH: `${directory}:${process.env['PATH']}`,
      AZURE_ENV_NAME: 'toolsinc',
      AZURE_RESOURCE_GROUP: 'rg-toolsinc',
      API_FRONT_DOOR: 'toolsinc-fd',
      API_PROFILE: 'regions',
      API_LIVE_COLOR: 'blue',
      API_APPS: JSON.stringify(apps),
      PUBLIC_URL: 'https://api.example.org',
      API_NEXT_URL: 'https://next.example.org',
      PACKAGE: join(directory, 'dist.zip'),
      TRIES: '2',
      PAUSE: '0',
      ...environment,
    },
  })
  let out = ''
  child.stdout.on('data', (chunk: Uint8Array) => {
    out += new TextDecoder().decode(chunk)
  })
  let said = ''
  child.stderr.on('data', (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const path = join(directory, 'asked')
  return { code, out, said, asked: existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [] }
}

const ledTo = (asked: readonly string[]) =>
  asked.flatMap((line) => {
    const [, endpoint, color] =
      /endpoint-name toolsinc-fd-(live|next) .*--origin-group (blue|green)/.exec(line) ?? []
    return endpoint && color ? [`${endpoint} ${color}`] : []
  })

test('a release goes to what nobody uses, is looked at, and only then is it where people are', async () => {
  const { code, asked } = await run('release.sh')
  expect(code).toBe(0)
  const deployed = asked.filter((line) => line.includes('config-zip'))
  expect(deployed.map((line) => /--name (\S+)/.exec(line)?.[1])).toEqual(['api1-green', 'api2-green'])
  expect(ledTo(asked)).toEqual(['live green', 'next blue'])
  const looked = asked.findIndex((line) => line.includes('https://next.example.org/api/readyz'))
  const swapped = asked.findIndex((line) => line.includes('route update'))
  expect(asked.findLastIndex((line) => line.includes('config-zip'))).toBeLessThan(looked)
  expect(looked).toBeLessThan(swapped)
  expect(asked.findLastIndex((line) => line.includes('https://api.example.org/api/readyz'))).toBeGreaterThan(
    swapped,
  )
})

test('what the edges keep of the version before is taken out of them, and a refusal leads nobody back', async () => {
  const { asked } = await run('release.sh')
  expect(asked.at(-1)).toMatch(
    /afd endpoint purge .*--endpoint-name toolsinc-fd-live --content-paths \/\* --no-wait/,
  )
  rmSync(join(directory, 'asked'))
  answers['endpoint purge'] = 'FAILS'
  const refused = await run('release.sh')
  expect(refused.code).toBe(0)
  expect(ledTo(refused.asked)).toEqual(['live green', 'next blue'])
})

test.each([['courses'], ['--help'], ['/api/v1/courses', '']])(
  'no path of Front Door: %s',
  async (...paths) => {
    const { code, asked } = await run('purge.sh', paths)
    expect(code).not.toBe(0)
    expect(asked).toEqual([])
  },
)

test('a version that is not ready is led to by nobody', async () => {
  answers['next.example.org/api/readyz'] = '503'
  const { code, asked, said } = await run('release.sh')
  expect(code).not.toBe(0)
  expect(ledTo(asked)).toEqual([])
  expect(said).toContain('readyz answers 503')
})

test('a package that does not arrive is looked at by nobody', async () => {
  answers['config-zip'] = 'FAILS'
  const { code, asked } = await run('release.sh')
  expect(code).not.toBe(0)
  expect(asked.filter((line) => line.startsWith('curl'))).toEqual([])
  expect(ledTo(asked)).toEqual([])
})

test('where it is not well in front of people they are led back', async () => {
  answers['https://api.example.org/api/readyz'] = '502'
  const { code, asked, said } = await run('release.sh')
  expect(code).not.toBe(0)
  expect(ledTo(asked)).toEqual(['live green', 'next blue', 'live blue', 'next green'])
  expect(said).toContain('led back to blue')
})

test('a swap that stays half done is undone', async () => {
  answers['toolsinc-fd-next --route-name everything --origin-group blue'] = 'FAILS'
  const { code, asked } = await run('release.sh')
  expect(code).not.toBe(0)
  expect(ledTo(asked).slice(-2)).toEqual(['live blue', 'next green'])
})

test('small is replaced where it is', async () => {
  const { code, asked } = await run('release.sh', [], {
    API_PROFILE: 'small',
    API_NEXT_URL: 'https://api.example.org',
    API_APPS: JSON.stringify([pair('blue', 1)]),
  })
  expect(code).toBe(0)
  expect(asked[0]).toContain('az webapp deploy --resource-group rg-toolsinc --name api1-blue')
  expect(asked.some((line) => line.includes('afd'))).toBe(false)
})

test.each([
  ['no such color', 'deploy.sh', ['red']],
  ['no such color', 'swap.sh', ['red']],
  ['no color', 'swap.sh', []],
])('%s: %s does nothing', async (_, hook, args) => {
  const { code, asked } = await run(hook, args)
  expect(code).not.toBe(0)
  expect(asked).toEqual([])
})

test('without a package nothing is deployed', async () => {
  const { code, asked, said } = await run('deploy.sh', ['green'], { PACKAGE: join(directory, 'none.zip') })
  expect(code).not.toBe(0)
  expect(said).toContain('package.sh')
  expect(asked).toEqual([])
})

test('the way back starts the version before, looks at it, and leads people there', async () => {
  const { code, asked } = await run('roll-back.sh', [], { API_LIVE_COLOR: 'green' })
  expect(code).toBe(0)
  const started = asked.filter((line) => line.includes('functionapp start'))
  expect(started.map((line) => /--name (\S+)/.exec(line)?.[1])).toEqual(['api1-blue', 'api2-blue'])
  expect(ledTo(asked)).toEqual(['live blue', 'next green'])
})

test('the way back is not taken to what does not answer', async () => {
  answers['next.example.org/api/healthz'] = '503'
  const { code, asked } = await run('roll-back.sh')
  expect(code).not.toBe(0)
  expect(ledTo(asked)).toEqual([])
})

test('what is live does not rest; the other does, in every region', async () => {
  answers['route show'] = '/subscriptions/s/resourceGroups/rg-toolsinc/providers/x/originGroups/green'
  expect((await run('rest.sh', ['green'])).code).not.toBe(0)
  const { code, asked } = await run('rest.sh', ['blue'])
  expect(code).toBe(0)
  expect(asked.filter((line) => line.includes('functionapp stop'))).toHaveLength(2)
  expect(asked.join()).not.toMatch(/stop .*green/)
})

test('where nobody says which is live, nothing rests', async () => {
  answers['route show'] = ''
  const { code, asked } = await run('rest.sh', ['blue'])
  expect(code).not.toBe(0)
  expect(asked.some((line) => line.includes('stop'))).toBe(false)
})

test.each([
  ['nothing is there yet', { 'group exists': 'false' }, 'blue'],
  ['no Front Door is there yet', { 'group exists': 'true' }, 'blue'],
  [
    'people are led to green',
    {
      'group exists': 'true',
      'profile list': 'toolsinc-fd',
      'endpoint list': 'toolsinc-fd-live',
      'route show': '/x/originGroups/green',
    },
    'green',
  ],
])('%s: the next deployment leaves people where they are', async (_, given, color) => {
  answers = given
  const { code, out } = await run('which-is-live.sh')
  expect([code, out.trim()]).toEqual([0, `API_LIVE_COLOR=${color}`])
})

test.each([
  { 'group exists': 'FAILS' },
  {
    'group exists': 'true',
    'profile list': 'toolsinc-fd',
    'endpoint list': 'toolsinc-fd-live',
    'route show': 'FAILS',
  },
  {
    'group exists': 'true',
    'profile list': 'toolsinc-fd',
    'endpoint list': 'toolsinc-fd-live',
    'route show': '',
  },
])('Azure that says nothing is not Azure that says blue: %j', async (given) => {
  answers = given
  const { code, out } = await run('which-is-live.sh')
  expect(code).not.toBe(0)
  expect(out).toBe('')
})

test('outputs become names and values, one line each', async () => {
  answers['deployment sub show'] = JSON.stringify({
    azurE_RESOURCE_GROUP: { type: 'String', value: 'rg-toolsinc' },
    apI_APPS: { type: 'Array', value: [pair('blue', 1)] },
    apI_LIVE_COLOR: { type: 'String', value: 'blue' },
  })
  const { code, out } = await run('what-it-made.sh')
  expect(code).toBe(0)
  expect(out.trim().split('\n')).toEqual([
    'AZURE_RESOURCE_GROUP=rg-toolsinc',
    'API_APPS=[{"name":"api1-blue","group":"rg-toolsinc","color":"blue"}]',
  ])
  answers['deployment sub show'] = JSON.stringify({ x: { value: 'one\nPATH=/tmp' } })
  expect((await run('what-it-made.sh')).code).not.toBe(0)
})

const subscription = '11111111-2222-3333-4444-555555555555'

test.each(['toolsinc', 'abc', 'a123456789'])(
  '%s is a name that everything can begin with',
  async (AZURE_ENV_NAME) => {
    answers['account show'] = subscription
    expect(await run('before-provision.sh', [], { AZURE_ENV_NAME })).toMatchObject({ code: 0, said: '' })
  },
)

test.each(['ab', 'a1234567890', 'Tools', 'tools-inc', '1tools', 'töols', 'tools inc', '$(id)', 'a\nb'])(
  '%j is none, and is refused before anything is made',
  async (AZURE_ENV_NAME) => {
    answers['account show'] = subscription
    const { code, said } = await run('before-provision.sh', [], { AZURE_ENV_NAME })
    expect(code).toBe(1)
    expect(said).toContain('3 to 10 lower case letters')
  },
)

test('everything that is missing is said at once', async () => {
  answers['account show'] = 'FAILS'
  const { code, said } = await run('before-provision.sh', [], { AZURE_ENV_NAME: 'Tools' })
  expect(code).toBe(1)
  expect(said.trim().split('\n')).toHaveLength(2)
  expect(said).toContain('az login')
})

test('what would go to another subscription goes nowhere', async () => {
  answers['account show'] = subscription
  const other = await run('before-provision.sh', [], {
    AZURE_SUBSCRIPTION_ID: '99999999-2222-3333-4444-555555555555',
  })
  expect(other.code).toBe(1)
  expect(other.said).toContain('another subscription')
  expect((await run('before-provision.sh', [], { AZURE_SUBSCRIPTION_ID: subscription })).code).toBe(0)
})

test('azd looks before it provisions and deploys after it, by hooks that exist', () => {
  const text = readFileSync(join(root, 'azure.yaml'), 'utf8')
  const called = [...text.matchAll(/^ {2}(\w+):\n(?: {4}.*\n)*? {4}run: bash (infra\/hooks\/[\w-]+\.sh)$/gm)]
  expect(called.map(([, when, hook]) => [when, hook])).toEqual([
    ['preprovision', 'infra/hooks/before-provision.sh'],
    ['postprovision', 'infra/hooks/after-provision.sh'],
  ])
  for (const [, , hook = ''] of called) expect(existsSync(join(root, hook))).toBe(true)
})
