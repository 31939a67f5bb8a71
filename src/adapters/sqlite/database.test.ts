import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqlite, type SqliteDatabase } from './database.ts'

let directory: string
let database: SqliteDatabase
const path = () => join(directory, 'a.db')

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sqlite-'))
  database = openSqlite(path())
  database.exec('create table secrets (id integer primary key, text text)')
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

const filesWith = (word: string): readonly string[] =>
  readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(word))
const write = (sql: string) => database.write('test', [], () => database.run(sql))

test('once the log is emptied, what was deleted or replaced is in no file', async () => {
  await write(`insert into secrets (text) values ('canary-one'), ('canary-two'), ('stays')`)
  await write(`delete from secrets where text = 'canary-one'`)
  await write(`update secrets set text = 'other' where text = 'canary-two'`)
  expect(filesWith('canary-one')).toEqual(['a.db-wal'])
  expect(database.emptyLog('test')).toBe(true)
  for (const word of ['canary-one', 'canary-two']) expect(filesWith(word)).toEqual([])
  expect(filesWith('stays')).toEqual(['a.db'])
})

test('where another connection still reads from the log it is not waited for, and works later', async () => {
  await write(`insert into secrets (text) values ('canary')`)
  const other = new DatabaseSync(path())
  other.exec('begin')
  expect(other.prepare('select count(*) as n from secrets').get()).toEqual({ n: 1 })
  await write('delete from secrets')
  expect(database.emptyLog('test')).toBe(false)
  other.exec('commit')
  expect(database.emptyLog('test')).toBe(true)
  expect(filesWith('canary')).toEqual([])
  // And who writes afterwards waits for others as before.
  expect(database.all('test', 'pragma busy_timeout')).toEqual([{ timeout: 5_000 }])
  other.close()
})

test('in memory there is nothing to empty', () => {
  const inMemory = openSqlite(':memory:')
  expect(inMemory.emptyLog('test')).toBe(true)
  inMemory.close()
})

test('work of one turn that is refused undoes itself alone, wherever in the group it stands', async () => {
  class Refused extends Error {}
  const refused = (text: string) =>
    database.write('test', [Refused], () => {
      database.run('insert into secrets (text) values (?)', text)
      throw new Refused()
    })
  const kept = (text: string) =>
    database.write('test', [Refused], () => database.run('insert into secrets (text) values (?)', text))
  const texts = () => database.all('test', 'select text from secrets order by text').map(({ text }) => text)
  const outcomes = await Promise.allSettled([
    refused('no'),
    refused('no'),
    kept('a'),
    refused('no'),
    kept('b'),
    refused('no'),
  ])
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
    false,
    false,
    true,
    false,
    true,
    false,
  ])
  expect(texts()).toEqual(['a', 'b'])
  await expect(refused('no')).rejects.toThrow(Refused)
  expect(texts()).toEqual(['a', 'b'])
  // What is no refusal undoes all of them, the first too.
  const broken = database.write('test', [Refused], () => database.run('insert into nothing values (1)'))
  expect((await Promise.allSettled([kept('c'), broken])).every(({ status }) => status === 'rejected')).toBe(
    true,
  )
  expect(texts()).toEqual(['a', 'b'])
})
