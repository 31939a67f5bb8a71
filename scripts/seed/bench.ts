import { silentTelemetry } from '../../src/adapters/tracing/silent.ts'
import type { AppConfig } from '../../src/app/config.ts'
import { createFormMails } from '../../src/core/forms/form-mails.ts'
import { createPlanReview } from '../../src/core/forms/plan-review.ts'
import { newReceiptCode } from '../../src/core/forms/receipt-code.ts'
import { createSealSubmission } from '../../src/core/forms/seal-submission.ts'
import { createPrepareSubmission } from '../../src/core/forms/submit-form.ts'
import { createRecording } from '../../src/core/platform/audit/recording.ts'
import { createKeys } from '../../src/core/platform/keys/keys.ts'
import { createSealMail } from '../../src/core/platform/mail/seal-mail.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { createRandom, type Random } from './random.ts'

export type Settings = Pick<AppConfig, 'auth' | 'chat' | 'forms'>

/**
 * What the builders work with. Its clock, ids and random bytes are those of the thing at hand, so that everything about
 * it is the same each time: one thing is built at a time, and what is sealed here has no other secret than the key.
 */
export function createBench(
  ports: Pick<Ports, 'audit' | 'ciphers' | 'clock' | 'secrets'>,
  settings: Settings,
  { seed, passwordHash }: { readonly seed: string; readonly passwordHash: string },
) {
  const { ciphers } = ports
  let random: Random = createRandom(seed)
  let nowMs = 0
  const clock = { now: () => nowMs }
  const ids = { next: () => random.uuid(nowMs) }
  const bytes = (length: number) => random.bytes(length)
  const keys = createKeys({ ...ports, random: bytes })
  const audit = createRecording({ audit: ports.audit, clock, ids }, { keys })
  const mail = createSealMail({ clock, ids, telemetry: silentTelemetry }, keys)
  const sealing = createSealSubmission({ ciphers }, keys, bytes)
  const mails = createFormMails(mail, settings.forms)
  const hashContacts = (contacts: readonly string[]) =>
    Promise.all(contacts.map((contact) => keys.pseudonym('form contact', contact)))

  return {
    settings,
    passwordHash,
    keys,
    ciphers,
    audit,
    mail,
    bytes,
    nextId: ids.next,
    prepareSubmission: createPrepareSubmission({ ciphers }, { sealing, hashContacts, mails }),
    planReview: createPlanReview({ clock }, { audit, mails, sealing, settings: settings.forms }),
    newReceiptCode: () => newReceiptCode(bytes),
    /** From now on this thing is at hand. */
    take(kind: string, id: string | number): void {
      random = createRandom(seed, kind, 'at hand', id)
    },
    /** It happens at this moment. */
    at(ms: number): string {
      nowMs = ms
      return new Date(ms).toISOString()
    },
  }
}

export type Bench = ReturnType<typeof createBench>
