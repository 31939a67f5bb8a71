import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { createSqliteDocuments } from '../../src/adapters/sqlite/documents.ts'
import { collections } from '../../src/app/domains.ts'
import { readConfig } from '../../src/config/config.ts'
import { courseRules } from '../../src/core/learning/courses/course-rules.model.ts'
import { heartbeats } from '../../src/core/platform/health/heartbeats.model.ts'
import { documentsContract } from '../contracts/documents.contract.ts'
import { sqlitePorts } from '../scripts/seed/sqlite-app.ts'
import { countedVersion, openCountedSqlite, openSqliteToFill } from './counted-sqlite.ts'
import { disagreements, growthsOf, tableOf } from './growth.ts'
import { type Measured, measureAll, openCostApp, uncovered } from './measure.ts'
import { fillCostStore } from './store.ts'
import { whatGrows } from './what-grows.ts'

const startAt = Date.UTC(2026, 10, 24)
const sizes = { small: 10, large: 20_000 }

let [small, large]: (Measured | undefined)[] = []
let rowsIn: ReadonlyMap<string, number>

/** Fills a database, and does everything in it once. */
async function measure(n: number): Promise<Measured> {
  const filling = openSqliteToFill()
  const filled = await openCostApp(startAt, ({ clock }) => sqlitePorts(filling.database, clock))
  const scene = await fillCostStore(filled.ports, readConfig({ NODE_ENV: 'test' }).config.app, n)
  const counted = openCountedSqlite(await filling.bytes())
  const tidy: (() => Promise<unknown>)[] = []
  const testApp = await openCostApp(startAt, ({ clock }) => {
    const { accessTokens, secrets } = filled.ports
    const onSqlite = sqlitePorts(counted.database, clock)
    tidy.push(onSqlite.documents.removeExpired)
    return { ...onSqlite, accessTokens, secrets }
  })
  rowsIn = new Map(
    counted.database
      .all(
        'test',
        `select collection as name, count(*) as n from documents group by 1
         union all select 'audit_logs', count(*) from audit_logs
         union all select 'form_submissions', count(*) from form_submissions
         union all select 'mail_outbox', count(*) from mail_outbox`,
      )
      .map((row) => [String(row['name']), Number(row['n'])]),
  )
  const job = { name: 'remove-expired-documents', everyMs: 1, run: async () => void (await tidy[0]?.()) }
  const measured = await measureAll(testApp, scene, counted.take, [job])
  await counted.close()
  return measured
}

beforeAll(async () => {
  small = await measure(sizes.small)
  large = await measure(sizes.large)
}, 600_000)

test('what counts is the SQLite that serves', () => {
  const served = new DatabaseSync(':memory:').prepare('select sqlite_version() as version').get()
  expect(countedVersion).toBe(served?.['version'])
})

test('every read of the API is measured', async () => {
  expect(uncovered(await openCostApp(startAt, () => ({})))).toEqual({ missing: [], gone: [] })
})

test('there is enough of everything that a store keeps', () => {
  // There is one or two of them, whatever else there is.
  const ofOne = new Set<string>([courseRules.name, heartbeats.name])
  const names = collections.map(({ name }) => name).filter((name) => !ofOne.has(name))
  const kept = [...names, 'audit_logs', 'form_submissions', 'mail_outbox']
  expect(kept.filter((name) => (rowsIn.get(name) ?? 0) < sizes.large)).toEqual([])
})

test('nothing grows with what is in SQLite but what is in the list, by the number there', () => {
  if (!small || !large) throw new Error('nothing was measured')
  console.log(`Work in SQLite with ${sizes.small} and ${sizes.large} of each thing\n${tableOf(small, large)}`)
  expect(disagreements(growthsOf(small, large), whatGrows.sqlite)).toEqual([])
})

documentsContract('sqlite that counts', async (needs) => {
  const { database, close } = openCountedSqlite()
  return { documents: createSqliteDocuments({ database, ...needs }), close }
})
