import { decodeBase64url } from '../../ports/base64url.ts'
import type { Needs } from '../../ports/ports.ts'
import type { NewSubmission, Submission } from '../../ports/submissions.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { validationError } from '../kernel/errors.ts'
import type { Language } from '../kernel/language.ts'
import type { Occurrence } from '../platform/audit/audit.model.ts'
import { addBusinessTime, yearIn } from './business-hours.ts'
import { comparedPhone, normalizeContact } from './form-text.ts'
import type { Attachment, Contact, FilledForm, FormSettings, Interest, Referral } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { type WithPhone, withE164 } from './phone.ts'
import { isNoPhone } from './phone-number.ts'
import { newReceiptCode, newReceiptHash } from './receipt-code.ts'
import type { SpamSignal } from './spam.ts'

type FileClaim = Parameters<FormsDomain['bindFiles']>[1][number]

const dayMs = 24 * 60 * 60_000
/** For this long a second form of the same kind about the same person is taken for a repetition. */
const repetitionMs = 30 * dayMs

/** As a telephone dials it where that is kept already: looking for a number in a text is the dearest step of a form. */
function phoneOf({ phone, phoneE164 }: WithPhone): string | { readonly e164: string } | undefined {
  return phoneE164 === undefined ? phone : { e164: phoneE164.replace(/;.*$/, '') }
}

/** The addresses and numbers in a form, whoever's they are. The first is the one the form is about. */
export function contactsOf(filled: FilledForm): readonly string[] {
  const { type, form } = filled
  const texts =
    type === 'referral'
      ? [
          form.participant.contact,
          phoneOf(form.participant),
          ...(form.relationship === 'self' ? [] : [form.referrer.email, phoneOf(form.referrer)]),
        ]
      : [form.email, phoneOf(form)]
  return texts.flatMap((text) => {
    if (text === undefined) return []
    if (typeof text !== 'string') return comparedPhone(text.e164)
    return isNoPhone(text) ? [] : (normalizeContact(text) ?? [])
  })
}

/** What may be told without telling who: facts to filter and count by. */
const metadataOf = ({ type, form }: FilledForm): NewSubmission['metadata'] =>
  type === 'referral' ? { relationship: form.relationship ?? 'agency', urgency: form.urgency } : {}

/** What is kept of a form: neither the traps nor what let its files be taken, and numbers also as a telephone dials them. */
function keptOf({ type, form: given }: FilledForm): FilledForm {
  const { website: _, elapsedMs: __, ...form } = given
  if (type !== 'referral') return { type, form: withE164(form as Contact | Interest) } as FilledForm
  const { attachments: ___, ...referral } = form as Referral
  const parts = {
    participant: withE164(referral.participant),
    ...(referral.relationship === 'self' ? {} : { referrer: withE164(referral.referrer) }),
  }
  return { type, form: { ...referral, ...parts } as Referral }
}

/** A UUID for one sending, the same whenever it is repeated, so that its files are taken for it once. */
function idOf(idempotencyKey: string): string {
  const bytes = decodeBase64url(idempotencyKey) ?? new Uint8Array(16)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5')
}

/** The files that a form names, by id or by an address of ours. */
function claimsOf(attachments: readonly Attachment[], publicOrigin: string): readonly FileClaim[] {
  return attachments.map(({ fileId, url, claimToken }, i) => {
    const address = url?.startsWith(`${publicOrigin}/`) ? url.slice(publicOrigin.length) : ''
    const id = fileId ?? /^\/api\/v1\/files\/([\da-f-]{36})(?:\/download)?$/.exec(address)?.[1]
    if (id === undefined)
      throw validationError([
        { path: `attachments.${i}`, code: 'unknown_file', message: 'Must be a file that was uploaded here.' },
      ])
    return { fileId: id, claimToken }
  })
}

/** One sending of a form: the client's own key for it, if it has one, and the body as it came. */
export interface Sending {
  /** Who sends it, if signed in: for files of theirs. */
  readonly actor: Actor | null
  readonly key: string | undefined
  readonly body: string
}

/** What is encrypted, hashed and to be sent of a form. */
export const createPrepareSubmission =
  (
    { ciphers }: Needs<'ciphers'>,
    { sealing, hashContacts, mails }: Pick<FormsDomain, 'sealing' | 'hashContacts' | 'mails'>,
  ) =>
  async (id: string, filled: FilledForm, receiptCode: string | null, language: Language) => {
    const kept = keptOf(filled)
    const contacts = contactsOf(kept)
    const [sealed, contactHashes, hash, arrivalMails] = await Promise.all([
      sealing.sealNew(id, kept.form),
      hashContacts(contacts),
      receiptCode === null ? null : newReceiptHash(ciphers, id, receiptCode),
      mails.arrived(id, kept, language),
    ])
    return { sealed, contacts, contactHashes, receiptHash: hash, arrivalMails, language }
  }

export type Prepared = Awaited<ReturnType<ReturnType<typeof createPrepareSubmission>>>

/** A submission as it comes in. */
export function submissionOf(
  filled: FilledForm,
  { sealed, contactHashes, receiptHash: hash, language }: Prepared,
  {
    id,
    atMs,
    idempotencyKey,
    spamSignals,
    duplicateOf,
    attachments,
  }: {
    readonly id: string
    readonly atMs: number
    readonly idempotencyKey: string | null
    readonly spamSignals: readonly SpamSignal[]
    readonly duplicateOf: string | null
    /** Ids of files. */
    readonly attachments: readonly string[]
  },
  settings: FormSettings,
): NewSubmission {
  const { type } = filled
  const { responseMs, businessHours, retentionDays } = settings
  const createdAt = new Date(atMs).toISOString()
  return {
    id,
    type,
    status: spamSignals.length > 0 ? 'spam' : 'pending',
    trackingSeries: type === 'referral' ? `REF-${yearIn(atMs, businessHours.timeZone)}` : null,
    idempotencyKey,
    receiptHash: hash,
    ...sealed,
    information: null,
    notes: null,
    attachments,
    metadata: { ...metadataOf(filled), spamSignals, duplicateOf, language },
    contactHashes,
    assignedTo: null,
    dueAt: new Date(addBusinessTime(atMs, responseMs, businessHours)).toISOString(),
    firstDueAt: null,
    reviewedAt: null,
    resolvedAt: null,
    escalatedAt: null,
    erasedAt: null,
    retainUntil: new Date(atMs + retentionDays[type] * dayMs).toISOString(),
    createdAt,
    updatedAt: createdAt,
  }
}

export const submitting = (id: string, isSpam: boolean): Occurrence => ({
  event: 'form.submit',
  actorId: null,
  resource: { type: 'form', id },
  ...(isSpam ? { reason: 'quarantined' } : {}),
})

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
  needs: Needs<'submissions' | 'ciphers' | 'clock' | 'ids'>,
  domain: FormsDomain,
) {
  const { submissions, clock, ids } = needs
  const { keys, audit, mail, judge, bindFiles, settings } = domain
  const prepare = createPrepareSubmission(needs, domain)

  async function findEarlier(type: string, contact: string | undefined): Promise<string | null> {
    if (contact === undefined) return null
    const contactHashes = await keys.pseudonyms('form contact', contact)
    const { items } = await submissions.list({ type, contactHashes }, { order: 'newest', limit: 1 })
    const [earlier] = items
    return earlier && clock.now() - Date.parse(earlier.createdAt) < repetitionMs ? earlier.id : null
  }

  return async (caller: Caller, filled: FilledForm, { actor, key, body }: Sending): Promise<Stored> => {
    const idempotencyKey =
      key === undefined
        ? null
        : await keys.pseudonym('form idempotency', JSON.stringify([filled.type, key, body]))
    const id = idempotencyKey === null ? ids.next() : idOf(idempotencyKey)
    const attached = filled.type === 'referral' ? (filled.form.attachments ?? []) : []
    const claims = claimsOf(attached, settings.publicOrigin)
    const atMs = clock.now()
    const receiptCode = filled.type === 'referral' ? newReceiptCode() : null
    const prepared = await prepare(id, filled, receiptCode, caller.language)
    const [spamSignals, duplicateOf, bound] = await Promise.all([
      judge(filled, caller, idempotencyKey),
      findEarlier(filled.type, prepared.contacts[0]),
      claims.length === 0 ? [] : bindFiles(actor, claims, id),
    ])
    const isSpam = spamSignals.length > 0
    const attachments = bound.map((file) => file.id)
    const facts = { id, atMs, idempotencyKey, spamSignals, duplicateOf, attachments }
    const submission = submissionOf(filled, prepared, facts, settings)
    const entry = await audit.entryOf(caller, submitting(id, isSpam))
    const stored = await submissions.store(submission, {
      audit: entry,
      mails: isSpam ? [] : prepared.arrivalMails,
    })
    mail.sendSoon()
    return { ...stored, receiptCode: stored.isNew ? receiptCode : null }
  }
}
