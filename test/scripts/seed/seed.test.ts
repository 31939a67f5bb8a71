import { describe, expect, test } from 'vitest'
import { AnotherSetIsThere, fillStore } from '../../../scripts/seed/fill-store.ts'
import { createScenario } from '../../../scripts/seed/scenario.ts'
import { sizesFrom } from '../../../scripts/seed/sizes.ts'
import { readConfig } from '../../../src/config/config.ts'
import { createSealSubmission } from '../../../src/core/forms/seal-submission.ts'
import { certificateCodes } from '../../../src/core/learning/certificates/certificates.model.ts'
import { verifiedEvent } from '../../../src/core/platform/audit/verify-chain.ts'
import { createKeys } from '../../../src/core/platform/keys/keys.ts'
import { anchoredEvent } from '../../../src/ports/audit.ts'
import type { Submission } from '../../../src/ports/submissions.ts'
import { browserOf } from '../../app.ts'
import { play } from './play.ts'
import { createSqliteApp, rowsOf, type SqliteApp } from './sqlite-app.ts'

const password = 'Demo-Only-Start-Over-1'
const untilMs = Date.UTC(2026, 10, 24)
const settings = readConfig({ NODE_ENV: 'test', TRUSTED_PROXY_HOPS: '1' }).config.app
const sizes = sizesFrom(
  {
    people: 14,
    courses: 3,
    enrollments: 30,
    conversations: 12,
    messages: 90,
    forms: 24,
    files: 20,
    sessions: 20,
    audit: 30,
    mails: 120,
  },
  settings.auth,
)
const options = { sizes, seed: 'a', untilMs, settings, isElsewhere: { documents: false, records: false } }

const passwordHash = 'the same each time'

async function filled(more: Partial<Parameters<typeof fillStore>[1]> = {}): Promise<SqliteApp> {
  const testApp = await createSqliteApp({ startAt: untilMs })
  const { outcome } = await fillStore(testApp.ports, { ...options, passwordHash, ...more })
  expect(outcome).toBe('filled')
  return testApp
}

/** All that is stored, but for the versions that stores give. */
function stored({ database }: SqliteApp): Readonly<Record<string, readonly unknown[]>> {
  const { documents = [], ...others } = rowsOf(database)
  return { ...others, documents: documents.map(({ version: _, ...row }) => row) }
}

/** What this program writes is in the index with the commit. */
const waitingForTheIndex = ['unindexed_messages', 'message_index_walk']

/** What nobody can know beforehand has no content here, and what was encrypted is read. */
async function readable(testApp: SqliteApp) {
  for (const { run } of testApp.jobs) await run()
  await testApp.settled()
  await testApp.tidy()
  const { ciphers, submissions } = testApp.ports
  const sealing = createSealSubmission({ ciphers }, createKeys(testApp.ports))
  const { documents, audit_logs, mail_outbox, form_submissions, ...others } = rowsOf(testApp.database)
  const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort()
  const secrets = new Set(['refreshHash', 'sealedSecret', 'code'])
  const certificateCode = { partition: '', id: '' }
  return {
    ...Object.fromEntries(
      Object.entries(others).map(([table, rows]) => [table, sorted(rows.map(({ rowid: _, ...row }) => row))]),
    ),
    documents: sorted(
      (documents ?? []).map(({ version: _, body, ...row }) => {
        const value = JSON.parse(String(body), (key, held) => (secrets.has(key) ? typeof held : held))
        return row['collection'] === certificateCodes.name
          ? { ...row, ...certificateCode, body: { ...value, id: '' } }
          : { ...row, body: value }
      }),
    ),
    audit_logs: sorted(
      (audit_logs ?? [])
        .filter(({ resource_type }) => resource_type !== 'seed')
        .map(({ id: _, sequence: __, previous_hash: ___, hash: ____, ...row }) =>
          // These name the hashes of the others.
          [anchoredEvent, verifiedEvent].includes(String(row['event_type']))
            ? { ...row, changed_fields: typeof row['changed_fields'] }
            : row,
        ),
    ),
    mail_outbox: sorted(
      (mail_outbox ?? []).map(({ id: _, lease: __, sealed, ...row }) => ({ ...row, sealed: sealed !== '' })),
    ),
    form_submissions: sorted(
      await Promise.all(
        (form_submissions ?? []).map(async ({ data: _, sealed_key: __, receipt_hash, ...row }) => ({
          ...row,
          receipt_hash: typeof receipt_hash,
          form: await sealing.open((await submissions.read(String(row['id']))) as Submission, 'data'),
        })),
      ),
    ),
  }
}

test('a store that is filled is what the use cases would have left', async () => {
  const played = await play(
    createScenario({
      ...options,
      retentionMs: settings.chat.retentionMs,
      sessionMs: settings.auth.sessionSeconds * 1000,
    }),
  )
  const hash = await played.ports.hasher.hash(password)
  const found = await readable(await filled({ passwordHash: hash }))
  const expected = await readable(played)
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [table, rows] of Object.entries(expected)) {
    if (waitingForTheIndex.includes(table)) expect(rows, table).toEqual([])
    else expect(rows, table).not.toEqual([])
    expect(found[table as 'documents'], table).toEqual(rows)
  }
})

describe('a store that is filled', () => {
  test('is the same each time, to the last byte', async () => {
    const first = stored(await filled())
    expect(stored(await filled())).toEqual(first)
    expect(stored(await filled({ seed: 'b' }))).not.toEqual(first)
  })

  test('stays as it is when it is filled again, also on another day, and takes no other set of that name', async () => {
    const testApp = await filled()
    const before = stored(testApp)
    const again = { ...options, passwordHash, untilMs: untilMs + 86_400_000 }
    expect(await fillStore(testApp.ports, again)).toEqual({ outcome: 'was there', untilMs })
    const other = { ...again, sizes: { ...sizes, forms: sizes.forms + 1 } }
    await expect(fillStore(testApp.ports, other)).rejects.toThrow(AnotherSetIsThere)
    expect(stored(testApp)).toEqual(before)
    expect((await fillStore(testApp.ports, { ...other, seed: 'b' })).outcome).toBe('filled')
  })

  test.each([1, 4, 9, 14, 20, 40, 60])('goes on where it was stopped, after %i steps', async (steps) => {
    const testApp = await createSqliteApp({ startAt: untilMs })
    const stopping = new AbortController()
    let taken = 0
    const progressed = () => {
      if (++taken === steps) stopping.abort()
    }
    const first = { ...options, passwordHash, signal: stopping.signal, progressed }
    const { outcome } = await fillStore(testApp.ports, first)
    expect(outcome).toBe(taken < steps ? 'filled' : 'stopped')
    // Half of what was under way may have been stored.
    await fillStore(testApp.ports, { ...options, passwordHash, untilMs: untilMs + 86_400_000 })
    const whole = stored(await filled())
    const inOrder = ({ documents = [], audit_logs: _, ...tables }: typeof whole) => ({
      ...tables,
      documents: documents.map((row) => JSON.stringify(row)).sort(),
    })
    expect(inOrder(stored(testApp))).toEqual(inOrder(whole))
    expect(await testApp.ports.audit.verify()).toMatchObject({
      intact: true,
      records: whole['audit_logs']?.length,
    })
  })

  test('counts right, and its audit log is whole', async () => {
    const testApp = await filled()
    const { enrollments, ports } = testApp
    expect(await ports.audit.verify()).toMatchObject({ intact: true })
    expect(await enrollments.recount()).toEqual({
      enrolments: sizes.enrollments,
      courses: sizes.courses,
      corrected: 0,
    })
  })

  test('lets everybody in, who then find what is theirs', async () => {
    const testApp = await createSqliteApp({ startAt: untilMs })
    const hash = await testApp.ports.hasher.hash(password)
    await fillStore(testApp.ports, { ...options, passwordHash: hash })
    let [conversations, courses] = [0, 0]
    for (let i = 1; i <= sizes.people; i++) {
      const browser = browserOf(testApp)
      const email = `person${i}@seed-a.example.org`
      const { status } = await browser.call('POST', '/api/v1/auth/login', { body: { email, password } })
      expect(status).toBe(200)
      const { items } = (await browser.call('GET', '/api/v1/conversations?limit=50')).body
      for (const { id, unreadCount } of items) {
        const { body } = await browser.call('GET', `/api/v1/conversations/${id}/messages?limit=100`)
        const mine = (await browser.call('GET', '/api/v1/users/me')).body.id
        const unread = body.items.findIndex((message: any) => mine in message.readBy)
        expect(unreadCount).toBe(unread < 0 ? body.items.length : unread)
      }
      conversations += items.length
      const { body: me } = await browser.call('GET', '/api/v1/users/me/progress')
      courses += Object.keys(me.courses).length
    }
    expect(conversations).toBeGreaterThan(2 * sizes.conversations - 1)
    expect(courses).toBe(sizes.enrollments)
  })
})
