import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqlite } from './database.ts'
import { migrate, migrations } from './migrations.ts'

let directory: string
const path = () => join(directory, 'older.db')
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** A file as the program before the given migration left it. */
function openOlder(before: number): DatabaseSync {
  const older = new DatabaseSync(path())
  older.exec('pragma journal_mode = wal')
  for (const migration of migrations.slice(0, before)) older.exec(migration)
  older.exec(`pragma user_version = ${before}`)
  return older
}

const tables = ['form_submissions', 'submission_contacts', 'mail_outbox', 'audit_logs', 'tracking_numbers']
const rowsOf = (database: DatabaseSync) =>
  Object.fromEntries(
    tables.map((table) => {
      const rows = database.prepare(`select * from ${table}`).all()
      return [table, rows.map((row) => JSON.stringify(row)).toSorted()]
    }),
  )
/** What is beside the tables: their own text says how their rows are kept. */
const besidesTables = (database: DatabaseSync) =>
  database
    .prepare(
      `select type, name, tbl_name, sql from sqlite_schema where type <> 'table' and sql is not null order by name`,
    )
    .all()
const columnsOf = (database: DatabaseSync) =>
  tables.map((table) => database.prepare(`select * from pragma_table_info('${table}') order by name`).all())

function fill(older: DatabaseSync, forms: number): void {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString()
  const insert = older.prepare(
    `insert into form_submissions (id, form_type, status, tracking_number, idempotency_key, receipt_hash, sealed_key, key_id, data,
       information, notes, attachments, metadata, assigned_to, due_at, reviewed_at, erased_at, retain_until, created_at, updated_at,
       version, first_due_at, urgency)
     values (?, ?, ?, ?, ?, 'hash', 'key', 'k', ?, ?, null, '["f"]', '{"urgency":"high"}', ?, ?, ?, ?, ?, ?, ?, ?, null, ?)`,
  )
  const contact = older.prepare('insert into submission_contacts values (?, ?)')
  const mail = older.prepare(
    `insert into mail_outbox (id, occasion, template, priority, reference, sealed, state, attempts, reason, lease, lease_until, created_at,
       due_at, expires_at, settled_at, recipient, waiting_since, code)
     values (?, ?, 't', ?, ?, ?, ?, ?, ?, ?, null, ?, ?, null, ?, ?, ?, ?)`,
  )
  for (let n = 0; n < forms; n++) {
    // The newest has the smallest id: rows are put in another order than they have.
    const id = `form-${String(forms - n).padStart(6, '0')}`
    const [isReferral, isErased] = [n % 3 === 0, n % 7 === 0]
    insert.run(
      id,
      isReferral ? 'referral' : 'contact',
      (['pending', 'spam', 'resolved'] as const)[n % 3] ?? 'pending',
      isReferral ? `REF-2026-${String(n).padStart(6, '0')}` : null,
      n % 2 === 0 ? `key ${n}` : null,
      isErased ? null : 'd'.repeat(900 + (n % 1_000)),
      n % 5 === 0 ? 'i'.repeat(6_000) : null,
      n % 4 === 0 ? 'staff' : null,
      at(n + 60),
      n % 3 === 2 ? at(n) : null,
      isErased ? at(n) : null,
      at(n + 600),
      at(n),
      at(n),
      1 + (n % 3),
      isReferral ? 'high' : null,
    )
    for (let c = 0; c < n % 4; c++) contact.run(`hash ${(n * 31 + c) % 97} ${c}`, id)
    const state = (['waiting', 'sent', 'expired', 'dead'] as const)[n % 4] ?? 'waiting'
    mail.run(
      `mail ${id}`,
      `form arrived ${id}`,
      n % 3,
      n % 2 === 0 ? null : id,
      state === 'sent' ? '' : 's'.repeat(500 + (n % 1_200)),
      state,
      n % 3,
      state === 'dead' ? 'refused' : null,
      state === 'waiting' && n % 8 === 0 ? `lease ${n}` : null,
      at(n),
      at(n + 1),
      state === 'waiting' ? null : at(n + 2),
      `recipient ${n % 11}`,
      n % 6 === 0 ? null : at(n),
      state === 'dead' ? '5.1.1' : null,
    )
  }
}

test('forms, contacts and mails of an older file are all there, in less space, with the same columns and indexes', () => {
  const older = openOlder(14)
  older.exec('begin')
  fill(older, 500)
  older.exec('commit')
  const [rows, besides, columns] = [rowsOf(older), besidesTables(older), columnsOf(older)]
  older.exec('pragma wal_checkpoint(truncate)')
  older.close()
  const bytesBefore = statSync(path()).size
  openSqlite(path()).close()
  const newer = new DatabaseSync(path())
  expect(rowsOf(newer)).toEqual(rows)
  const asWritten = (parts: ReturnType<typeof besidesTables>) =>
    parts.map(({ sql, ...part }) => ({ ...part, sql: String(sql).replaceAll('"', '') }))
  expect(asWritten(besidesTables(newer))).toEqual(asWritten(besides))
  const withoutPlace = (found: typeof columns) =>
    found.map((table) => table.map(({ cid: _, ...column }) => column))
  expect(withoutPlace(columnsOf(newer))).toEqual(withoutPlace(columns))
  expect(newer.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(newer.prepare('pragma foreign_key_check').all()).toEqual([])
  // A contact still belongs to a form that there is.
  expect(() => newer.exec(`insert into submission_contacts values ('h', 'no form')`)).toThrow(/FOREIGN KEY/)
  newer.exec('vacuum')
  newer.close()
  expect(statSync(path()).size).toBeLessThan(0.75 * bytesBefore)
})

test('one that breaks off leaves the file as it was', () => {
  const older = openOlder(14)
  fill(older, 20)
  const rows = rowsOf(older)
  // Its name is taken, so that the migration fails after it has begun.
  older.exec(
    'create table mail_outbox_in_rows (x) strict, without rowid'.replace('(x)', '(x text primary key)'),
  )
  expect(() => migrate(older)).toThrow(/mail_outbox_in_rows/)
  expect(rowsOf(older)).toEqual(rows)
  older.exec('drop table mail_outbox_in_rows')
  migrate(older)
  expect(rowsOf(older)).toEqual(rows)
  older.close()
})
