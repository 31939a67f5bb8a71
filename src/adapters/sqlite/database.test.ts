import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openSqlite, type SqliteDatabase } from './database.ts'
import type { DiskFailed } from './group-commit.ts'
import { openLogFile } from './log-file.ts'

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

describe('while the disk takes its time', () => {
  let flushes: PromiseWithResolvers<void>[]
  let lost: DiskFailed[]
  let file: DatabaseSync
  beforeEach(() => {
    database.close()
    flushes = []
    lost = []
    database = openSqlite(path(), {
      openLog: (...values) => ({
        ...openLogFile(...values),
        flush() {
          const flush = Promise.withResolvers<void>()
          flushes.push(flush)
          return flush.promise
        },
      }),
      whenLost: (error) => lost.push(error),
    })
    file = new DatabaseSync(path())
  })
  afterEach(() => file.close())
  const insert = (text: string) =>
    database.write('test', [], () => database.run('insert into secrets (text) values (?)', text))
  const inFile = () =>
    file
      .prepare('select text from secrets order by id')
      .all()
      .map(({ text }) => text)
  const texts = () => database.all('test', 'select text from secrets order by id').map(({ text }) => text)
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  async function onItsWay(text: string) {
    let isTold = false
    const told = insert(text).then(() => {
      isTold = true
    })
    for (let turns = 0; turns < 5; turns++) await turn()
    expect([inFile().includes(text), isTold]).toEqual([true, false])
    return { told }
  }

  test('nobody is told of a write, and nobody reads it, before it is on the disk', async () => {
    const { told } = await onItsWay('a')
    expect(texts()).toEqual([])
    await turn()
    expect(database.getTuple('test', 'select count(*) from secrets')).toEqual([0])
    flushes[0]?.resolve()
    await told
    expect(texts()).toEqual(['a'])
  })

  test('writes that come meanwhile are one group, which finds what is before it', async () => {
    const { told: first } = await onItsWay('a')
    const found = database.write('test', [], () => {
      database.run(`insert into secrets (text) values ('b')`)
      return texts()
    })
    const last = insert('c')
    for (let turns = 0; turns < 5; turns++) await turn()
    expect([inFile(), flushes.length]).toEqual([['a'], 1])
    flushes[0]?.resolve()
    await first
    for (let turns = 0; turns < 5; turns++) await turn()
    expect([inFile(), texts(), flushes.length]).toEqual([['a', 'b', 'c'], ['a'], 2])
    flushes[1]?.resolve()
    await last
    expect(await found).toEqual(['a', 'b'])
    expect(texts()).toEqual(['a', 'b', 'c'])
  })

  test('what another process has acknowledged meanwhile is read', async () => {
    const { told } = await onItsWay('a')
    expect(texts()).toEqual([])
    file.exec(`insert into secrets (text) values ('of another')`)
    await turn()
    expect(texts()).toContain('of another')
    flushes[0]?.resolve()
    await told
    expect(texts()).toEqual(['a', 'of another'])
  })

  test('what changes nothing does not wait for it', async () => {
    class Refused extends Error {}
    await database.write('test', [], () => database.run('delete from secrets'))
    await expect(
      database.write(
        'test',
        [Refused],
        () => {
          throw new Refused()
        },
        { refusesFirst: true },
      ),
    ).rejects.toThrow(Refused)
    expect(flushes).toEqual([])
  })

  test('who empties the log waits for it, and who closes waits for all that was asked', async () => {
    const { told } = await onItsWay('a')
    let emptied: boolean | undefined
    const emptying = database.emptyLog('test').then((isEmpty) => {
      emptied = isEmpty
    })
    await turn()
    expect(emptied).toBe(undefined)
    flushes[0]?.resolve()
    await Promise.all([told, emptying])
    expect([emptied, statSync(`${path()}-wal`).size]).toEqual([true, 0])
    const { told: onTheWay } = await onItsWay('b')
    const later = [onTheWay, insert('c')]
    database.close()
    await Promise.all(later)
    database = openSqlite(path())
    expect(texts()).toEqual(['a', 'b', 'c'])
  })

  test('once it has failed nothing is written any more, and what it had is read', async () => {
    const { told: first } = await onItsWay('a')
    flushes[0]?.resolve()
    await first
    const { told: onTheWay } = await onItsWay('b')
    const errorOf = (told: Promise<unknown>) => told.catch((error: unknown) => error)
    const [second, third] = [errorOf(onTheWay), errorOf(insert('c'))]
    flushes[1]?.reject(new Error('EIO'))
    for (const told of [second, third, errorOf(insert('d'))])
      expect(await told).toMatchObject({ name: 'PortUnavailable', cause: { name: 'DiskFailed' } })
    expect(lost).toHaveLength(1)
    expect(lost[0]).toMatchObject({ cause: { message: 'EIO' } })
    expect(texts()).toEqual(['a'])
    await expect(database.emptyLog('test')).rejects.toMatchObject({ name: 'PortUnavailable' })
    expect(flushes).toHaveLength(2)
    const last = errorOf(insert('e'))
    database.close()
    expect(await last).toMatchObject({ name: 'PortUnavailable' })
    database = openSqlite(path())
    // As after any answer that says that it does not know: it may be there.
    expect(texts().slice(0, 1)).toEqual(['a'])
    expect(texts()).not.toContain('c')
  })
})

test('the log begins anew, however long it is written to without a pause', async () => {
  database.close()
  database = openSqlite(path(), { pagesBeforeCheckpoint: 100 })
  let isOver = false
  const reading = (async () => {
    while (!isOver) {
      database.get('test', 'select count(*) from secrets')
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const pages: number[] = []
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let n = 0; n < 100; n++) {
        await database.write('test', [], () =>
          database.run('insert into secrets (text) values (?)', 'x'.repeat(20_000)),
        )
        pages.push(statSync(`${path()}-wal`).size / 4_120)
      }
    }),
  )
  isOver = true
  await reading
  expect(Math.max(...pages)).toBeGreaterThan(100)
  // However late the thread is that does it: four times as long, and the group that was on its way then.
  expect(Math.max(...pages)).toBeLessThan(500)
})
