import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'commands-'))
afterAll(() => rmSync(directory, { recursive: true }))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (script: string, dataDirectory: string, ...options: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const environment = { PATH: process.env['PATH'] ?? '', DATA_DIR: dataDirectory }
    execFile(
      process.execPath,
      [`scripts/${script}.ts`, ...options],
      { env: environment },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

test('migrations: four processes at once, and once more, on one file', async () => {
  const folder = join(directory, 'migrations')
  const ended = await Promise.all(Array.from({ length: 4 }, () => run('migrate', folder)))
  ended.push(await run('migrate', folder))
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(1)
  expect(ended[0]?.stdout).toMatch(/tools-inc\.db has schema \d+\n$/)
})

test('retention is counted for every store, and removed when it is not a dry run', async () => {
  const folder = join(directory, 'retention')
  const dry = await run('retention', folder, '--dry-run')
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^past retention, not removed:\n/) })
  expect(dry.stdout).toMatch(/^ {7}0 {2}form_submissions {2,}contact: \d+ days/m)
  expect((await run('retention', folder)).stdout).toMatch(/^past retention, removed:\n/)
  expect((await run('retention', folder, '--dry')).code).toBe(1)
  const database = new DatabaseSync(join(folder, 'tools-inc.db'))
  const rows = database.prepare(`select reason from audit_logs where event_type = 'retention.run'`).all()
  expect(rows.map(({ reason }) => reason)).toEqual(['dry_run', 'removed'])
  database.close()
})

test('the audit log is verified, alone and against heads, and what is wrong is named', async () => {
  const folder = join(directory, 'audit')
  const server = await startServer({ DATA_DIR: folder, RATE_LIMIT_SCALE: '1000' })
  for (let i = 0; i < 4; i++)
    await fetch(`${server.url}/api/v1/forms/contact`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'Ann Example',
        email: `ann${i}@example.com`,
        subject: 'A question',
        message: 'When does the next course begin?',
      }),
    })
  await server.stop()
  const intact = await run('verify-audit', folder)
  expect(intact).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^intact: 4 rows\n\d{4}-\d\d 4 [\da-f]{64}\n$/),
  })
  const printed = join(directory, 'heads.txt')
  writeFileSync(printed, intact.stdout)
  expect(await run('verify-audit', folder, '--against', printed)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^intact: 4 rows, and all of 1 heads that were kept\n/),
  })
  expect((await run('verify-audit', folder, '--against', 'anchors')).stderr).toContain(
    'AUDIT_ANCHORS is not set',
  )
  writeFileSync(printed, 'nothing\n')
  expect((await run('verify-audit', folder, '--against', printed)).code).toBe(1)
  writeFileSync(printed, intact.stdout)

  const database = new DatabaseSync(join(folder, 'tools-inc.db'))
  const change = "update audit_logs set outcome = 'failure' where sequence = 3"
  expect(() => database.exec(change)).toThrow(/append only/)
  expect(() => database.exec('delete from audit_logs where sequence = 3')).toThrow(/append only/)
  database.exec(`drop trigger audit_logs_no_update; ${change}`)
  const broken = await run('verify-audit', folder)
  expect(broken.code).toBe(1)
  expect(broken.stderr).toMatch(
    /^broken:\nunprotected: the table itself\naltered: partition \d{4}-\d\d, sequence 3\n$/,
  )
  database.exec('drop trigger audit_logs_no_delete; delete from audit_logs where sequence > 2')
  database.close()
  expect((await run('verify-audit', folder)).stderr).toBe('broken:\nunprotected: the table itself\n')
  expect((await run('verify-audit', folder, '--against', printed)).stderr).toMatch(
    /\ncut off: partition \d{4}-\d\d, sequence 3\n$/,
  )
}, 120_000)

const scripts = join(import.meta.dirname, '../../scripts')
const withOptions = readdirSync(scripts).filter(
  (name) => name.endsWith('.ts') && readFileSync(join(scripts, name), 'utf8').includes('parseArgs('),
)

test.each(withOptions)('%s says which option it does not know, and does nothing', async (name) => {
  const folder = join(directory, `unknown option of ${name}`)
  const { code, stdout, stderr } = await run(name.replace('.ts', ''), folder, '--bogus')
  expect(code).toBeGreaterThan(0)
  expect(stdout + stderr).toContain("Unknown option '--bogus'")
  expect(stdout + stderr).not.toMatch(/^ +at /m)
  expect(existsSync(folder)).toBe(false)
})
