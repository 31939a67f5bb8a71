import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { migrate } from '../../../src/adapters/sqlite/migrations.ts'
import { collections } from '../../../src/app/domains.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { createTestApp } from '../../app.ts'

describe('the data registry', () => {
  const registered = async () => (await createTestApp()).registry.entries().map(({ store }) => store)

  test.each(collections.map(({ name }) => name))('has the collection %s', async (name) => {
    expect(await registered()).toContain(name)
  })

  test('has every table, of which one holds the collections and some are parts of the index of words', async () => {
    const database = new DatabaseSync(':memory:')
    migrate(database)
    const rows = database.prepare(`select name from sqlite_master where type = 'table'`).all()
    const tables = rows.map(({ name }) => String(name)).filter((name) => !name.startsWith('sqlite_'))
    expect(tables).toContain('documents')
    const ours = tables.filter((name) => name !== 'documents' && !/^message_words_/.test(name))
    expect(ours.length).toBeGreaterThan(5)
    const stores = await registered()
    for (const table of ours) expect(stores).toContain(table)
  })

  test.each(blobContainers)('has the blob container %s', async (container) => {
    expect(await registered()).toContain(`blobs:${container}`)
  })

  test('has nothing that is not there', async () => {
    const database = new DatabaseSync(':memory:')
    migrate(database)
    const rows = database.prepare(`select name from sqlite_master where type = 'table'`).all()
    const known = new Set([
      ...collections.map(({ name }) => name),
      ...blobContainers.map((name) => `blobs:${name}`),
      ...rows.map(({ name }) => String(name)),
    ])
    for (const store of await registered()) if (!store.startsWith('cache:')) expect(known).toContain(store)
  })
})
