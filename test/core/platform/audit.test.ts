import { expect, test } from 'vitest'
import { createMemoryAudit } from '../../../src/adapters/memory/audit.ts'
import { createMemoryAuditAnchors } from '../../../src/adapters/memory/audit-anchors.ts'
import { createManualClock } from '../../../src/adapters/memory/clock.ts'
import { createMemoryLog } from '../../../src/adapters/memory/log.ts'
import { createAnchoring, ForgedAnchor, readAnchors } from '../../../src/core/platform/audit/anchors.ts'
import { type AuditEntry, type AuditRecord, headText } from '../../../src/ports/audit.ts'
import type { AuditKeys } from '../../../src/ports/audit-keys.ts'
import { browserOf, createTestApp, signedInBrowser } from '../../app.ts'
import { auditSecret, testAuditKeys } from '../../audit-keys.ts'
import { allOf } from '../../contracts/audit-anchors.contract.ts'
import { logInWith } from '../accounts/intruder.ts'

const dayMs = 86_400_000
const hash = '0'.repeat(64)

let ids = 0
const entry = (createdAt: string): AuditEntry => ({
  id: String(++ids),
  eventType: 'user.login',
  actorId: 'ann',
  onBehalfOf: null,
  resourceType: 'user',
  resourceId: 'ann',
  outcome: 'success',
  reason: null,
  requestId: null,
  sessionId: null,
  ipHmac: null,
  userAgentClass: null,
  changedFields: [],
  createdAt,
})

function createLogOf(keys: AuditKeys, records: AuditRecord[] = []) {
  const clock = createManualClock(Date.UTC(2026, 10, 27, 12))
  const [audit, auditAnchors, log] = [
    createMemoryAudit({ keys, records }),
    createMemoryAuditAnchors(),
    createMemoryLog(),
  ]
  const anchoring = () => createAnchoring({ audit, auditAnchors, auditKeys: keys, clock, log }).jobs[0]?.run()
  return { clock, audit, auditAnchors, log, records, anchoring }
}

test('once a day the heads are in the log, in a line of the program and outside, however many processes do it', async () => {
  const { clock, audit, auditAnchors, log, anchoring } = createLogOf(testAuditKeys())
  await anchoring()
  expect(await audit.heads()).toEqual([])
  await audit.append(entry('2026-10-31T00:00:00.000Z'))
  await audit.append(entry('2026-11-27T00:00:00.000Z'))
  const heads = await audit.heads()
  await Promise.all(Array.from({ length: 20 }, anchoring))
  const { items } = await audit.list({ eventType: 'audit.anchor' }, { limit: 10 })
  expect(items.map(({ changedFields }) => changedFields)).toEqual([heads.map(headText)])
  clock.advance(dayMs)
  await anchoring()
  const kept = await allOf(auditAnchors)
  const read = await Promise.all(kept.map((text) => readAnchors(text, testAuditKeys())))
  expect(read.map((each) => each.length)).toEqual([2, 2])
  expect(read[0]).toEqual(heads)
  const lines = log.events.filter(({ event }) => event === 'audit_anchored')
  expect(lines.at(-1)?.fields).toEqual(JSON.parse(kept[1] ?? ''))
  expect(await audit.verify(read.flat())).toMatchObject({ intact: true })
})

test('a day whose anchor was written and then cut off is kept outside at the next hour', async () => {
  const { audit, auditAnchors, anchoring } = createLogOf(testAuditKeys())
  await audit.append(entry('2026-11-27T00:00:00.000Z'))
  const { keep } = auditAnchors
  auditAnchors.keep = async () => Promise.reject(new Error('unplugged'))
  await expect(anchoring()).rejects.toThrow('unplugged')
  await audit.append(entry('2026-11-27T00:00:01.000Z'))
  auditAnchors.keep = keep
  await anchoring()
  const [text = ''] = await allOf(auditAnchors)
  expect(await readAnchors(text, testAuditKeys())).toEqual([
    expect.objectContaining({ partition: '2026-11', sequence: 1 }),
  ])
})

test('heads are read from what was printed, from lines of a log and from anchors; forged ones are refused', async () => {
  const keys = testAuditKeys()
  const { audit, auditAnchors, anchoring } = createLogOf(keys)
  await audit.append(entry('2026-11-27T00:00:00.000Z'))
  await anchoring()
  const [anchor = ''] = await allOf(auditAnchors)
  const line = JSON.stringify({ at: 'now', level: 'info', event: 'audit_anchored', ...JSON.parse(anchor) })
  const text = `intact: 3 rows\n2026-11 3 ${hash}\n2026-10 ${hash}\r\n{"no":1}\n{broken\n${line}\n`
  expect(await readAnchors(text, keys)).toEqual([
    { partition: '2026-11', sequence: 3, hash },
    { partition: '2026-10', sequence: null, hash },
    expect.objectContaining({ partition: '2026-11', sequence: 1 }),
  ])
  for (const forged of [
    anchor.replace('2026-11 1 ', '2026-11 2 '),
    anchor.replace('2026-11-27', '2026-11-28'),
    anchor.replace(/"keyId":"[^"]*"/, '"keyId":"other"'),
  ])
    await expect(readAnchors(forged, keys)).rejects.toBeInstanceOf(ForgedAnchor)
})

test('records of an older program are vouched for by the first with a key, and by an anchor', async () => {
  const keys = testAuditKeys()
  const older: AuditKeys = {
    ...keys,
    active: async () => ({ id: null as unknown as string, mac: keys.digest }),
  }
  const { audit: before, records } = createLogOf(older)
  for (const at of ['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z'])
    await before.append(entry(at))
  const { audit, anchoring } = createLogOf(keys, records)
  expect((await audit.verify()).damages).toEqual([
    { kind: 'unkeyed', partition: '2026-10', sequence: 1 },
    { kind: 'unkeyed', partition: '2026-11', sequence: 2 },
  ])
  await anchoring()
  expect(await audit.verify()).toMatchObject({ intact: true, records: 4 })
  await before.append(entry('2026-11-28T00:00:00.000Z'))
  expect((await audit.verify()).damages).toEqual([{ kind: 'unkeyed', partition: '2026-11', sequence: 4 }])
})

test('after a rotation the log goes on under the new key; without the old one what it made cannot be shown', async () => {
  const { audit: before, records } = createLogOf(testAuditKeys(auditSecret('a')))
  await before.append(entry('2026-11-01T00:00:00.000Z'))
  const { audit } = createLogOf(testAuditKeys(auditSecret('b', 2026), auditSecret('a')), records)
  await audit.append(entry('2026-11-02T00:00:00.000Z'))
  expect(await audit.verify()).toMatchObject({ intact: true, records: 2 })
  expect(new Set(records.map(({ keyId }) => keyId)).size).toBe(2)
  await before.append(entry('2026-12-01T00:00:00.000Z'))
  const keys = testAuditKeys(auditSecret('b', 2026))
  const asked: string[] = []
  const byId: AuditKeys['byId'] = (id) => {
    asked.push(id)
    return keys.byId(id)
  }
  const { audit: forgetful } = createLogOf({ ...keys, byId }, records)
  expect((await forgetful.verify()).damages).toEqual([
    { kind: 'unknown_key', partition: '2026-11', sequence: 1 },
    { kind: 'unknown_key', partition: '2026-12', sequence: 1 },
  ])
  // A key that nobody has is looked for once, not for each record.
  expect(new Set(asked).size).toBe(asked.length)
})

const doctor = { email: 'chief@example.com', password: 'SecurePass123!', name: 'Chief' }

async function openWithAdmin() {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const { userId } = await signedInBrowser(testApp, doctor)
  await testApp.users.changeUser(userId, (user) => ({ ...user, role: 'admin', emailVerified: true }))
  const admin = await logInWith(browserOf(testApp), doctor.password, doctor.email)
  const search = (query = '') => admin.call('GET', `/api/v1/admin/audit${query}`)
  return { testApp, ann, adminId: userId, search }
}

test('an administrator searches the log by who, what and when; each look is itself on record', async () => {
  const { ann, adminId, search } = await openWithAdmin()
  const { status, body } = await search(`?actorId=${ann.userId}&event=user.signup`)
  expect(status).toBe(200)
  expect(body.items).toEqual([
    expect.objectContaining({ event: 'user.signup', actorId: ann.userId, outcome: 'success', sequence: 1 }),
  ])
  expect(JSON.stringify(body)).not.toContain('example.com')
  const { body: looks } = await search('?event=audit.read')
  expect(looks.items).toEqual([
    expect.objectContaining({
      actorId: adminId,
      resource: { type: 'user', id: ann.userId },
      changedFields: ['actorId', 'eventType'],
    }),
  ])
})

test('pages follow each other to the end, and what does not fit is refused by name', async () => {
  const { search } = await openWithAdmin()
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await search(`?until=2100-01-01T00:00:00Z&outcome=success&limit=1${cursor}`)
    seen.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.pagination.hasMore ? `&cursor=${body.pagination.nextCursor}` : ''
  } while (cursor !== '' && seen.length < 100)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThanOrEqual(3)
  for (const [query, path] of [
    ['?outcome=maybe', 'outcome'],
    ['?from=yesterday', 'from'],
    ['?cursor=nonsense', 'cursor'],
    ['?limit=1000', 'limit'],
  ] as const) {
    const { status, body } = await search(query)
    expect([status, body.error.details[0].path]).toEqual([400, path])
  }
})

test('nobody else sees it', async () => {
  const { testApp, ann } = await openWithAdmin()
  for (const role of ['user', 'mentor'] as const) {
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role }))
    expect((await ann.call('GET', '/api/v1/admin/audit')).status).toBe(403)
  }
})
