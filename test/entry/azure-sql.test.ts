import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { migrationsOf, newestSchema } from '../../src/adapters/azure-sql/migrations.ts'
import { startServer } from '../server.ts'
import { type AzureSqlStandIn, startAzureSql } from '../stand-ins/azure-sql.ts'
import { startManagedIdentity } from '../stand-ins/managed-identity.ts'

const token = 'token-of-the-identity'
const directory = mkdtempSync(join(tmpdir(), 'azure-sql-process-'))
let server: AzureSqlStandIn
beforeAll(async () => {
  server = await startAzureSql({ token })
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true })
})

const environment = () => ({ ...server.environment, ...server.signIn, DATA_DIR: directory })

const run = (
  script: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: process.env['PATH'] ?? '', DOCUMENTS: 'memory', ...environment(), ...settings },
    }
    execFile(process.execPath, [`scripts/${script}.ts`], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

const sendReferral = (url: string, i: number) =>
  fetch(`${url}/api/v1/forms/referral`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      referrer: {
        name: 'Olga',
        email: `olga${i}@agency.example`,
        phone: '+1 619 555 0100',
        organization: 'Agency',
      },
      participant: { name: 'Pat Participant', contact: 'pat@example.com' },
      services: ['housing'],
      urgency: 'high',
    }),
  })

test('whoever migrates hears what the server said, and where; nothing of it is kept', async () => {
  server.fail(/^create table form_submissions/, 'refused')
  const refused = await run('migrate')
  const batches = migrationsOf({ ledger: ' with (ledger = on (append_only = on))' })[0]?.length
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(
    new RegExp(
      `^migration 1, batch \\d+ of ${batches} \\(create table form_submissions\\): error 262, state 1, from the database: ` +
        `CREATE TABLE permission denied in database 'toolsinc-reports'\\.\\n` +
        `Nothing of this run was kept\\. When the cause is gone, run npm run migrate again\\.\\n$`,
    ),
  )
  expect(server.query('select count(*) as tables from sqlite_schema')).toEqual([{ tables: 0 }])
  const stranger = await run('migrate', { MSSQL_PASSWORD: 'another' })
  expect(stranger.code).toBe(1)
  expect(stranger.stderr).toMatch(
    /^the database cannot be migrated: login refused \(ELOGIN\): Login failed for user/,
  )
  expect(stranger.stderr).not.toContain('another')
})

test('a process whose database has yet to be migrated says so, serves nothing by half, and serves once it is', async () => {
  const fresh = await startAzureSql()
  const settings = { ...fresh.environment, ...fresh.signIn, DATA_DIR: join(directory, 'fresh') }
  const process = await startServer({ ...settings, RATE_LIMIT_SCALE: '1000' })
  const ready = async () => {
    const answer = await fetch(`${process.url}/api/readyz`)
    return { status: answer.status, body: await answer.json() }
  }
  const needed = newestSchema
  const schema = {
    found: 0,
    needed,
    missing: Array.from({ length: needed }, (_, i) => i + 1),
    run: 'npm run migrate',
  }
  expect(await ready()).toMatchObject({ status: 503, body: { status: 'not_ready', schema } })
  const before = fresh.statements.length
  for (const answer of await Promise.all([
    sendReferral(process.url, 0),
    fetch(`${process.url}/api/v1/courses`),
    fetch(`${process.url}/api/v1/auth/login`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    }),
  ])) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await answer.json()).toMatchObject({ error: { code: 'unavailable' } })
  }
  expect((await fetch(`${process.url}/api/healthz`)).status).toBe(200)
  expect(fresh.statements.slice(before).filter((sent) => !sent.includes('schema_migrations'))).toEqual([])
  const said = () => process.lines.filter((line) => line.includes('schema_too_old'))
  await vi.waitFor(() => expect(said()).toHaveLength(1), { timeout: 20_000 })
  expect(said()[0]).toContain(`migration ${schema.missing.join(', ')} is missing. Run npm run migrate.`)

  expect((await run('migrate', settings)).code).toBe(0)
  await vi.waitFor(async () => expect((await sendReferral(process.url, 1)).status).toBe(201), {
    timeout: 20_000,
    interval: 200,
  })
  await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: 200, body: { schema: null } }), {
    timeout: 20_000,
    interval: 500,
  })
  expect(await process.stop()).toBe(0)
  await fresh.stop()
})

test('the tables are made by one command, also from two processes at once', async () => {
  const ended = await Promise.all([run('migrate'), run('migrate')])
  ended.push(await run('migrate'))
  expect(ended).toEqual(
    Array.from({ length: 3 }, () => ({
      code: 0,
      stdout: `toolsinc-reports on 127.0.0.1 has schema ${migrationsOf({ ledger: '' }).length}\n`,
      stderr: '',
    })),
  )
})

test('killed in the middle of many forms, a process leaves whole ones with consecutive numbers', async () => {
  const process = await startServer({ ...environment(), RATE_LIMIT_SCALE: '1000' })
  let answered = 0
  const sent = Array.from({ length: 40 }, async (_, i) => {
    const answer = await sendReferral(process.url, i).catch(() => null)
    if (++answered === 10) await process.stop('SIGKILL')
    return answer
  })
  const stored = (await Promise.all(sent)).filter((answer) => answer?.status === 201).length
  const [rows] = server.query(`select count(*) as submissions, max(tracking_number) as last,
    (select count(*) from audit_logs where event_type = 'form.submit') as audited,
    (select count(*) from mail_outbox) as mails from form_submissions`)
  const { submissions, last, audited, mails } = rows as { [name: string]: number }
  expect(submissions).toBeGreaterThanOrEqual(stored)
  expect([Number(String(last).slice(-6)), audited, mails]).toEqual([submissions, submissions, submissions])
})

test('a process takes forms as its managed identity, and is not ready while the database is silent', async () => {
  const identity = await startManagedIdentity({ token })
  const process = await startServer({
    ...server.environment,
    ...identity.environment,
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '1000',
  })
  expect((await sendReferral(process.url, 100)).status).toBe(201)
  expect(identity.resources).toContain('https://database.windows.net')
  expect(server.logIns.at(-1)).toMatchObject({ token, password: '' })

  const readiness = async () => {
    const answer = await fetch(`${process.url}/api/readyz`)
    return [answer.status, (await answer.json()).dependencies.audit.state]
  }
  const becomes = (expected: readonly [number, string]) =>
    vi.waitFor(async () => expect(await readiness()).toEqual(expected), { timeout: 10_000, interval: 200 })
  await becomes([200, 'up'])
  server.fail(/from audit_logs where actor_id/, 'endless')
  await becomes([503, 'down'])
  await becomes([200, 'up'])

  expect(await process.stop()).toBe(0)
  expect(process.lines.join('\n')).not.toContain(token)
  await identity.stop()
})

test('the audit log is verified there, too, and the row that was changed is named', async () => {
  const intact = await run('verify-audit')
  expect(intact).toMatchObject({ code: 0, stdout: expect.stringMatching(/^intact: \d+ rows\n/) })
  server.exec(`drop trigger ledger_of_audit_logs_update;
    update audit_logs set outcome = 'failure' where sequence = 3`)
  const broken = await run('verify-audit')
  expect(broken.code).toBe(1)
  expect(broken.stderr).toMatch(/^altered: partition \d{4}-\d\d, sequence 3$/m)
})

test('a process without its password does not start', async () => {
  const { MSSQL_PASSWORD: _, ...incomplete } = environment() as Record<string, string>
  await expect(startServer(incomplete)).rejects.toThrow('MSSQL_USER and MSSQL_PASSWORD: set both')
})
