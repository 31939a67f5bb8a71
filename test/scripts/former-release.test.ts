import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formerRelease } from '../../scripts/test-former-release.ts'
import { redisServerMissing } from '../stand-ins/redis-server.ts'

/*
 * The program of before on the databases of today, for what is in tables: its own scenario of the forms. All of its scenarios are run by the
 * workflow before a release (`npm run test:former`).
 */

const former = formerRelease()
const missing = former === null ? 'there is no history here to take it from' : redisServerMissing
const why = missing === null ? '' : ` (not tried: ${missing})`

test.skipIf(missing !== null)(
  `the forms of the release before work on the schema of this one${why}`,
  { timeout: 600_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/test-former-release.ts', 'test/scenarios/forms.test.ts'],
      {
        cwd: join(import.meta.dirname, '../..'),
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
        encoding: 'utf8',
        maxBuffer: 16 * 1024 * 1024,
      },
    )
    expect(status, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/Tests\s.*\b[1-9]\d* passed/)
  },
)
