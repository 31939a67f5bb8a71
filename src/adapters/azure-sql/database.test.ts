import sql from 'mssql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testAuditKeys } from '../../../test/audit-keys.ts'
import { newSubmission } from '../../../test/contracts/submissions.contract.ts'
import { type AzureSqlStandIn, standInUser, startAzureSql } from '../../../test/stand-ins/azure-sql.ts'
import { createCertificate } from '../../../test/stand-ins/certificate.ts'
import type { AuditEntry } from '../../ports/audit.ts'
import type { NewSubmission } from '../../ports/submissions.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createAzureSqlAudit } from './audit.ts'
import { type AzureSqlDatabase, openAzureSql } from './database.ts'
import { createAzureSqlMailQueue } from './mail-queue.ts'
import { migrate, migrationsOf, newestSchema } from './migrations.ts'
import { createAzureSqlSubmissions } from './submissions.ts'

const token = 'token-of-the-identity'
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }

const auditEntry = (resourceId: string): AuditEntry => ({
  id: crypto.randomUUID(),
  eventType: 'form.submit',
  actorId: 'anonymous',
  onBehalfOf: null,
  resourceType: 'form',
  resourceId,
  outcome: 'success',
  reason: null,
  requestId: null,
  sessionId: null,
  ipHmac: null,
  userAgentClass: null,
  changedFields: [],
  createdAt: '2026-11-24T10:00:00.000Z',
})

const causeOf = async (failing: Promise<unknown>): Promise<Error> => {
  const error = await failing.then(
    () => expect.fail('it went well'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PortUnavailable)
  return (error as PortUnavailable).cause as Error
}

let server: AzureSqlStandIn
let database: AzureSqlDatabase
beforeAll(async () => {
  server = await startAzureSql({ token })
  database = openAzureSql({ ...server.connection, timeoutMs: 1_000 })
  await migrate(database)
})
afterAll(async () => {
  await database.close()
  await server.stop()
})

describe('what goes wrong while a submission is stored', () => {
  let number = 0
  beforeEach(() => {
    number++
  })
  const series = () => `REF-${2000 + number}`
  const store = (extra: Partial<NewSubmission> = {}) => {
    const submission = newSubmission({ id: crypto.randomUUID(), trackingSeries: series(), ...extra })
    return createAzureSqlSubmissions({ database, keys: testAuditKeys() }).store(submission, {
      audit: auditEntry(submission.id),
      mails: [],
    })
  }
  const numberOf = async (stored: ReturnType<typeof store>) => (await stored).submission.trackingNumber

  test.each(['update tracking_numbers', 'insert into form_submissions', 'insert into audit_logs'])(
    'the victim of a deadlock at `%s` begins again, and its number is not lost',
    async (statement) => {
      server.fail(new RegExp(statement), 'deadlock', 2)
      expect(await numberOf(store())).toBe(`${series()}-000001`)
      expect(await numberOf(store())).toBe(`${series()}-000002`)
    },
  )

  test('a deadlock every time is given up', async () => {
    server.fail(/insert into form_submissions/, 'deadlock', 6)
    expect(await causeOf(store())).toMatchObject({ number: 1205 })
    expect(await numberOf(store())).toBe(`${series()}-000001`)
  })

  test.each([
    ['update tracking_numbers', 'endless'],
    ['insert into audit_logs', 'endless'],
    ['insert into audit_logs', 'freeze'],
  ] as const)('no answer to `%s` (%s) is given up, and nothing of it is left', async (statement, fault) => {
    const id = crypto.randomUUID()
    server.fail(new RegExp(statement), fault)
    expect((await causeOf(store({ id }))).message).toMatch(/^time-out \(ETIMEOUT\): /)
    expect(await createAzureSqlSubmissions({ database, keys: testAuditKeys() }).read(id)).toBeNull()
    expect(await numberOf(store())).toBe(`${series()}-000001`)
  })

  test.each(['update tracking_numbers', 'insert into audit_logs'])(
    'a connection that breaks at `%s` leaves nothing, and the next is a new one',
    async (statement) => {
      const id = crypto.randomUUID()
      server.fail(new RegExp(statement), 'drop')
      await causeOf(store({ id }))
      expect(await createAzureSqlSubmissions({ database, keys: testAuditKeys() }).read(id)).toBeNull()
      expect(await numberOf(store())).toBe(`${series()}-000001`)
    },
  )

  test('connections that broke while nobody used them are replaced before they are used', async () => {
    await Promise.all([store(), store(), store()])
    server.dropAll()
    await new Promise(setImmediate)
    expect(await numberOf(store())).toBe(`${series()}-000004`)
  })

  test('what is too long for its column is refused, and no error quotes it', async () => {
    const cause = await causeOf(store({ type: `secret ${'x'.repeat(100)}` }))
    expect(cause).toMatchObject({
      number: 2628,
      message: expect.stringContaining('too long for its column: type'),
    })
    expect(JSON.stringify([cause.message, cause.stack, cause.cause])).not.toContain('secret')
  })

  test('what fits counts as its database counts: in units of UTF-16, and with a blank at its end', async () => {
    const fits = await store({ assignedTo: '🙂'.repeat(50) })
    expect(fits.submission.assignedTo).toBe('🙂'.repeat(50))
    for (const assignedTo of [`${'🙂'.repeat(50)}x`, `${'x'.repeat(99)}  `, `${'x'.repeat(99)}␃␃`])
      expect(await causeOf(store({ assignedTo }))).toMatchObject({
        number: 2628,
        message: expect.stringContaining('too long for its column: assignedTo'),
      })
    expect(await causeOf(store({ contactHashes: ['x'.repeat(101)] }))).toMatchObject({ number: 2628 })
  })

  test('a statement has one declaration, whatever its values are, and the stand-in refuses another', async () => {
    const values = [null, '', 'x', 'x '.repeat(3_000), 'é🙂'.repeat(50_000)]
    for (const [i, data] of values.entries())
      await store({
        data,
        notes: data,
        information: data,
        assignedTo: i === 0 ? null : `user ${'x'.repeat(i)}`,
      })
    const statement = server.statements.find((sent) => sent.startsWith('insert into form_submissions')) ?? ''
    expect(server.declarations.get(statement)).toMatch(
      /@id nvarchar\(101\), ?@type nvarchar\(51\), .*@data nvarchar\(max\), .*@dueAt datetime2\(3\), .*@urgency nvarchar\(21\)/,
    )
    const driver = new sql.ConnectionPool({
      ...server.connection,
      ...standInUser,
      options: { cryptoCredentialsDetails: { ca: server.connection.authority ?? '' } },
    })
    await driver.connect()
    const ask = (said: string) => driver.request().input('said', said).query('select @said as said')
    await ask('one')
    await expect(ask('other')).rejects.toThrow('declared as @said nvarchar(3) before: @said nvarchar(5)')
    await driver.close()
  })

  test('whatever is in a value is sent as a parameter', async () => {
    const evil = `'; drop table form_submissions; -- \u202e`
    const before = server.statements.length
    const { submission } = await store({
      data: evil,
      assignedTo: evil,
      metadata: { evil },
      idempotencyKey: evil,
    })
    const queue = createAzureSqlMailQueue({ database })
    await queue.claim({
      lease: evil,
      now: '2026-01-01T00:00:00.000Z',
      leaseUntil: '2026-01-01T00:00:00.000Z',
      limit: 1,
      priorities: { least: 0, most: 100 },
    })
    const { items } = await createAzureSqlSubmissions({ database, keys: testAuditKeys() }).list(
      { assignedTo: evil, contactHashes: [evil], type: evil },
      { order: 'newest', limit: 1 },
    )
    expect(items).toEqual([])
    expect(
      await createAzureSqlSubmissions({ database, keys: testAuditKeys() }).read(submission.id),
    ).toMatchObject({
      data: evil,
      metadata: { evil },
    })
    expect(server.statements.slice(before).join()).not.toContain('drop')
    expect(server.parameters.slice(before).flatMap(Object.values)).toContain(evil)
  })
})

describe.each([
  [5, 'its ledger', [37_359, 37_359, 37_359]],
  [3, 'its trigger and a table that refers to it', [51_000, 51_000, 4712]],
] as const)('on a server of edition %i the audit log refuses, by %s', (edition, _, numbers) => {
  let other: AzureSqlStandIn
  let opened: AzureSqlDatabase
  beforeAll(async () => {
    other = await startAzureSql({ edition })
    opened = openAzureSql(other.connection)
    await migrate(opened)
    await createAzureSqlAudit({ database: opened, keys: testAuditKeys() }).append(auditEntry('one'))
  })
  afterAll(async () => {
    await opened.close()
    await other.stop()
  })

  test.each([
    ['update audit_logs set outcome = @outcome', numbers[0]],
    ['delete from audit_logs where outcome <> @outcome', numbers[1]],
    ['truncate table audit_logs', numbers[2]],
  ])('`%s`', async (statement, number) => {
    const values = statement.includes('@') ? { outcome: 'failure' } : {}
    expect(await causeOf(opened.run('audit', statement, values))).toMatchObject({ number })
    expect(other.query('select count(*) as rows from audit_logs')).toEqual([{ rows: 1 }])
  })

  test('and says when nothing protects it any more', async () => {
    const audit = createAzureSqlAudit({ database: opened, keys: testAuditKeys() })
    expect(await audit.verify()).toMatchObject({ intact: true, damages: [] })
    const guard = edition === 5 ? 'ledger_of_audit_logs' : 'audit_logs_append_only'
    other.exec(`drop trigger ${guard}_update; drop trigger ${guard}_delete`)
    expect((await audit.verify()).damages).toMatchObject([{ kind: 'unprotected' }])
  })
})

test('a ledger that has a trigger beside it, as older versions made it, keeps working without it, too', async () => {
  const audit = createAzureSqlAudit({ database, keys: testAuditKeys() })
  const [trigger = ''] = migrationsOf({ ledger: '' })
    .flat()
    .filter((batch) => batch.startsWith('create trigger'))
  await database.run('migrations', trigger, {})
  expect(await migrate(database)).toBe(newestSchema)
  await audit.append(auditEntry('two'))
  expect(await audit.verify()).toMatchObject({ intact: true })
  await database.run('migrations', 'drop trigger audit_logs_append_only', {})
  expect(await audit.verify()).toMatchObject({ intact: true })
})

test('a transaction and a statement on its own read what is committed', async () => {
  const inIsolation = (isolation: number) =>
    new sql.ConnectionPool({
      ...server.connection,
      ...standInUser,
      options: {
        connectionIsolationLevel: isolation,
        cryptoCredentialsDetails: { ca: server.connection.authority ?? '' },
      },
    }).connect()
  const claim =
    server.statements.find((sent) => sent.includes('readpast')) ?? 'with (readpast, readcommittedlock)'
  for (const isolation of [sql.ISOLATION_LEVEL.SNAPSHOT, sql.ISOLATION_LEVEL.SERIALIZABLE]) {
    const pool = await inIsolation(isolation)
    await expect(pool.request().query(claim)).rejects.toMatchObject({ number: 650 })
    await pool.close()
  }
  const queue = createAzureSqlMailQueue({ database })
  await queue.probe()
  const now = '2026-01-01T00:00:00.000Z'
  const all = { least: 0, most: 100 }
  expect(await queue.claim({ lease: 'l', now, leaseUntil: now, limit: 1, priorities: all })).toEqual([])
})

describe('logging in', () => {
  const askAs = async (connection: Partial<typeof server.connection>) => {
    const opened = openAzureSql({ ...server.connection, timeoutMs: 1_000, ...connection })
    return opened.run('audit', 'select @reference as said', { reference: 'well' }).finally(opened.close)
  }

  test('by name and password', async () => {
    expect((await askAs({})).rows).toEqual([{ said: 'well' }])
    const cause = await causeOf(askAs({ signIn: { user: 'tools-inc-api', password: 'wrong password' } }))
    expect(cause.message).toMatch(/ELOGIN/)
    expect(cause.message).not.toContain('wrong password')
  })

  test('as the managed identity, with a token for databases', async () => {
    expect((await askAs({ signIn: { credential } })).rows).toEqual([{ said: 'well' }])
    expect(server.logIns.at(-1)).toMatchObject({ token, password: '' })
    const other = { getToken: async () => ({ token: 'of another', expiresOnTimestamp: 0 }) }
    expect((await causeOf(askAs({ signIn: { credential: other } }))).message).toMatch(/ELOGIN/)
  })

  test('never to a server whose certificate is not trusted', async () => {
    const { authority: _, ...untrusting } = server.connection
    const before = server.logIns.length
    const opened = openAzureSql({ ...untrusting, timeoutMs: 1_000 })
    expect((await causeOf(opened.run('audit', 'select 1 as one', {}))).message).toMatch(/certificate/)
    expect(server.logIns).toHaveLength(before)
    await opened.close()
  })

  test('to a server that is not there fails, and works once it is', async () => {
    const certified = createCertificate(['127.0.0.1'])
    const away = await startAzureSql({ certified })
    await away.stop()
    const opened = openAzureSql({ ...away.connection, timeoutMs: 1_000 })
    expect((await causeOf(opened.run('audit', 'select 1 as one', {}))).message).toMatch(/ESOCKET/)
    const back = await startAzureSql({ port: away.connection.port, certified })
    expect((await opened.run('audit', 'select @reference as said', { reference: 'well' })).rows).toEqual([
      { said: 'well' },
    ])
    await opened.close()
    await back.stop()
  })
})
