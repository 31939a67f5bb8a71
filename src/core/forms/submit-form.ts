import type { Needs } from '../../ports/ports.ts'
import type { NewSubmission, Submission } from '../../ports/submissions.ts'
import type { Caller } from '../actor.ts'
import { addBusinessTime, yearIn } from './business-hours.ts'
import { senderOf } from './form-mails.ts'
import { normalizeContact } from './form-text.ts'
import type { FilledForm } from './forms.model.ts'
import type { FormsDomain } from './forms.ts'
import { newReceiptCode, receiptHash } from './receipt-code.ts'

const dayMs = 24 * 60 * 60_000
/** For this long a second form of the same kind about the same person is taken for a repetition. */
const repetitionMs = 30 * dayMs

/** The addresses and numbers in a form, whoever's they are. The first is the one the form is about. */
export function contactsOf(filled: FilledForm): readonly string[] {
  const { type, form } = filled
  const texts =
    type === 'referral'
      ? [
          form.participant.contact,
          form.participant.phone,
          ...(form.relationship === 'self' ? [] : [form.referrer.email, form.referrer.phone]),
        ]
      : [form.email, form.phone]
  return texts.flatMap((text) => normalizeContact(text ?? '') ?? [])
}

/** What may be told without telling who: facts to filter and count by. */
const metadataOf = ({ type, form }: FilledForm): NewSubmission['metadata'] =>
  type === 'referral' ? { relationship: form.relationship ?? 'agency', urgency: form.urgency } : {}

function withoutTraps<F extends FilledForm['form']>({ website: _, elapsedMs: __, ...form }: F): F {
  return form as F
}

export interface Stored {
  readonly submission: Submission
  readonly receiptCode: string | null
  readonly isNew: boolean
}

/**
 * Stores a form with its mails and its audit entry in one transaction, and answers only then. Mail goes out later. With
 * an idempotency key the same form is stored once, and the receipt code is shown the first time alone.
 */
export function createSubmitForm(
  needs: Needs<'submissions' | 'clock' | 'ids'>,
  { vault, trail, mail, mails, sealing, judge, hashContacts, settings }: FormsDomain,
) {
  const { submissions, clock, ids } = needs

  async function findEarlier(type: string, contact: string | undefined): Promise<string | null> {
    if (contact === undefined) return null
    const contactHashes = await vault.pseudonyms('form contact', contact)
    const { items } = await submissions.list({ type, contactHashes }, { order: 'newest', limit: 1 })
    const [earlier] = items
    return earlier && clock.now() - Date.parse(earlier.createdAt) < repetitionMs ? earlier.id : null
  }

  return async (
    caller: Caller,
    filled: FilledForm,
    { key, body }: { readonly key: string | undefined; readonly body: string },
  ): Promise<Stored> => {
    const id = ids.next()
    const now = clock.now()
    const createdAt = new Date(now).toISOString()
    const { type } = filled
    const contacts = contactsOf(filled)
    const receiptCode = type === 'referral' ? newReceiptCode() : null
    const [spamSignals, duplicateOf, sealed, contactHashes, hash, idempotencyKey, arrivalMails] =
      await Promise.all([
        judge(filled, senderOf(filled).email),
        findEarlier(type, contacts[0]),
        sealing.sealNew(id, withoutTraps(filled.form)),
        hashContacts(contacts),
        receiptCode === null ? null : receiptHash(id, receiptCode),
        key === undefined ? null : vault.pseudonym('form idempotency', JSON.stringify([type, key, body])),
        mails.arrived(id, filled),
      ])
    const isSpam = spamSignals.length > 0
    const retainMs = settings.retentionDays[type] * dayMs
    const submission: NewSubmission = {
      id,
      type,
      status: isSpam ? 'spam' : 'pending',
      trackingSeries: type === 'referral' ? `REF-${yearIn(now, settings.businessHours.timeZone)}` : null,
      idempotencyKey,
      receiptHash: hash,
      ...sealed,
      information: null,
      notes: null,
      attachments: [],
      metadata: { ...metadataOf(filled), spamSignals, duplicateOf },
      contactHashes,
      assignedTo: null,
      dueAt: new Date(addBusinessTime(now, settings.responseMs, settings.businessHours)).toISOString(),
      reviewedAt: null,
      resolvedAt: null,
      escalatedAt: null,
      erasedAt: null,
      retainUntil: new Date(now + retainMs).toISOString(),
      createdAt,
      updatedAt: createdAt,
    }
    const audit = await trail.entryOf(caller, {
      event: 'form.submit',
      actorId: null,
      resource: { type: 'form', id },
      ...(isSpam ? { reason: 'quarantined' } : {}),
    })
    const stored = await submissions.store(submission, { audit, mails: isSpam ? [] : arrivalMails })
    mail.sendSoon()
    return { ...stored, receiptCode: stored.isNew ? receiptCode : null }
  }
}
