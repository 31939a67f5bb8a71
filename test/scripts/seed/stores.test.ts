import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { fillStore } from '../../../scripts/seed/fill-store.ts'
import { type Sizes, sizesFrom } from '../../../scripts/seed/sizes.ts'
import { createAzureSqlAudit } from '../../../src/adapters/azure-sql/audit.ts'
import { openAzureSql } from '../../../src/adapters/azure-sql/database.ts'
import { createAzureSqlMailQueue } from '../../../src/adapters/azure-sql/mail-queue.ts'
import { createAzureSqlSubmissions } from '../../../src/adapters/azure-sql/submissions.ts'
import { openCosmosDocuments } from '../../../src/adapters/cosmos/documents.ts'
import { collections } from '../../../src/app/domains.ts'
import { readConfig } from '../../../src/config/config.ts'
import { walk } from '../../../src/core/kernel/walk.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'
import { createTestApp } from '../../app.ts'
import { testAuditKeys } from '../../audit-keys.ts'
import { startProvisionedAzureSql } from '../../stand-ins/provisioned-azure-sql.ts'
import { startProvisionedCosmos } from '../../stand-ins/provisioned-cosmos.ts'
import { createSqliteApp } from './sqlite-app.ts'

const untilMs = Date.UTC(2026, 10, 24)
const settings = readConfig({ NODE_ENV: 'test' }).config.app
const sizes = sizesFrom({ people: 12, messages: 150, forms: 5 }, settings.auth)
const options = { sizes, seed: '1', untilMs, settings, passwordHash: 'x' }

async function documentsIn(documents: DocumentStore): Promise<readonly string[]> {
  const all: string[] = []
  for (const collection of collections)
    for await (const { value } of walk((after) => documents.scan(collection, after)))
      all.push(JSON.stringify([collection.name, Object.entries(value as object).sort()]))
  return all.sort()
}

async function onSqlite(): Promise<readonly string[]> {
  const { ports } = await createSqliteApp({ startAt: untilMs })
  await fillStore(ports, { ...options, isElsewhere: { documents: false, records: false } })
  return documentsIn(ports.documents)
}

async function onCosmos() {
  const standIn = await startProvisionedCosmos()
  const testApp = await createTestApp({
    startAt: untilMs,
    ports: ({ clock, log }) => ({
      documents: openCosmosDocuments(standIn, {
        databaseName: standIn.environment.COSMOS_DATABASE,
        clock,
        log,
        sleep: async () => {},
      }).documents,
    }),
  })
  onTestFinished(standIn.close)
  return { standIn, testApp }
}

describe('the same documents are in', () => {
  test('memory', async () => {
    const { ports } = await createTestApp({ startAt: untilMs })
    await fillStore(ports, { ...options, isElsewhere: { documents: false, records: false } })
    expect(await documentsIn(ports.documents)).toEqual(await onSqlite())
  })

  test('Cosmos DB, where many go in one request', async () => {
    const { standIn, testApp } = await onCosmos()
    await fillStore(testApp.ports, { ...options, isElsewhere: { documents: true, records: false } })
    const expected = await onSqlite()
    expect(standIn.answered.length).toBeLessThan(0.7 * expected.length)
    expect(await documentsIn(testApp.ports.documents)).toEqual(expected)
  })

  test('Cosmos DB, when half of it was there and the connection broke in between', async () => {
    const { standIn, testApp } = await onCosmos()
    const isCreating = ({ operation }: { operation: string }) => ['create', 'batch'].includes(operation)
    let creations = 0
    standIn.fail({
      when: (request) => isCreating(request) && ++creations > 60,
      times: Number.POSITIVE_INFINITY,
      what: { status: 403 },
    })
    await expect(
      fillStore(testApp.ports, { ...options, isElsewhere: { documents: true, records: false } }),
    ).rejects.toThrow()
    creations = Number.NEGATIVE_INFINITY
    const { outcome } = await fillStore(testApp.ports, {
      ...options,
      isElsewhere: { documents: true, records: false },
    })
    expect(outcome).toBe('continued')
    expect(await documentsIn(testApp.ports.documents)).toEqual(await onSqlite())
  })
})

test('forms, mails and the audit log are the same in Azure SQL', async () => {
  const server = await startProvisionedAzureSql()
  const database = openAzureSql(server.connection)
  onTestFinished(async () => {
    await database.close()
    await server.stop()
  })
  const onAzure = await createTestApp({
    startAt: untilMs,
    ports: () => ({
      audit: createAzureSqlAudit({ database, keys: testAuditKeys() }),
      mailQueue: createAzureSqlMailQueue({ database }),
      submissions: createAzureSqlSubmissions({ database, keys: testAuditKeys() }),
    }),
  })
  const sizesOfRecords = sizesFrom({ people: 4, messages: 0, forms: 30, mails: 40 }, settings.auth)
  const fill = async ({ ports }: Awaited<ReturnType<typeof createTestApp>>) => {
    const isElsewhere = { documents: false, records: true }
    await fillStore(ports, { ...options, sizes: sizesOfRecords, isElsewhere })
    const { audit, submissions, mailQueue } = ports
    const forms = (await submissions.list({}, { order: 'changed', limit: 100 })).items
    return {
      forms,
      dead: await mailQueue.listDead(100),
      counts: await mailQueue.counts(),
      verified: await audit.verify(),
    }
  }
  const [found, expected] = [await fill(onAzure), await fill(await createSqliteApp({ startAt: untilMs }))]
  // Row versions and the order of entries are the store's own.
  const comparable = ({ forms, dead, counts, verified }: typeof found) => ({
    forms: forms.map(({ version: _, trackingNumber: __, ...form }) => form),
    dead,
    counts,
    records: verified.intact && verified.records,
  })
  expect(comparable(found)).toEqual(comparable(expected))
})

describe('sizes', () => {
  const { auth } = settings

  test('follow from people, and people from what is asked for', () => {
    expect(sizesFrom({ people: 1_000 }, auth)).toEqual<Sizes>({
      people: 1_000,
      courses: 5,
      enrollments: 2_000,
      conversations: 500,
      messages: 10_000,
      forms: 1_000,
      files: 500,
      sessions: 1_000,
      audit: 2_000,
      mails: 500,
    })
    expect(sizesFrom({ messages: 5_000 }, auth).people).toBe(500)
    expect(sizesFrom({ people: 0 }, auth)).toMatchObject({ conversations: 0, messages: 0, files: 0 })
  })

  test.each<[Partial<Sizes>, RegExp]>([
    [{ people: -1 }, /--people must be a whole number/],
    [{ people: 20_000_000 }, /--people must be a whole number from 0 to 10000000/],
    [{ people: 1.5 }, /--people/],
    [{ people: 10, courses: 2, enrollments: 21 }, /--enrollments 21 is more than 10 people in 2 courses/],
    [{ people: 1, conversations: 1 }, /--conversations need two people/],
    [{ people: 10, conversations: 0, messages: 5 }, /--messages need a conversation/],
    [{ people: 0, files: 5 }, /--files need people/],
    [{ people: 2, sessions: 1_000 }, /--sessions 1000 is more than/],
  ])('%j are refused with what to change', (given, expected) => {
    expect(() => sizesFrom(given, auth)).toThrow(expected)
  })
})

describe('npm run seed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'seed-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const environment = (folder: string) => ({
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: join(directory, folder),
  })
  const run = (folder: string, args: readonly string[], more: Record<string, string> = {}) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...environment(folder), ...more }
      execFile(process.execPath, ['scripts/seed.ts', ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })

  test('fills a store, says how far it is beside its answer, and finds it complete when asked again', async () => {
    const args = ['--people', '30', '--messages', '100']
    const first = await run('twice', args)
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The store is filled (people 30, courses 4'),
    })
    expect(first.stderr).toMatch(/^messages: 100 of 100, after \d+ s$/m)
    expect((await run('twice', args)).stdout).toContain('Nothing to do: this set was there already')
    expect(await run('twice', ['--people', '31'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds the set "1" in other sizes already'),
    })
  })

  test('says what is wrong with a command, and changes nothing', async () => {
    expect(await run('none', ['--people', 'many', '--forms', '1e3', '--at', '2999-01-01'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/--people must be.*\n--forms must be.*\n--at must not lie ahead/),
    })
    expect((await run('none', ['--persons', '3'])).stderr).toContain("Unknown option '--persons'")
    expect((await run('none', ['--seed', '3'])).stderr).toContain('--seed and --at go with a size')
    expect((await run('none', ['--help'])).stdout).toContain('--enrollments N')
    expect((await run('none', ['--people', '3'], { NODE_ENV: 'production' })).code).toBe(1)
  })

  test('stops when it is interrupted, and goes on', async () => {
    const args = ['scripts/seed.ts', '--people', '600']
    const child = spawn(process.execPath, args, {
      env: environment('stopped'),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    child.stdout.on('data', (text) => {
      stdout += text
    })
    child.stderr.once('data', () => child.kill('SIGINT'))
    const [code] = await once(child, 'close')
    expect([code, stdout]).toEqual([130, expect.stringContaining('The same command goes on from here')])
    const second = await run('stopped', args.slice(1))
    expect(second.stdout).toContain('went on where an earlier one had stopped')
  })
})
