import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import { filled } from '../kernel/messages/said.ts'
import {
  type Kept,
  nothingPersonal,
  type PastRetention,
  type PersonalData,
  passing,
  type Subject,
} from '../kernel/personal-data.ts'
import { system } from '../platform/audit/audit.model.ts'
import { senderOf } from './form-mails.ts'
import { normalizeContact } from './form-text.ts'
import type { FilledForm } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'

const pageSize = 100

interface Found {
  readonly submission: Submission
  readonly filled: FilledForm
  /** They sent it. */
  readonly isSender: boolean
  /** It is about them. */
  readonly isAbout: boolean
}

/** Forms are nobody's account's: they are found by the address in them, once the account has shown that it is theirs. */
export function createFormsPersonalData(
  { submissions }: Needs<'submissions'>,
  { keys, audit, sealing, changeSubmission, eraseContents, settings }: FormsDomain,
  pastRetention: PastRetention,
): readonly PersonalData[] {
  async function* find({ account }: Subject): AsyncGenerator<Found> {
    const address = account?.emailVerified ? normalizeContact(account.email) : null
    if (!address) return
    const contactHashes = await keys.pseudonyms('form contact', address)
    let after: string | undefined
    do {
      const page = await submissions.list(
        { contactHashes, isErased: false },
        { order: 'newest', limit: pageSize, ...(after === undefined ? {} : { after }) },
      )
      for (const submission of page.items) {
        const form = await sealing.open(submission, 'data')
        if (form === null) continue
        const filled = { type: submission.type, form } as FilledForm
        const isTheirs = (text: string | null | undefined) => normalizeContact(text ?? '') === address
        const isSender = isTheirs(senderOf(filled).email)
        const isAbout = filled.type === 'referral' ? isTheirs(filled.form.participant.contact) : isSender
        yield { submission, filled, isSender, isAbout }
      }
      after = page.next
    } while (after !== undefined)
  }

  /** What somebody said about themselves, or others said about them: not who those others are. */
  function ownPart({ filled, isSender, isAbout }: Found): object {
    if (filled.type !== 'referral') return filled.form
    const { participant, ...rest } = filled.form
    const { referrer, ...aboutBoth } = { referrer: undefined, ...rest }
    return {
      ...(isAbout ? { ...aboutBoth, participant } : {}),
      ...(isSender && referrer ? { referrer } : {}),
    }
  }

  return [
    {
      store: 'form_submissions',
      dataClass: 'substance-use',
      fields: ['type', 'status', 'trackingNumber', 'form', 'information', 'createdAt'],
      withheld: ['receiptHash', 'sealedKey', 'notes'],
      purpose: 'Answers those who write to us, and helps those who are referred to us.',
      retention: Object.entries(settings.retentionDays)
        .map(([type, days]) => `${type}: ${days} days.`)
        .join(' '),
      async collect(subject) {
        const forms = []
        for await (const found of find(subject)) {
          const { submission, isSender } = found
          const { type, status, trackingNumber, createdAt } = submission
          forms.push({
            type,
            status: status === 'spam' ? 'pending' : status,
            trackingNumber,
            form: ownPart(found),
            information: isSender ? ((await sealing.open(submission, 'information')) ?? []) : [],
            createdAt,
          })
        }
        return forms
      },
      /** The key of what was written goes, and with it what was written, in every copy and backup. */
      async erase(subject) {
        const kept: Kept[] = []
        const own: Submission[] = []
        for await (const { submission, isAbout } of find(subject)) {
          if (isAbout) own.push(submission)
          else
            kept.push({
              what: filled('Your name and address in {form}, in which you referred somebody else.', {
                form: submission.trackingNumber === null ? 'a form' : { asIs: submission.trackingNumber },
              }),
              rule: 'It belongs to the person who was referred. It is kept for as long as their referral is.',
              until: submission.retainUntil,
            })
        }
        for (const { id } of own)
          await changeSubmission(
            async () => {
              const submission = await submissions.read(id)
              if (!submission) throw new Error('a submission is gone while it is erased')
              return submission
            },
            async (submission) =>
              submission.erasedAt === null
                ? {
                    change: { ...(await eraseContents(submission)), status: 'withdrawn' },
                    audit: await audit.entryOf(null, {
                      event: 'form.erase',
                      actorId: system,
                      resource: { type: 'form', id },
                      changedFields: ['data', 'status'],
                    }),
                    mails: [],
                  }
                : null,
          )
        return kept
      },
      pastRetention,
    },
    {
      store: 'submission_contacts',
      dataClass: 'personal',
      fields: [],
      withheld: ['contact_hash'],
      purpose: 'Finds submissions by an address or a telephone number, without holding either.',
      retention: 'As long as the submission.',
      notExported: 'Keyed hashes, which say nothing to anybody.',
      notErased: 'Erased with the submission.',
    },
    passing('cache:forms', [], 'Counts what one sender sends; senders and words are keyed hashes.', 'A day.'),
    nothingPersonal('tracking_numbers', 'Numbers referrals without gaps.', 'Forever.'),
  ]
}
