import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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
  expect(await database.emptyLog('test')).toBe(true)
  for (const word of ['canary-one', 'canary-two']) expect(filesWith(word)).toEqual([])
  expect(filesWith('stays')).toEqual(['a.db'])
})

test('where another connection still reads from the log it is not waited for, and works later', async () => {
  await write(`insert into secrets (text) values ('canary')`)
  const other = new DatabaseSync(path())
  other.exec('begin')
  expect(other.prepare('select count(*) as n from secrets').get()).toEqual({ n: 1 })
  await write('delete from secrets')
  expect(await database.emptyLog('test')).toBe(false)
  other.exec('commit')
  expect(await database.emptyLog('test')).toBe(true)
  expect(filesWith('canary')).toEqual([])
  // And who writes afterwards waits for others as before.
  expect(database.all('test', 'pragma busy_timeout')).toEqual([{ timeout: 10 }])
  other.close()
})

test('in memory there is nothing to empty', async () => {
  const inMemory = openSqlite(':memory:')
  expect(await inMemory.emptyLog('test')).toBe(true)
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

describe('while somebody else writes to the file', () => {
  let other: DatabaseSync
  beforeEach(async () => {
    await write(`insert into secrets (text) values ('before')`)
    other = new DatabaseSync(path())
    other.exec('begin immediate')
  })
  afterEach(() => {
    vi.useRealTimers()
    other.close()
  })
  const insert = (text: string, refusals: (new () => Error)[] = []) =>
    database.write('test', refusals, () => database.run('insert into secrets (text) values (?)', text))
  const texts = () => database.all('test', 'select text from secrets order by id').map(({ text }) => text)
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  test('writes wait between the turns of this process, in their order, while reads go on', async () => {
    const settled: string[] = []
    const waiting = ['a', 'b'].map((text) => insert(text).then(() => settled.push(text)))
    await turns(20)
    waiting.push(insert('c').then(() => settled.push('c')))
    await turns(20)
    expect(settled).toEqual([])
    expect(texts()).toEqual(['before'])
    other.exec('commit')
    await Promise.all(waiting)
    expect(settled).toEqual(['a', 'b', 'c'])
    expect(texts()).toEqual(['before', 'a', 'b', 'c'])
  })

  test('each waits for five seconds from when it came, then it is unavailable', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        vi.advanceTimersByTime(100)
        await turns(2)
      }
    }
    const first = insert('first').catch((error: Error) => error.name)
    await pass(3_000)
    const second = insert('second')
    await pass(2_100)
    expect(await first).toBe('PortUnavailable')
    other.exec('commit')
    await pass(100)
    await second
    expect(texts()).toEqual(['before', 'second'])
  })

  test('work that refuses first does not take the others down when the file is taken in between', async () => {
    class Refused extends Error {}
    other.exec('commit')
    const refused = database.write('test', [Refused], () => {
      queueMicrotask(() => {})
      throw new Refused()
    })
    const kept = insert('kept', [Refused])
    await expect(refused).rejects.toThrow(Refused)
    await kept
    expect(texts()).toEqual(['before', 'kept'])
  })

  test('who closes waits for what is written elsewhere no longer than that, and tells what was not stored', async () => {
    const told = insert('late').catch((error: Error) => error.name)
    await turns(5)
    other.exec('commit')
    database.close()
    expect(await told).not.toBe('PortUnavailable')
    database = openSqlite(path())
    expect(texts()).toEqual(['before', 'late'])
  })
})
