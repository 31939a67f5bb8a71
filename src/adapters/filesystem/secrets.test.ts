import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { secretsContract } from '../../../test/contracts/small-ports.contract.ts'
import type { SecretVersion } from '../../ports/secrets.ts'
import { createFilesystemSecrets } from './secrets.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

const dayMs = 86_400_000

function setup() {
  const directory = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'data')
  directories.push(join(directory, '..'))
  let now = Date.UTC(2026, 0, 1)
  let made = 0
  const createSigningKey = async (activeFrom: string): Promise<SecretVersion> => ({
    id: `key-${++made}`,
    value: 'private',
    activeFrom,
  })
  const open = () =>
    createFilesystemSecrets({ directory, clock: { now: () => now }, createSigningKey, rotateAfterDays: 90 })
  const idsOf = async (secrets: ReturnType<typeof open>) =>
    (await secrets.versions('signing-keys')).map(({ id }) => id)
  return {
    directory,
    now: () => now,
    open,
    idsOf,
    pass: (ms: number) => {
      now += ms
    },
  }
}

secretsContract('filesystem', async () => {
  const { now, open, pass } = setup()
  return { secrets: open(), now, renew: () => pass(90 * dayMs) }
})

test('the first use makes them, for their owner alone, and the next finds the same', async () => {
  const { directory, open } = setup()
  const first = await open().versions('master-key')
  expect(first[0]?.value).toMatch(/^[\w-]{43}$/)
  expect(await open().versions('master-key')).toEqual(first)
  expect(readdirSync(directory)).toEqual(['secrets.json'])
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('many that start at once agree', async () => {
  const { open } = setup()
  const seen = await Promise.all(Array.from({ length: 10 }, () => open().versions('master-key')))
  expect(new Set(seen.map(([version]) => version?.value)).size).toBe(1)
})

test('a signing key gets a successor after 90 days, an hour before it is used, and is kept beside it', async () => {
  const { open, idsOf, pass } = setup()
  const secrets = open()
  const [first] = await idsOf(secrets)
  pass(90 * dayMs - 1)
  expect(await idsOf(secrets)).toEqual([first])
  pass(1)
  const rotated = await secrets.versions('signing-keys')
  expect(rotated).toHaveLength(2)
  expect(rotated[1]?.id).toBe(first)
  expect(Date.parse(rotated[0]?.activeFrom ?? '')).toBe(Date.UTC(2026, 0, 1) + 90 * dayMs + dayMs / 24)
  expect(await idsOf(open())).toEqual(rotated.map(({ id }) => id))
  pass(91 * dayMs)
  expect(await idsOf(secrets)).not.toContain(first)
})
