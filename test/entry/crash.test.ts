import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createSqliteAudit } from '../../src/adapters/sqlite/audit.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../src/adapters/sqlite/documents.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { systemIds } from '../../src/adapters/system/ids.ts'
import { collections } from '../../src/app/domains.ts'
import { createAdministrators } from '../../src/core/accounts/users/administrators.ts'
import { createSweepUnclaimedUsers } from '../../src/core/accounts/users/sweep-unclaimed-users.ts'
import { type UserEmail, userEmails, users } from '../../src/core/accounts/users/users.model.ts'
import type { AnyCollection, DocumentStore } from '../../src/ports/documents.ts'
import { auditKeysIn } from '../audit-keys.ts'
import { startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'crash-'))
afterAll(() => rmSync(directory, { recursive: true }))

const environment = {
  DATA_DIR: directory,
  RATE_LIMIT_SCALE: '1000000',
  PASSWORD_MEMORY_KIB: '7168',
  PASSWORD_ITERATIONS: '1',
  HASH_QUEUE: '10000',
  LOG_LEVEL: 'warn',
}
const password = 'SecurePass123!'

const post = (url: string, path: string, body: object) =>
  fetch(`${url}/api/v1/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

async function all<T extends { id: string }>(
  documents: DocumentStore,
  collection: AnyCollection,
): Promise<T[]> {
  const found: T[] = []
  let after: string | undefined
  do {
    const page = await documents.scan(collection, after === undefined ? {} : { after })
    found.push(...page.items.map(({ value }) => value as T))
    after = page.next
  } while (after !== undefined)
  return found
}

test('killed in the middle of 1,000 signups: whoever got a 201 can log in, and nobody is half there', async () => {
  const server = await startServer({ ...environment, LOG_LEVEL: 'info' })
  const acknowledged: string[] = []
  let answered = 0
  const signUps = Array.from({ length: 1_000 }, async (_, i) => {
    const email = `person${i}@example.com`
    const response = await post(server.url, 'signup', { email, password, name: `Person ${i}` }).catch(
      () => null,
    )
    if (response?.status === 201) acknowledged.push(email)
    if (++answered === 300) server.process.kill('SIGKILL')
  })
  await Promise.all(signUps)
  await server.stop('SIGKILL')
  expect(acknowledged.length).toBeGreaterThan(100)
  expect(acknowledged.length).toBeLessThan(1_000)

  const restarted = await startServer({ ...environment, LOG_LEVEL: 'info' })
  const statuses = await Promise.all(
    acknowledged.map(async (email) => (await post(restarted.url, 'login', { email, password })).status),
  )
  expect(statuses).toEqual(acknowledged.map(() => 200))
  const again = await post(restarted.url, 'signup', {
    email: 'person999@example.com',
    password,
    name: 'Again',
  })
  expect([201, 409]).toContain(again.status)
  expect(await restarted.stop()).toBe(0)

  const database = openSqlite(join(directory, 'tools-inc.db'))
  const hourLater = { now: () => systemClock.now() + 3_600_000 }
  const documents = createSqliteDocuments({ database, collections, clock: hourLater })
  const needs = { documents, clock: hourLater, ids: systemIds, log: createMemoryLog() }
  await createSweepUnclaimedUsers(needs, createAdministrators(needs))()
  const claims = await all<UserEmail>(documents, userEmails)
  const accounts = await all<{ id: string; email: string }>(documents, users)
  expect(accounts.map(({ id, email }) => `${email} ${id}`).sort()).toEqual(
    claims.map(({ id, userId }) => `${id} ${userId}`).sort(),
  )
  expect(await createSqliteAudit({ database, keys: auditKeysIn(directory) }).verify()).toMatchObject({
    intact: true,
  })
  database.close()
}, 120_000)
