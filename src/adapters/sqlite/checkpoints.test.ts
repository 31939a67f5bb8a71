import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CheckpointMode, checkpoint } from './checkpoint.ts'
import { createThreadedCheckpointer } from './checkpointer.ts'
import { type OpeningSqlite, openSqlite, type SqliteDatabase } from './database.ts'

let directory: string
let database: SqliteDatabase | undefined
const path = () => join(directory, 'a.db')
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkpoints-'))
})
afterEach(() => {
  database?.close()
  database = undefined
  rmSync(directory, { recursive: true })
})

function open(options: OpeningSqlite): SqliteDatabase {
  database = openSqlite(path(), options)
  database.exec('create table texts (id integer primary key, text text)')
  return database
}
/** About ten pages of the log. */
const write = (to: SqliteDatabase, text = 'x') =>
  to.write('test', [], () => to.run('insert into texts (text) values (?)', text.padEnd(36_000, 'x')))
async function writeMany(to: SqliteDatabase, count: number) {
  for (let n = 0; n < count; n++) await write(to)
}
const logBytes = () => statSync(`${path()}-wal`).size
const countOf = (file: string) => {
  const opened = new DatabaseSync(file)
  const { n } = opened.prepare('select count(*) as n from texts').get() as { n: number }
  const [check] = opened.prepare('pragma integrity_check').all()
  opened.close()
  return [n, check?.['integrity_check']]
}

describe('in a thread', () => {
  test('a long log is emptied, and what was deleted is in no file', async () => {
    const opened = open({ pagesBeforeCheckpoint: 100_000 })
    await write(opened, 'canary')
    await opened.write('test', [], () => opened.run('delete from texts'))
    const inThread = createThreadedCheckpointer(path())
    expect(await inThread.run('truncate')).toBe(true)
    inThread.close()
    expect(logBytes()).toBe(0)
    expect(readFileSync(path()).includes('canary')).toBe(false)
    expect(await inThread.run('truncate')).toBe(false)
  })

  test('where somebody still reads from the log, the rest stays, and it is said', async () => {
    const opened = open({ pagesBeforeCheckpoint: 100_000 })
    await write(opened)
    const other = new DatabaseSync(path())
    other.exec('begin')
    other.prepare('select count(*) from texts').get()
    await write(opened)
    const inThread = createThreadedCheckpointer(path())
    expect([await inThread.run('passive'), await inThread.run('truncate')]).toEqual([false, false])
    other.exec('commit')
    expect([await inThread.run('passive'), await inThread.run('truncate')]).toEqual([true, true])
    // It is there again when it is needed.
    inThread.rest()
    await write(opened)
    expect(await inThread.run('truncate')).toBe(true)
    inThread.close()
    other.close()
  })

  test('who closes in the middle of it waits: what is left is one file, and whole', async () => {
    const opened = open({ pagesBeforeCheckpoint: 20 })
    for (let n = 0; n < 30; n++) {
      const writing = writeMany(opened, 3)
      await (n % 2 === 0 ? writing : write(opened))
      await writing
    }
    opened.close()
    database = undefined
    expect([existsSync(`${path()}-wal`), existsSync(`${path()}-shm`)]).toEqual([false, false])
    expect(countOf(path())).toEqual([105, 'ok'])
  })

  test('where there can be none, it is done without', async () => {
    const threadUrl = pathToFileURL(join(directory, 'nothing.ts'))
    const opened = open({
      pagesBeforeCheckpoint: 100,
      openCheckpointer: (file) => createThreadedCheckpointer(file, threadUrl),
    })
    await writeMany(opened, 40)
    expect(await opened.emptyLog('test')).toBe(true)
    expect(logBytes()).toBe(0)
  })
})

describe('beside the groups', () => {
  interface Pass {
    readonly mode: CheckpointMode
    /** Does it, or fails. */
    end(error?: Error): void
  }
  let passes: Pass[]
  let closed: number
  const opening = (): OpeningSqlite => ({
    pagesBeforeCheckpoint: 200,
    openCheckpointer: (file) => ({
      run: (mode) =>
        new Promise((resolve, reject) => {
          const end = (error?: Error) => (error ? reject(error) : resolve(checkpoint(file, mode)))
          passes.push({ mode, end })
        }),
      rest() {},
      close() {
        closed++
      },
    }),
  })
  beforeEach(() => {
    passes = []
    closed = 0
  })
  const passUnderWay = (count: number) =>
    vi.waitFor(() => expect(passes).toHaveLength(count), { timeout: 20_000 })
  /** How many writes that took. */
  async function writeUntilPass(to: SqliteDatabase, count: number): Promise<number> {
    let writes = 0
    while (passes.length < count) {
      await write(to)
      await turns(2)
      if (++writes > 200) throw new Error('the log is long, and nothing is done')
    }
    return writes
  }
  async function turns(count: number) {
    for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
  }
  const stored = (from: SqliteDatabase) => from.getTuple('test', 'select count(*) from texts')?.[0]

  test('writes go on during the first part, wait for the second, and then the log begins anew', async () => {
    const opened = open(opening())
    const first = await writeUntilPass(opened, 1)
    await writeMany(opened, 5)
    passes[0]?.end()
    await passUnderWay(2)
    let isTold = false
    const late = write(opened).then(() => {
      isTold = true
    })
    await turns(50)
    expect([isTold, stored(opened)]).toEqual([false, first + 5])
    const before = logBytes()
    passes[1]?.end()
    await late
    await writeMany(opened, 5)
    expect([stored(opened), logBytes(), passes.map(({ mode }) => mode)]).toEqual([
      first + 11,
      before,
      ['passive', 'passive'],
    ])
    await writeUntilPass(opened, 3)
    passes[2]?.end()
  })

  test('a thread that is late lets the log grow to four times its length, and then who writes waits', async () => {
    const opened = open(opening())
    let told = 0
    const writing = Promise.all(
      Array.from({ length: 100 }, async () => {
        await write(opened)
        told++
      }),
    )
    // All of one turn are one group.
    await writing
    await passUnderWay(1)
    const late = writeMany(opened, 3)
    await vi.waitFor(() => expect(stored(opened)).toBe(101), { timeout: 20_000 })
    await turns(50)
    expect([stored(opened), told]).toEqual([101, 100])
    passes[0]?.end()
    await passUnderWay(2)
    passes[1]?.end()
    await late
    expect(stored(opened)).toBe(103)
  })

  test('one that fails loses nothing, and is tried again when the log is longer', async () => {
    const opened = open(opening())
    const first = await writeUntilPass(opened, 1)
    passes[0]?.end(new Error('EIO'))
    const second = await writeUntilPass(opened, 2)
    expect(second).toBeGreaterThan(1)
    expect(second).toBeLessThan(first)
    passes[1]?.end()
    await passUnderWay(3)
    passes[2]?.end()
    await write(opened)
    expect(stored(opened)).toBe(first + second + 1)
  })

  test('who empties the log waits for one that is under way, and who writes meanwhile for that', async () => {
    const opened = open(opening())
    const first = await writeUntilPass(opened, 1)
    let emptied: boolean | undefined
    const emptying = Promise.all(
      [1, 2].map(async () => {
        emptied = await opened.emptyLog('test')
      }),
    )
    await turns(20)
    expect([passes.length, emptied]).toEqual([1, undefined])
    passes[0]?.end()
    await passUnderWay(2)
    passes[1]?.end()
    await passUnderWay(3)
    expect(passes[2]?.mode).toBe('truncate')
    const late = write(opened)
    await turns(20)
    expect(stored(opened)).toBe(first)
    passes[2]?.end()
    await Promise.all([emptying, late])
    expect([emptied, stored(opened)]).toEqual([true, first + 1])
    expect(passes).toHaveLength(3)
  })

  test('who closes meanwhile stores what waits for it', async () => {
    const opened = open(opening())
    const first = await writeUntilPass(opened, 1)
    passes[0]?.end()
    await passUnderWay(2)
    const late = write(opened)
    await turns(5)
    opened.close()
    database = undefined
    await late
    expect(closed).toBe(1)
    passes[1]?.end(new Error('closed'))
    await turns(5)
    expect(countOf(path())).toEqual([first + 1, 'ok'])
  })

  test('a short log is emptied without a thread', async () => {
    const opened = open(opening())
    await write(opened)
    expect(await opened.emptyLog('test')).toBe(true)
    expect([passes, logBytes()]).toEqual([[], 0])
  })
})
