import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { createAzureSqlAudit } from '../../src/adapters/azure-sql/audit.ts'
import { openAzureSql } from '../../src/adapters/azure-sql/database.ts'
import { migrate } from '../../src/adapters/azure-sql/migrations.ts'
import { createSqliteAudit } from '../../src/adapters/sqlite/audit.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import {
  type AuditDamageKind,
  type AuditEntry,
  type AuditHead,
  type AuditLog,
  anchoredEvent,
  auditChainText,
  genesisHash,
  headText,
} from '../../src/ports/audit.ts'
import { testAuditKeys } from '../audit-keys.ts'
import { startAzureSql } from '../stand-ins/azure-sql.ts'

/** The file behind the log, in the hands of somebody who may write it and has no key. */
interface File {
  exec(statements: string): void
  query(statement: string): readonly Readonly<Record<string, unknown>>[]
}

interface Opened {
  readonly audit: AuditLog
  readonly file: File
  readonly close: () => unknown
}

async function openFile(): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'tampering-'))
  const path = join(directory, 'test.db')
  const database = openSqlite(path)
  const intruder = new DatabaseSync(path)
  return {
    audit: createSqliteAudit({ database, keys: testAuditKeys() }),
    file: {
      exec: (statements) => intruder.exec(statements),
      query: (statement) => intruder.prepare(statement).all(),
    },
    close() {
      intruder.close()
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
}

async function openServer(): Promise<Opened> {
  const server = await startAzureSql()
  const database = openAzureSql(server.connection)
  await migrate(database)
  return {
    audit: createAzureSqlAudit({ database, keys: testAuditKeys() }),
    file: server,
    async close() {
      await database.close()
      await server.stop()
    },
  }
}

/** Until then reading goes on in the state that it began with. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

let ids = 0
const entry = (createdAt: string, extra: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`,
  eventType: 'user.login',
  actorId: 'ann',
  onBehalfOf: 'bob',
  resourceType: 'user',
  resourceId: 'ann',
  outcome: 'success',
  reason: 'code',
  requestId: 'request-1',
  sessionId: 'session-1',
  ipHmac: 'pseudonym',
  userAgentClass: 'browser',
  changedFields: ['name', 'theme'],
  createdAt,
  ...extra,
})

/** October with five records, November with six, of which the fourth is the anchor of a day. Answers the heads after that. */
async function write(audit: AuditLog): Promise<readonly AuditHead[]> {
  for (let day = 1; day <= 5; day++) await audit.append(entry(`2026-10-0${day}T10:00:00.000Z`))
  for (let day = 1; day <= 3; day++) await audit.append(entry(`2026-11-0${day}T10:00:00.000Z`))
  const heads = await audit.heads()
  const anchor = { eventType: anchoredEvent, resourceType: 'audit', changedFields: heads.map(headText) }
  await audit.append(entry('2026-11-04T00:00:00.000Z', anchor))
  for (let day = 5; day <= 6; day++) await audit.append(entry(`2026-11-0${day}T10:00:00.000Z`))
  return audit.heads()
}

const openTheTable = (file: File): void => {
  const triggers = file.query(
    `select name from sqlite_schema where type = 'trigger' and tbl_name = 'audit_logs'`,
  )
  file.exec(triggers.map(({ name }) => `drop trigger ${name}`).join('; '))
}

const copied = `event_type, actor_id, on_behalf_of, resource_type, resource_id, outcome, reason, request_id, session_id,
  ip_hmac, user_agent_class, changed_fields, created_at, previous_hash, hash, key_id`
const copy = (from: string, partition: string, sequence: number): string =>
  `insert into audit_logs (partition, sequence, id, ${copied})
   select '${partition}', ${sequence}, 'forged', ${copied} from audit_logs where ${from}`

const entryOf = (row: Readonly<Record<string, unknown>>): AuditEntry => ({
  id: String(row['id']),
  eventType: String(row['event_type']),
  actorId: String(row['actor_id']),
  onBehalfOf: String(row['on_behalf_of']),
  resourceType: String(row['resource_type']),
  resourceId: String(row['resource_id']),
  outcome: row['outcome'] as AuditEntry['outcome'],
  reason: String(row['reason']),
  requestId: String(row['request_id']),
  sessionId: String(row['session_id']),
  ipHmac: String(row['ip_hmac']),
  userAgentClass: String(row['user_agent_class']),
  changedFields: JSON.parse(String(row['changed_fields'])) as string[],
  createdAt: String(row['created_at']),
})

/** Numbers and hashes the records of November anew, from one on, as somebody would who has read the source. */
const recompute =
  (hash: (text: string) => string, { from = 1, keyId = 'key_id' }: { from?: number; keyId?: string } = {}) =>
  (file: File): void => {
    const rows = file.query(`select * from audit_logs where partition = '2026-11' order by sequence`)
    let previousHash = genesisHash('2026-11')
    for (const [index, row] of rows.entries()) {
      const sequence = index + 1
      const made =
        sequence < from ? String(row['hash']) : hash(auditChainText(entryOf(row), sequence, previousHash))
      if (sequence >= from)
        file.exec(`update audit_logs set sequence = ${sequence}, previous_hash = '${previousHash}', hash = '${made}',
          key_id = ${keyId} where id = '${String(row['id'])}'`)
      previousHash = made
    }
  }

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const byAnotherKey = (text: string) => createHmac('sha256', 'a guess').update(text).digest('hex')
const sql = (statements: string) => (file: File) => file.exec(statements)
const november = (sequence: number) => `partition = '2026-11' and sequence = ${sequence}`
const set = (column: string, value: string) =>
  sql(`update audit_logs set ${column} = ${value} where ${november(2)}`)
const andThen =
  (...steps: readonly ((file: File) => void)[]) =>
  (file: File) => {
    for (const step of steps) step(file)
  }

type Tampering = readonly [what: string, how: (file: File) => void, kind: AuditDamageKind]

const noticedAlone: readonly Tampering[] = [
  ['another event', set('event_type', `'user.logout'`), 'altered'],
  ['another actor', set('actor_id', `'eve'`), 'altered'],
  ['another principal', set('on_behalf_of', 'null'), 'altered'],
  ['another kind of thing', set('resource_type', `'form'`), 'altered'],
  ['another thing', set('resource_id', `'eve'`), 'altered'],
  ['another outcome', set('outcome', `'denied'`), 'altered'],
  ['another reason', set('reason', `'other'`), 'altered'],
  ['another request', set('request_id', `'request-2'`), 'altered'],
  ['another session', set('session_id', 'null'), 'altered'],
  ['another address', set('ip_hmac', `'other'`), 'altered'],
  ['another device', set('user_agent_class', `'script'`), 'altered'],
  ['other fields', set('changed_fields', `'["name"]'`), 'altered'],
  ['the same fields, spelt otherwise', set('changed_fields', `'["name", "theme"]'`), 'altered'],
  ['fields that are no list', set('changed_fields', `'{}'`), 'altered'],
  ['another time', set('created_at', `'2026-11-02T11:00:00.000Z'`), 'altered'],
  ['a time of another month', set('created_at', `'2026-10-02T10:00:00.000Z'`), 'wrong_month'],
  ['another id', set('id', `'forged'`), 'altered'],
  ['another hash', set('hash', `'${'0'.repeat(64)}'`), 'altered'],
  ['another hash before it', set('previous_hash', `'${'0'.repeat(64)}'`), 'altered'],
  ['a key that nobody has', set('key_id', `'nobody'`), 'unknown_key'],
  ['no key', set('key_id', 'null'), 'altered'],
  ['the first taken out', sql(`delete from audit_logs where ${november(1)}`), 'missing'],
  ['one in the middle taken out', sql(`delete from audit_logs where ${november(3)}`), 'missing'],
  [
    'several taken out',
    sql(`delete from audit_logs where partition = '2026-11' and sequence in (2, 3)`),
    'missing',
  ],
  ['the anchor taken out', sql(`delete from audit_logs where ${november(4)}`), 'missing'],
  [
    'one taken out and the rest moved up',
    sql(`delete from audit_logs where ${november(2)};
      update audit_logs set sequence = sequence - 1 where partition = '2026-11' and sequence > 2 and sequence <= 3;
      update audit_logs set sequence = 3 where ${november(4)}; update audit_logs set sequence = 4 where ${november(5)};
      update audit_logs set sequence = 5 where ${november(6)}`),
    'altered',
  ],
  [
    'the end of the month before cut off',
    sql(`delete from audit_logs where partition = '2026-10' and sequence > 3`),
    'cut_off',
  ],
  ['the month before taken out', sql(`delete from audit_logs where partition = '2026-10'`), 'month_gone'],
  [
    'the month before under another name',
    sql(`update audit_logs set partition = '2026-09' where partition = '2026-10'`),
    'wrong_month',
  ],
  [
    'two neighbours exchanged',
    sql(`update audit_logs set sequence = 99 where ${november(2)};
      update audit_logs set sequence = 2 where ${november(3)}; update audit_logs set sequence = 3 where ${november(99)}`),
    'altered',
  ],
  ['one moved far ahead', sql(`update audit_logs set sequence = 1000 where ${november(3)}`), 'missing'],
  ['one moved before the first', sql(`update audit_logs set sequence = 0 where ${november(1)}`), 'inserted'],
  ['a copy before the first', sql(copy(november(1), '2026-11', 0)), 'inserted'],
  ['a copy far before the first', sql(copy(november(1), '2026-11', -5)), 'inserted'],
  ['a copy at the end', sql(copy(november(6), '2026-11', 7)), 'altered'],
  ['a copy far ahead', sql(copy(november(6), '2026-11', 70)), 'missing'],
  [
    'one of another month at the end',
    sql(copy(`partition = '2026-10' and sequence = 5`, '2026-11', 7)),
    'wrong_month',
  ],
  [
    'a month that never was',
    sql(copy(`partition = '2026-10' and sequence = 1`, '2026-07', 1)),
    'wrong_month',
  ],
  ['all of a month hashed anew without a key', recompute(sha256, { keyId: 'null' }), 'unkeyed'],
  ['the end hashed anew without a key', recompute(sha256, { from: 5, keyId: 'null' }), 'unkeyed'],
  ['all hashed anew with a guessed key', recompute(byAnotherKey), 'altered'],
  ['all hashed anew with a key of one’s own', recompute(byAnotherKey, { keyId: `'own'` }), 'unknown_key'],
  [
    'one changed, and all hashed anew without a key',
    andThen(set('actor_id', `'eve'`), recompute(sha256, { keyId: 'null' })),
    'unkeyed',
  ],
  [
    'one taken out, and the rest hashed anew without a key',
    andThen(
      sql(`delete from audit_logs where ${november(5)}`),
      recompute(sha256, { from: 5, keyId: 'null' }),
    ),
    'unkeyed',
  ],
  [
    'all of the log hashed anew without a key',
    andThen(sql(`delete from audit_logs where partition = '2026-10'`), recompute(sha256, { keyId: 'null' })),
    'unkeyed',
  ],
]

const cut = (condition: string) => sql(`delete from audit_logs where ${condition}`)
const noticedByHeads: readonly Tampering[] = [
  ['the last cut off', cut(november(6)), 'cut_off'],
  ['several cut off', cut(`partition = '2026-11' and sequence > 2`), 'cut_off'],
  ['the newest month taken out', cut(`partition = '2026-11'`), 'month_gone'],
  ['everything taken out', cut('1 = 1'), 'month_gone'],
]

describe.each([
  ['sqlite', openFile],
  ['azure-sql', openServer],
] as const)('in %s', (_, open) => {
  let opened: Opened | undefined
  afterEach(async () => {
    await opened?.close()
    opened = undefined
  })
  async function begin() {
    opened = await open()
    const { audit, file } = opened
    const heads = await write(audit)
    expect(await audit.verify()).toMatchObject({ intact: true, records: 11, heads })
    return { audit, file, heads }
  }

  test.each(noticedAlone)('is noticed by the log itself: %s', async (_what, how, kind) => {
    const { audit, file } = await begin()
    openTheTable(file)
    how(file)
    await nextTurn()
    const { intact, damages } = await audit.verify()
    expect(intact).toBe(false)
    expect(damages.map((damage) => damage.kind)).toContain(kind)
  })

  test.each(noticedByHeads)('is noticed by heads that were kept elsewhere: %s', async (_what, how, kind) => {
    const { audit, file, heads } = await begin()
    openTheTable(file)
    how(file)
    await nextTurn()
    expect((await audit.verify(heads)).damages.map((damage) => damage.kind)).toContain(kind)
  })

  test('is noticed by heads that were kept elsewhere: an end cut off that has grown again', async () => {
    const { audit, file, heads } = await begin()
    openTheTable(file)
    cut(`partition = '2026-11' and sequence > 4`)(file)
    for (const day of ['07', '08', '09']) await audit.append(entry(`2026-11-${day}T10:00:00.000Z`))
    expect((await audit.verify(heads)).damages).toContainEqual({
      kind: 'replaced',
      partition: '2026-11',
      sequence: 6,
    })
  })

  test('is noticed: a table that no longer refuses changes', async () => {
    const { audit, file } = await begin()
    openTheTable(file)
    await nextTurn()
    expect((await audit.verify()).damages).toEqual([{ kind: 'unprotected', partition: null, sequence: null }])
  })
})
