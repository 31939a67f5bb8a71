import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { documentsContract } from '../../../test/contracts/documents.contract.ts'
import { collection } from '../../ports/documents.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { limitedTo } from './connection.ts'
import { openSqlite } from './database.ts'
import { createSqliteDocuments } from './documents.ts'

documentsContract('sqlite in memory', async (needs) => {
  const database = openSqlite(':memory:')
  return { documents: createSqliteDocuments({ database, ...needs }), close: database.close }
})

documentsContract('sqlite file', async (needs) => {
  const directory = mkdtempSync(join(tmpdir(), 'documents-'))
  const database = openSqlite(join(directory, 'test.db'))
  return {
    documents: createSqliteDocuments({ database, ...needs }),
    close() {
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
})

const things = collection<{ id: string; rank: number }>()({ name: 'Things', partition: 'id', paths: {} })
const clock = { now: () => 0 }

function inFile(work: (path: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sqlite-'))
    try {
      await work(join(directory, 'test.db'))
    } finally {
      rmSync(directory, { recursive: true })
    }
  }
}

test(
  'what another connection commits is read from the next turn on, and what this one commits at once',
  inFile(async (path) => {
    const [one, two] = [openSqlite(path), openSqlite(path)]
    const mine = createSqliteDocuments({ database: one, collections: [things], clock })
    const theirs = createSqliteDocuments({ database: two, collections: [things], clock })
    const key = { partition: 'a', id: 'a' }
    expect(await mine.read(things, key)).toBeNull()
    const { version } = await theirs.insert(things, { id: 'a', rank: 1 })
    expect((await mine.read(things, key))?.value.rank).toBe(1)
    const replaced = mine.replace(things, { id: 'a', rank: 2 }, version)
    expect((await mine.read(things, key))?.value.rank).toBe(1)
    await replaced
    expect((await mine.read(things, key))?.value.rank).toBe(2)
    await mine.read(things, key)
    one.close()
    two.close()
    await new Promise(setImmediate)
    await expect(mine.read(things, key)).rejects.toThrow(PortUnavailable)
  }),
)

test(
  'two connections share one file, and what one committed the other reads',
  inFile(async (path) => {
    const [one, two] = [openSqlite(path), openSqlite(path)]
    const documents = [one, two].map((database) =>
      createSqliteDocuments({ database, collections: [things], clock }),
    )
    const inserted = await Promise.allSettled(
      documents.map((store) => store.insert(things, { id: 'a', rank: 1 })),
    )
    expect(inserted.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const store of documents)
      expect((await store.read(things, { partition: 'a', id: 'a' }))?.value.rank).toBe(1)
    one.close()
    two.close()
  }),
)

test(
  'a refused write leaves its neighbours in the same commit alone',
  inFile(async (path) => {
    const database = openSqlite(path)
    const documents = createSqliteDocuments({ database, collections: [things], clock })
    const results = await Promise.allSettled(
      ['a', 'a', 'b', 'b', 'c'].map((id, rank) => documents.insert(things, { id, rank })),
    )
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    database.close()
  }),
)

test(
  'what cannot be written is unavailable, with the cause kept for the log',
  inFile(async (path) => {
    const database = openSqlite(path)
    const documents = createSqliteDocuments({ database, collections: [things], clock })
    const other = new DatabaseSync(path)
    other.exec('drop table documents')
    const failure = await documents.insert(things, { id: 'a', rank: 1 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PortUnavailable)
    expect((failure as PortUnavailable).cause).toBeInstanceOf(Error)
    other.close()
    database.close()
  }),
)

test(
  'a file from a newer program is refused',
  inFile(async (path) => {
    openSqlite(path).close()
    const other = new DatabaseSync(path)
    other.exec('pragma user_version = 999')
    other.close()
    expect(() => openSqlite(path)).toThrow(/schema 999/)
  }),
)

test('a limit whose value the planner would look at is refused, for it is compiled anew at each use', () => {
  const database = openSqlite(':memory:')
  expect(() => database.all('documents', 'select 1 limit ?', 1)).toThrow(
    expect.objectContaining({
      cause: expect.objectContaining({ message: expect.stringContaining(limitedTo) }),
    }),
  )
  expect(database.all('documents', `select 1 as one ${limitedTo}`, 1)).toEqual([{ one: 1 }])
  database.close()
})

test('every access path is served by an index of its own', async () => {
  const database = openSqlite(':memory:')
  const ranked = collection<{ id: string; owner: string; rank: number }>()({
    name: 'Ranked',
    partition: 'owner',
    paths: { byRank: { by: [], order: 'rank' } },
  })
  createSqliteDocuments({ database, collections: [ranked], clock })
  const plan = database.all(
    'documents',
    `explain query plan select version, body from documents where collection = 'Ranked' and partition = ?
     and (expires_at is null or expires_at > ?) order by json_extract(body, '$.rank') asc, id asc ${limitedTo}`,
    'p',
    0,
    10,
  )
  expect(plan.map(({ detail }) => detail).join()).toContain('USING INDEX path_Ranked_rank')
  database.close()
})
