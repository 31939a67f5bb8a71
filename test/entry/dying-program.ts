import { appendFileSync } from 'node:fs'
import { createMemoryAudit } from '../../src/adapters/memory/audit.ts'
import { createInProcessDefer } from '../../src/adapters/memory/defer.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts'
import { createNodeCiphers } from '../../src/adapters/node/ciphers.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import { createSqliteMailQueue } from '../../src/adapters/sqlite/mail-queue.ts'
import { createSqliteSubmissions } from '../../src/adapters/sqlite/submissions.ts'
import { systemIds } from '../../src/adapters/system/ids.ts'
import { silentTelemetry } from '../../src/adapters/tracing/silent.ts'
import { createRecording } from '../../src/core/platform/audit/recording.ts'
import { createKeys } from '../../src/core/platform/keys/keys.ts'
import { greetingOf, referenceWhenStored } from '../../src/core/platform/mail/mail.model.ts'
import { createMail } from '../../src/core/platform/mail/mail.ts'
import { testAuditKeys } from '../audit-keys.ts'
import { newSubmission } from '../contracts/submissions.contract.ts'

/*
 * Stores a referral with two mails, then sends what is due, and is killed like a process that the machine takes away
 * before the given step: a statement, the end of a transaction's work, or handing a letter on. Prints how far it got.
 */

const [path = '', lastStep = '0', outbox = '', laterMs = '0'] = process.argv.slice(2)
let steps = 0
function step(): void {
  if (++steps === Number(lastStep)) process.kill(process.pid, 'SIGKILL')
}

const file = openSqlite(path)
const database: typeof file = {
  ...file,
  get(...query) {
    step()
    return file.get(...query)
  },
  run(...query) {
    step()
    return file.run(...query)
  },
  write: (port, refusals, work, options) =>
    file.write(
      port,
      refusals,
      () => {
        const result = work()
        step()
        return result
      },
      options,
    ),
}
const clock = { now: () => Date.now() + Number(laterMs) }
const secrets = createMemorySecrets({
  'master-key': [{ id: 'k', value: 'A'.repeat(43), activeFrom: '2000-01-01T00:00:00.000Z' }],
  'signing-keys': [],
})
const keys = createKeys({ secrets, clock, ciphers: createNodeCiphers() })
const log = createMemoryLog()
const defer = createInProcessDefer({ log, holdOpen: () => {} })
const needs = { clock, log, defer, ids: systemIds, mailbox: null, telemetry: silentTelemetry }
const mail = createMail(
  {
    ...needs,
    mailQueue: createSqliteMailQueue({ database }),
    mailer: {
      async send({ id }) {
        step()
        appendFileSync(outbox, `${id}\n`)
        step()
      },
    },
  },
  {
    keys,
    audit: createRecording({ ...needs, audit: createMemoryAudit({ keys: testAuditKeys() }) }, { keys }),
  },
)

if (laterMs === '0') {
  const submission = newSubmission({
    id: systemIds.next(),
    type: 'referral',
    trackingSeries: 'REF-2026',
    contactHashes: [systemIds.next(), systemIds.next()],
  })
  const mails = await Promise.all(
    ['ann@example.com', 'bob@example.com'].map((to) =>
      mail.seal(
        {
          template: 'form_received',
          language: 'en',
          to,
          greeting: greetingOf('Ann'),
          reference: referenceWhenStored,
        },
        `${submission.id} ${to}`,
      ),
    ),
  )
  const audit = {
    id: systemIds.next(),
    eventType: 'form.submit',
    actorId: 'anonymous',
    onBehalfOf: null,
    resourceType: 'form',
    resourceId: submission.id,
    outcome: 'success',
    reason: null,
    requestId: null,
    sessionId: null,
    ipHmac: null,
    userAgentClass: null,
    changedFields: [],
    createdAt: new Date(clock.now()).toISOString(),
  } as const
  await createSqliteSubmissions({ database, keys: testAuditKeys() }).store(submission, { audit, mails })
  console.log('stored')
}
mail.sendSoon()
await defer.settled()
console.log(`finished in ${steps} steps`)
