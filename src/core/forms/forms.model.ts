import { z } from 'zod'
import { Email } from '../accounts/users/users.model.ts'
import { defineError } from '../kernel/errors.ts'
import type { BusinessHours } from './business-hours.ts'
import { Phone, severalLines, singleLine } from './form-text.ts'

export interface FormSettings {
  /** Where files of ours have their addresses. */
  readonly publicOrigin: string
  /** Where people use the portal: links in mails lead there. */
  readonly portalOrigin: string
  /** Who is told that a form came in, and who when nobody looked at it in time. */
  readonly notify: readonly string[]
  readonly escalate: readonly string[]
  readonly responseMs: number
  readonly businessHours: BusinessHours
  readonly retentionDays: Readonly<Record<FormType, number>>
  /** Without it the retention job only reports. */
  readonly isErasing: boolean
}

/** Staff, or a service that follows the list. */
export interface FormReader {
  readonly actorId: string
  readonly sessionId?: string
  /** Without it what was written stays encrypted. */
  readonly canReadContent: boolean
}

export const formTypes = ['contact', 'interest', 'referral'] as const
export const FormType = z.enum(formTypes).meta({ id: 'FormType' })
export type FormType = z.infer<typeof FormType>

export const FormStatus = z
  .enum(['pending', 'reviewed', 'resolved', 'spam', 'withdrawn'])
  .meta({ id: 'FormStatus' })
export type FormStatus = z.infer<typeof FormStatus>

/** Not shown to people. Programs fill in every field, and at once. */
const traps = {
  website: z
    .string()
    .max(2_000)
    .optional()
    .meta({ description: 'A field that people do not see. Leave it out or empty.' }),
  elapsedMs: z
    .number()
    .nonnegative()
    .optional()
    .meta({ description: 'For how long the form was open, in milliseconds.' }),
}

const Name = singleLine(2, 100).meta({ description: '2 to 100 characters.', example: 'Ann Example' })

export const Contact = z
  .object({
    name: Name,
    email: Email,
    phone: Phone.optional(),
    subject: singleLine(3, 200).meta({ description: '3 to 200 characters.' }),
    message: severalLines(10, 5_000).meta({ description: '10 to 5,000 characters.' }),
    ...traps,
  })
  .meta({ id: 'ContactForm' })
export type Contact = z.infer<typeof Contact>

const shortList = z.array(singleLine(1, 100)).max(20)

export const Interest = z
  .object({
    name: Name,
    email: Email,
    phone: Phone.optional(),
    interests: shortList.min(1).meta({ description: '1 to 20.', example: ['job-readiness'] }),
    availability: singleLine(1, 500),
    notes: severalLines(0, 5_000).optional(),
    ...traps,
  })
  .meta({ id: 'InterestForm' })
export type Interest = z.infer<typeof Interest>

const Participant = z.object({
  name: Name,
  contact: singleLine(3, 254).meta({
    description: 'An e-mail address, a telephone number, or how else to reach them.',
  }),
  phone: Phone.optional(),
})

export const Urgency = z.enum(['low', 'normal', 'high'])

const Attachment = z
  .object({
    fileId: z.uuid().optional(),
    name: z.string().max(400).optional(),
    url: z.string().max(1_000).optional(),
    claimToken: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'As the upload gave it to whoever has no account.' }),
  })
  .refine(({ fileId, url }) => fileId !== undefined || url !== undefined, 'Name a fileId, or a url of ours.')
  .meta({ id: 'FormAttachment', description: 'An uploaded file of ours, by its id or by its address.' })
export type Attachment = z.infer<typeof Attachment>

const referral = {
  participant: Participant,
  services: shortList.min(1).meta({ description: '1 to 20.', example: ['housing'] }),
  urgency: Urgency,
  notes: severalLines(0, 5_000).optional(),
  attachments: z.array(Attachment).max(10).optional(),
  ...traps,
}

const professional = z.object({ name: Name, email: Email, phone: Phone, organization: singleLine(1, 200) })

/** Who fills it in decides what is asked, so that nobody has to type "N/A". */
const SelfReferral = z.object({ relationship: z.literal('self'), ...referral }).meta({ id: 'SelfReferral' })
const FamilyReferral = z
  .object({
    relationship: z.literal('family'),
    referrer: z.object({ name: Name, email: Email, phone: Phone.optional() }),
    ...referral,
  })
  .meta({ id: 'FamilyReferral' })
const OfficerReferral = z
  .object({ relationship: z.literal('officer'), referrer: professional, ...referral })
  .meta({ id: 'OfficerReferral' })
const AgencyReferral = z
  .object({
    relationship: z.literal('agency').optional().meta({ description: 'Also when left out.' }),
    referrer: professional,
    ...referral,
  })
  .meta({ id: 'AgencyReferral' })

export const Referral = z
  .discriminatedUnion('relationship', [AgencyReferral, SelfReferral, FamilyReferral, OfficerReferral])
  .meta({ id: 'ReferralForm' })
export type Referral = z.infer<typeof Referral>

/** A form as somebody filled it in. */
export type FilledForm =
  | { readonly type: 'contact'; readonly form: Contact }
  | { readonly type: 'interest'; readonly form: Interest }
  | { readonly type: 'referral'; readonly form: Referral }

const Timestamp = z.iso.datetime()

export const Submitted = z
  .object({ id: z.uuid(), message: z.string(), submittedAt: Timestamp })
  .meta({ id: 'Submitted' })
export type Submitted = z.infer<typeof Submitted>

export const ReferralSubmitted = Submitted.extend({
  trackingNumber: z.string().meta({ example: 'REF-2026-000125' }),
  receiptCode: z.string().optional().meta({
    description: 'Shown this once, and not again when the same request is repeated. For `X-Receipt-Code`.',
    example: 'K7QF-2M9D-X4RT-8HWB',
  }),
}).meta({ id: 'ReferralSubmitted' })
export type ReferralSubmitted = z.infer<typeof ReferralSubmitted>

export const AddInformation = z.object({ message: severalLines(1, 5_000) }).meta({ id: 'AddInformation' })
export type AddInformation = z.infer<typeof AddInformation>

/** What whoever sent a form may know about it. */
export const FormProgress = z
  .object({
    trackingNumber: z.string(),
    status: FormStatus.exclude(['spam']),
    submittedAt: Timestamp,
    updatedAt: Timestamp,
    dueAt: Timestamp.meta({ description: 'By when somebody will have looked at it.' }),
    informationAdded: z.number().int(),
  })
  .meta({ id: 'FormProgress' })
export type FormProgress = z.infer<typeof FormProgress>

const Note = z.object({ text: z.string(), by: z.string(), at: Timestamp })
const Information = z.object({ message: z.string(), at: Timestamp })

export const FormSummary = z
  .object({
    id: z.uuid(),
    type: FormType,
    status: FormStatus,
    trackingNumber: z.string().nullable(),
    relationship: z.string().nullable(),
    urgency: Urgency.nullable(),
    assignedTo: z.string().nullable(),
    submittedAt: Timestamp,
    updatedAt: Timestamp,
    dueAt: Timestamp,
    isOverdue: z.boolean(),
    reviewedAt: Timestamp.nullable(),
    resolvedAt: Timestamp.nullable(),
    escalatedAt: Timestamp.nullable(),
    erasedAt: Timestamp.nullable(),
    retainUntil: Timestamp,
    spamSignals: z.array(z.string()).meta({ description: 'Why it was put aside, if it was.' }),
    duplicateOf: z
      .string()
      .nullable()
      .meta({ description: 'The id of an earlier one about the same person.' }),
    attachments: z.array(z.string()).meta({ description: 'Ids of files.' }),
    form: z.union([Contact, Interest, Referral]).nullable().meta({
      description: 'As it was filled in. Null when it was erased, and to a service that may not read it.',
    }),
  })
  .meta({ id: 'FormSummary' })
export type FormSummary = z.infer<typeof FormSummary>

export const FormDetail = FormSummary.extend({
  information: z.array(Information).meta({ description: 'What its sender added later.' }),
  notes: z.array(Note).meta({ description: 'By staff.' }),
  others: z
    .array(z.object({ id: z.uuid(), type: FormType, status: FormStatus, submittedAt: Timestamp }))
    .meta({ description: 'Other forms with one of the same addresses or numbers, newest first.' }),
}).meta({ id: 'FormDetail' })
export type FormDetail = z.infer<typeof FormDetail>

export const FormQuery = z.object({
  type: FormType.optional(),
  status: FormStatus.optional(),
  since: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text).toISOString())
    .optional()
    .meta({
      description:
        'Those changed since then, in the order of their changes, so that a pipeline misses none. Without it: newest first.',
    }),
  participant: singleLine(3, 254)
    .optional()
    .meta({ description: 'An e-mail address or telephone number in the form, whole.' }),
  assignedTo: z.string().max(64).optional(),
  overdue: z.literal('true').optional().meta({ description: 'Those nobody looked at in time.' }),
  cursor: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
})
export type FormQuery = z.infer<typeof FormQuery>

export const FormPage = z
  .object({
    items: z.array(FormSummary),
    pagination: z.object({ hasMore: z.boolean(), nextCursor: z.string().nullable() }),
    next: z.url().nullable().meta({ description: 'The address of the next page, whole; null on the last.' }),
  })
  .meta({ id: 'FormPage' })

export const ReviewForm = z
  .object({
    status: FormStatus.exclude(['withdrawn']),
    assignedTo: z.uuid().nullable().meta({ description: 'An administrator or mentor.' }),
    notes: severalLines(1, 5_000).meta({ description: 'Added to the notes that are there.' }),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'Name at least one field to change.')
  .meta({ id: 'ReviewForm' })
export type ReviewForm = z.infer<typeof ReviewForm>

const day = z.iso.date()
export const ReportQuery = z.object({
  since: day.optional().meta({ description: 'The first day, UTC. 90 days ago when left out.' }),
  until: day.optional().meta({ description: 'The last day, UTC. Today when left out.' }),
})
export type ReportQuery = z.infer<typeof ReportQuery>

const counts = z.record(z.string(), z.number().int())
export const FormReport = z
  .object({
    since: day,
    until: day,
    total: z.number().int(),
    byType: counts,
    byStatus: counts,
    byWeek: z.array(z.object({ week: day, submissions: z.number().int() })).meta({
      description: 'Weeks begin on Monday, UTC.',
    }),
    rows: z.array(
      z.object({ type: z.string(), status: z.string(), week: day, submissions: z.number().int() }),
    ),
    firstReview: z.array(
      z.object({
        type: z.string(),
        reviewed: z.number().int(),
        late: z.number().int(),
        averageHours: z.number(),
        longestHours: z.number(),
      }),
    ),
  })
  .meta({ id: 'FormReport' })
export type FormReport = z.infer<typeof FormReport>

export const RetentionReport = z
  .object({
    due: z.array(z.object({ type: FormType, submissions: z.number().int(), oldest: Timestamp })),
    total: z.number().int(),
  })
  .meta({ id: 'RetentionReport', description: 'What the retention job would erase now.' })
export type RetentionReport = z.infer<typeof RetentionReport>

export const notInThisState = defineError(
  'conflict',
  'conflict',
  'This is not possible in the state the form is in.',
)
export const tooMuchInformation = defineError(
  'conflict',
  'conflict',
  'No more can be added to this form. Please write to us.',
)
