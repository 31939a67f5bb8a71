import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createRandom } from '../../scripts/seed/random.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import type { LogFile } from '../../src/adapters/sqlite/log-file.ts'
import { createForgetfulDisk, type Remains } from '../stand-ins/forgetful-disk.ts'

/*
 * Things of three parts are changed, all parts at once, by several writers, while the power fails again and again. Whatever of what
 * was written has reached the disk: the database is whole, each thing is as one of its changes made it, and no older than what
 * somebody was told or has read.
 */

const directory = mkdtempSync(join(tmpdir(), 'power-cut-'))
afterAll(() => rmSync(directory, { recursive: true }))

const things = 30
const parts = [1, 2, 3]
const writers = 5
const changesEach = 60

interface Walk {
  readonly cuts: number
  readonly checkpoints: number
  /** What was wrong, each kind with how often. */
  readonly faults: Readonly<Record<string, number>>
}

async function walk(
  seed: number,
  {
    isLying = false,
    readsFile = false,
  }: {
    /** Whether a flush is said to be over that is none. */
    readonly isLying?: boolean
    /** Whether what is read is read from the file, whatever the disk has of it. */
    readonly readsFile?: boolean
  } = {},
): Promise<Walk> {
  const random = createRandom('power cut', seed)
  const path = join(directory, `${crypto.randomUUID()}.db`)
  const disk = createForgetfulDisk(path, random)
  const lie = (file: string, pageBytes: number): LogFile => ({
    ...disk.openLog(file, pageBytes),
    flush: () => Promise.resolve(),
  })
  const database = openSqlite(path, {
    open: disk.open,
    openLog: isLying ? lie : disk.openLog,
    openCheckpointer: disk.openCheckpointer,
    pagesBeforeCheckpoint: 80,
  })
  database.exec(
    'create table parts (thing integer, part integer, change integer, text text, primary key (thing, part)) without rowid',
  )
  await database.write('test', [], () => {
    for (let thing = 0; thing < things; thing++)
      for (const part of parts) database.run(`insert into parts values (?, ?, 0, '')`, thing, part)
  })
  const none = () => Array.from({ length: things }, () => 0)
  const [asked, told, read] = [none(), none(), none()]
  const faults: Record<string, number> = {}
  let [cuts, checkpoints] = [0, 0]
  const fault = (what: string) => {
    faults[what] = (faults[what] ?? 0) + 1
  }

  function examine({ database: main, log }: Remains): void {
    cuts++
    const found = join(directory, `${crypto.randomUUID()}.db`)
    writeFileSync(found, main)
    writeFileSync(`${found}-wal`, log)
    const opened = new DatabaseSync(found)
    try {
      opened.exec('pragma synchronous = off')
      const [check] = opened.prepare('pragma integrity_check').all()
      if (check?.['integrity_check'] !== 'ok') fault('damaged')
      const rows = opened
        .prepare(
          'select thing, min(change) as least, max(change) as most, count(*) as n from parts group by thing',
        )
        .all() as { thing: number; least: number; most: number; n: number }[]
      if (rows.length !== things) fault('lost what was told')
      for (const { thing, least, most, n } of rows) {
        if (least !== most || n !== parts.length) fault('half a change')
        if (most > (asked[thing] ?? 0)) fault('never asked for')
        if (least < (told[thing] ?? 0)) fault('lost what was told')
        if (least < (read[thing] ?? 0)) fault('lost what was read')
      }
    } catch (error) {
      fault(String(error))
    }
    opened.close()
    for (const ending of ['', '-wal', '-shm']) rmSync(found + ending, { force: true })
  }
  disk.onCheckpoint((halfway) => {
    checkpoints++
    examine(halfway)
  })

  const file = new DatabaseSync(path)
  const readAll = 'select thing, min(change) as change from parts group by thing'
  function readEverything(): void {
    const rows = readsFile ? file.prepare(readAll).all() : database.all('test', readAll)
    for (const { thing, change } of rows as unknown as { thing: number; change: number }[])
      read[thing] = Math.max(read[thing] ?? 0, change)
  }
  let writing = writers
  const write = async () => {
    for (let left = changesEach; left > 0; left--) {
      const thing = random.int(things)
      const text = 'x'.repeat(random.int(6_000))
      const change = await database.write('test', [], () => {
        asked[thing] = (asked[thing] ?? 0) + 1
        for (const part of parts)
          database.run(
            'update parts set change = ?, text = ? where thing = ? and part = ?',
            asked[thing] ?? 0,
            text,
            thing,
            part,
          )
        return asked[thing] ?? 0
      })
      told[thing] = Math.max(told[thing] ?? 0, change)
      for (let turns = random.int(3); turns > 0; turns--) await setImmediate()
    }
    writing--
  }
  const everybody = Promise.all(Array.from({ length: writers }, write))
  while (writing > 0) {
    if (random.chance(0.3)) readEverything()
    if (random.chance(0.2)) examine(disk.cut())
    if (random.chance(0.02)) await database.emptyLog('test')
    await setImmediate()
  }
  await everybody
  examine(disk.cut())
  file.close()
  database.close()
  return { cuts, checkpoints, faults }
}

test.each([1, 2, 3, 4, 5, 6])(
  'whenever the power fails, what was told or read is there, and nothing is half there (%i)',
  { timeout: 60_000 },
  async (seed) => {
    const { cuts, checkpoints, faults } = await walk(seed)
    expect(faults).toEqual({})
    expect(cuts).toBeGreaterThan(30)
    expect(checkpoints).toBeGreaterThan(5)
  },
)

test('a disk that says too early that it has something is found out', { timeout: 60_000 }, async () => {
  expect((await walk(1, { isLying: true })).faults).toHaveProperty('lost what was told')
})

test('who reads what the disk does not have yet is found out', { timeout: 60_000 }, async () => {
  expect((await walk(1, { readsFile: true })).faults).toEqual({ 'lost what was read': expect.any(Number) })
})
