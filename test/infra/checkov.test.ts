import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { read } from '../docs/pages.ts'
import { snapshots } from './snapshots.ts'

/*
 * The rules of Checkov, over what each profile makes: each finding is mended, or has its reason in infra/checkov.json. From
 * PyPI: CHECKOV names it, or it is on the PATH. Elsewhere it is skipped and says so; with CHECKOV_REQUIRED it fails.
 */

const checkov = process.env['CHECKOV'] ?? 'checkov'
const isThere = spawnSync(checkov, ['--version'], { timeout: 60_000 }).status === 0
const why = isThere ? '' : ' (not checked: no checkov on the PATH, nor by CHECKOV)'
if (!isThere && process.env['CHECKOV_REQUIRED']) throw new Error(`${checkov} does not run`)

interface Finding {
  readonly check: string
  readonly type: string
}
const reasons = JSON.parse(read('infra/checkov.json')) as readonly (Finding & { readonly reason: string })[]
const keyOf = ({ check, type }: Finding) => `${check} ${type}`

const directory = mkdtempSync(join(tmpdir(), 'checkov-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test.skipIf(!isThere)(`each finding of Checkov has its reason${why}`, { timeout: 300_000 }, async () => {
  for (const { profile, resources } of snapshots)
    writeFileSync(
      join(directory, `${profile}.json`),
      JSON.stringify({
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
        contentVersion: '1.0.0.0',
        resources: resources.map(({ id: _, ...resource }) => resource),
      }),
    )
  const { stdout } = await promisify(execFile)(
    checkov,
    [
      '--directory',
      directory,
      '--framework',
      'arm',
      '--compact',
      '--quiet',
      '--soft-fail',
      '--skip-download',
      '--output',
      'json',
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  const { results, summary } = JSON.parse(stdout) as {
    readonly results: {
      readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[]
    }
    readonly summary: { readonly passed: number; readonly parsing_errors: number }
  }
  expect(summary.parsing_errors).toBe(0)
  expect(summary.passed).toBeGreaterThan(200)
  const found = new Set(
    results.failed_checks.map(({ check_id: check, resource }) =>
      keyOf({ check, type: /^(Microsoft\.[^.]+)\./.exec(resource)?.[1] ?? resource }),
    ),
  )
  const known = reasons.map(keyOf)
  expect([...found].filter((each) => !known.includes(each))).toEqual([])
  expect(
    known.filter((each) => !found.has(each)),
    'a reason for what is no finding any more',
  ).toEqual([])
})

test('each reason is one, and none is given twice', () => {
  for (const each of reasons) expect(each.reason, keyOf(each)).toMatch(/^.{20,}\.$/)
  expect(new Set(reasons.map(keyOf)).size).toBe(reasons.length)
})
