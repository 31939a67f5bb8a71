import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

/*
 * What `npm ci` prints to somebody who has just cloned this. npm is told to go through all of it without fetching or writing;
 * which Node runs it is said to it, since what it complains of is the version that it sees.
 */

const root = resolve(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'install-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Each folder of the project with a lock file of its own. */
const installed = [
  '.',
  ...readdirSync(join(root, '.ci'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('.ci', name)),
]

const seenAs = (version: string): string =>
  `--import=data:text/javascript,Object.defineProperty(process,'version',{value:'${version}'})`

function install(folder: string, version: string, ...options: string[]) {
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(root, folder, file), join(directory, file))
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['ci', '--dry-run', '--offline', '--ignore-scripts', ...options],
    { cwd: directory, encoding: 'utf8', env: { ...environment, NODE_OPTIONS: seenAs(version) } },
  )
  const said = stdout.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('add '))
  return { status, said, stderr }
}

describe.each(installed)('npm ci in %s', (folder) => {
  test.each(['v20.20.2', 'v22.13.0', 'v24.21.0'])('says nothing but what it added, on Node %s', (version) => {
    expect(install(folder, version)).toEqual({
      status: 0,
      said: [expect.stringMatching(/^added \d+ packages/)],
      stderr: '',
    })
  })

  test('installs nothing that its author has given up, and nothing from elsewhere', () => {
    const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { deprecated?: string; resolved?: string; integrity?: string; link?: true }>
    }
    for (const [path, { deprecated, resolved, integrity, link }] of Object.entries(packages)) {
      expect(deprecated, path).toBeUndefined()
      if (path === '' || link || !path.includes('node_modules/')) continue
      if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//)
      expect(integrity, path).toMatch(/^sha512-/)
    }
  })
})

test('an old Node would be complained of, were it not known to be of no concern', () => {
  expect(install('.', 'v20.20.2', '--loglevel=warn').stderr).toContain('EBADENGINE')
})

test('the one line of our own says on which Node the scripts run', () => {
  const said = execFileSync('npm', ['run', '--silent', 'postinstall'], { cwd: root, encoding: 'utf8' })
  expect(said).toBe(`Every npm script runs on Node ${process.version}, which came with the packages.\n`)
})

test('a script says nothing of settings in a file that nobody made', () => {
  const { stderr, stdout } = spawnSync('npm', ['run', '--silent', 'keys:new'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout).toContain('AUTH_MASTER_KEY')
})
