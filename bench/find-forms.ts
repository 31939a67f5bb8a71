import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
import { FormQuery } from '../src/core/forms/review.model.ts'
import { createQuestion } from '../src/core/kernel/events.ts'
import { createRecording } from '../src/core/platform/audit/recording.ts'
import { createKeys } from '../src/core/platform/keys/keys.ts'
import { createMail } from '../src/core/platform/mail/mail.ts'

/*
 * What staff ask of 1,000 forms and of 100,000, in turn in one process, each in a file of its own. A list is to take as long there as
 * here (p95, at most 1.5 times). A name that nobody has opens as many forms as a page may, which is the bound.
 */

const caller = {
  requestId: 'bench',
  address: '192.0.2.1',
  site: null,
  userAgent: 'Mozilla/5.0',
  language: 'en' as const,
}
const reader = { actorId: 'bench', canReadContent: true }
const rounds = 200
/** Of each question, before it is measured: what runs is compiled, and both files are in memory. */
const warmUps = 40
const names = ['José Núñez', 'Pat Participant', 'Fatima Al-Masri', 'Sam Example', 'Мария Ёлкина']

async function open(forms: number) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-find-forms-'))
  const database = openSqlite(join(directory, 'bench.db'))
  const secrets = createMemorySecrets({
    'master-key': [{ id: 'k', value: 'A'.repeat(43), activeFrom: '2000-01-01T00:00:00.000Z' }],
    'signing-keys': [],
  })
  const ciphers = createNodeCiphers()
  const auditKeys = createNodeAuditKeys({ secrets, clock })
  const submissions = createSqliteSubmissions({ database, keys: auditKeys })
  const ports = {
    audit: createSqliteAudit({ database, keys: auditKeys }),
    cache: createMemoryCache({ clock }),
    ciphers,
    clock,
    defer: { run: () => {} },
    documents: createMemoryDocuments({ clock }),
    ids,
    log: createMemoryLog(),
    mailbox: null,
    telemetry: silentTelemetry,
    mailer: { send: async () => {} },
    mailQueue: createSqliteMailQueue({ database }),
    submissions,
  }
  const { config } = readConfig({})
  const keys = createKeys({ secrets, clock, ciphers })
  const audit = createRecording(ports, { keys })
  const borrowed = {
    users: { read: async () => null },
    keys,
    audit,
    mail: createMail(ports, { keys, audit }),
    files: {
      bindToForm: async () => [],
      removeFromForm: async () => {},
      bindings: createQuestion('files.bindings') as never,
    },
  }
  const face = createForms(ports, borrowed as never, config.app)
  for (let sent = 0; sent < forms; sent += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, i) => {
        const number = sent + i
        const form = Referral.parse({
          relationship: 'self',
          participant: {
            name: `${names[number % names.length]} ${number}`,
            contact: `pat${number}@example.com`,
          },
          services: ['housing', 'employment'],
          urgency: number % 50 === 0 ? 'high' : 'normal',
          notes: `Prefers to be called in the morning, number ${number}. `.repeat(8),
        })
        return face.submitReferral(caller, form, { actor: null, key: undefined, body: '' })
      }),
    )
  return {
    ask: (query: Record<string, string>) => face.list(caller, reader, FormQuery.parse(query)),
    close() {
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
}

const questions: Readonly<Record<string, Record<string, string>>> = {
  'newest 50': {},
  'a state': { status: 'pending' },
  'a state that few are in': { status: 'resolved' },
  'a type in a state': { type: 'referral', status: 'pending' },
  'urgent in a state': { urgency: 'high', status: 'pending', limit: '10' },
  'assigned to nobody': { assignedTo: 'nobody' },
  'a number': { trackingNumber: 'ref 2026 500' },
  'an address': { participant: 'pat500@example.com' },
  'a name that many have': { name: 'nunez', limit: '10' },
}

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const [few, many] = [await open(1_000), await open(100_000)]
console.log(
  '| question | 1,000 forms, p95 ms | 100,000 forms, p95 ms | ratio | wanted |\n| --- | --- | --- | --- | --- |',
)
for (const [what, query] of Object.entries(questions)) {
  const [a, b]: [number[], number[]] = [[], []]
  for (let round = -warmUps; round < rounds; round++) {
    const [ofFew, ofMany] = [await timeOf(() => few.ask(query)), await timeOf(() => many.ask(query))]
    if (round < 0) continue
    a.push(ofFew)
    b.push(ofMany)
  }
  const [small, large] = [p95(a), p95(b)]
  console.log(
    `| ${what} | ${small.toFixed(2)} | ${large.toFixed(2)} | ${(large / small).toFixed(2)} | ≤ 1.5 |`,
  )
}
for (const [what, query] of Object.entries({
  'a name that nobody has': { name: 'qqqq' },
  'a word that nobody wrote': { text: 'qqqq' },
})) {
  const times: number[] = []
  for (let round = 0; round < 10; round++) times.push(await timeOf(() => many.ask(query)))
  console.log(`| ${what}: one page opens 5,000 | | ${p95(times).toFixed(0)} | | stated |`)
}
few.close()
many.close()
