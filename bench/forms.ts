import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createMemoryCache } from '../src/adapters/memory/cache.ts'
import { createMemoryDocuments } from '../src/adapters/memory/documents.ts'
import { createMemoryLog } from '../src/adapters/memory/log.ts'
import { createMemorySecrets } from '../src/adapters/memory/secrets.ts'
import { createNodeCiphers } from '../src/adapters/node/ciphers.ts'
import { createNodeAuditKeys } from '../src/adapters/node-crypto/audit-keys.ts'
import { createSqliteAudit } from '../src/adapters/sqlite/audit.ts'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { createSqliteMailQueue } from '../src/adapters/sqlite/mail-queue.ts'
import { createSqliteSubmissions } from '../src/adapters/sqlite/submissions.ts'
import { systemClock as clock } from '../src/adapters/system/clock.ts'
import { systemIds as ids } from '../src/adapters/system/ids.ts'
import { silentTelemetry } from '../src/adapters/tracing/silent.ts'
import { readConfig } from '../src/config/config.ts'
import { Referral } from '../src/core/forms/forms.model.ts'
import { createForms } from '../src/core/forms/forms.ts'
import { createQuestion } from '../src/core/kernel/events.ts'
import { createRecording } from '../src/core/platform/audit/recording.ts'
import { createKeys } from '../src/core/platform/keys/keys.ts'
import { createMail } from '../src/core/platform/mail/mail.ts'

/*
 * Submissions with their full transaction against bare inserts of the same bytes, in turn, in one process, each into a
 * file with the same durability: a bare insert is a statement that is on the disk when it returns. Submissions that are
 * under way together share commits; mail waits, sending it is not part of this.
 */

/** Short, and many of them: a machine is not as fast for the whole time. */
const rounds = 31
const perRound = 128

const directory = mkdtempSync(join(tmpdir(), 'bench-forms-'))
const database = openSqlite(join(directory, 'bench.db'))
const secrets = createMemorySecrets({
  'master-key': [{ id: 'k', value: 'A'.repeat(43), activeFrom: '2000-01-01T00:00:00.000Z' }],
  'signing-keys': [],
})
const log = createMemoryLog()
const ciphers = createNodeCiphers()
const auditKeys = createNodeAuditKeys({ secrets, clock })
const ports = {
  audit: createSqliteAudit({ database, keys: auditKeys }),
  cache: createMemoryCache({ clock }),
  ciphers,
  clock,
  defer: { run: () => {} },
  documents: createMemoryDocuments({ clock }),
  ids,
  log,
  mailbox: null,
  mailer: { send: async () => {} },
  mailQueue: createSqliteMailQueue({ database }),
  submissions: createSqliteSubmissions({ database, keys: auditKeys }),
  telemetry: silentTelemetry,
}
const { config } = readConfig({ FORMS_NOTIFY: 'intake@example.org' })
const keys = createKeys({ secrets, clock, ciphers })
const audit = createRecording(ports, { keys })
const mail = createMail(ports, { keys, audit })
const forms = createForms(
  ports,
  {
    users: { read: async () => null },
    keys,
    audit,
    mail,
    files: {
      bindToForm: async () => [],
      removeFromForm: async () => {},
      bindings: createQuestion('files.bindings'),
    },
  },
  config.app,
)
const caller = {
  requestId: 'bench',
  address: '192.0.2.1',
  site: null,
  userAgent: 'Mozilla/5.0',
  language: 'en' as const,
}

let sent = 0
async function submit(): Promise<void> {
  const number = ++sent
  const form = Referral.parse({
    relationship: 'agency',
    referrer: {
      name: 'Olga Officer',
      email: `officer${number}@agency.example`,
      phone: '+1 619 555 0100',
      organization: 'An Agency of the County',
    },
    participant: { name: 'Pat Participant', contact: `pat${number}@example.com` },
    services: ['housing', 'employment'],
    urgency: 'normal',
    notes: 'Prefers to be called in the morning. '.repeat(8),
  })
  await forms.submitReferral(caller, form, { actor: null, key: undefined, body: '' })
}

function bytesOfOne(): number {
  const sizes = ['form_submissions', 'submission_contacts', 'mail_outbox', 'audit_logs'].map((table) => {
    const rows = database.all('bench', `select * from ${table}`)
    return JSON.stringify(rows.map((row) => Object.values(row))).length
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

await submit()
const body = 'x'.repeat(bytesOfOne())
const plain = new DatabaseSync(join(directory, 'plain.db'))
plain.exec('pragma journal_mode = wal; pragma synchronous = full')
plain.exec('create table bare (id text primary key, body text not null) strict, without rowid')
const statement = plain.prepare('insert into bare (id, body) values (?, ?)')
const insert = async () => statement.run(ids.next(), body)

async function perSecond(work: () => Promise<unknown>, underWay: number): Promise<number> {
  let left = perRound
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: underWay }, async () => {
      while (left-- > 0) await work()
    }),
  )
  return (perRound * 1_000) / (performance.now() - startedAt)
}
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

console.log(`| submissions ÷ bare inserts of ${body.length} bytes | measured | wanted |\n| --- | --- | --- |`)
for (const underWay of [1, 16, 64]) {
  await perSecond(submit, underWay)
  await perSecond(insert, 1)
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round++)
    pairs.push({ a: await perSecond(submit, underWay), b: await perSecond(insert, 1) })
  const ratio = median(pairs.map(({ a, b }) => a / b)).toFixed(2)
  const [a, b] = [median(pairs.map((pair) => pair.a)), median(pairs.map((pair) => pair.b))].map(Math.round)
  console.log(`| ${underWay} under way | ${ratio} (${a} ÷ ${b} a second) | ≥ 0.50 |`)
}
plain.close()
database.close()
rmSync(directory, { recursive: true })
