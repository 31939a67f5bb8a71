import { z } from 'zod'
import { Email } from '../accounts/users/users.model.ts'
import { FileView } from '../files/files.model.ts'
import { defineError } from '../kernel/errors.ts'
import { SaidText } from '../kernel/messages/said-text.ts'
import { leftOut, sentBack } from '../kernel/sent-back.ts'
import type { MailedPages } from '../platform/mail/mailed-pages.model.ts'
import type { BusinessHours } from './business-hours.ts'
import { severalLines, shownName, singleLine } from './form-text.ts'
import { Phone, PhoneIfAny } from './phone.ts'

export interface FormSettings {
  /** Where files of ours have their addresses. */
  readonly publicOrigin: string
  /** Where people use the portal. */
  readonly portalOrigin: string
  readonly pages: MailedPages
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
  /** Set for whoever may see what is assigned to them, and nothing else. */
  readonly onlyAssignedTo?: string
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

const Name = shownName(2, 100).meta({ description: '2 to 100 characters.', example: 'Ann Example' })

export const Contact = z
  .strictObject({
    name: Name,
    email: Email,
    phone: PhoneIfAny,
    subject: singleLine(3, 200).meta({ description: '3 to 200 characters.' }),
    message: severalLines(10, 5_000).meta({ description: '10 to 5,000 characters.' }),
    ...traps,
  })
  .meta({ id: 'ContactForm' })
export type Contact = z.infer<typeof Contact>

const shortList = z.array(singleLine(1, 100)).max(20)

export const Interest = z
  .strictObject({
    name: Name,
    email: Email,
    phone: PhoneIfAny,
    interests: shortList.min(1).meta({ description: '1 to 20.', example: ['job-readiness'] }),
    availability: singleLine(1, 500),
    notes: severalLines(0, 5_000).optional(),
    ...traps,
  })
  .meta({ id: 'InterestForm' })
export type Interest = z.infer<typeof Interest>

const Participant = z.strictObject({
  name: Name,
  contact: singleLine(3, 254).meta({
    description: 'An e-mail address, a telephone number, or how else to reach them.',
  }),
  phone: PhoneIfAny,
})

export const Urgency = z.enum(['low', 'normal', 'high'])

const Attachment = sentBack(
  z
    .strictObject({
      fileId: z.uuid().optional(),
      name: z.string().max(400).optional(),
      url: z.string().max(1_000).optional(),
      claimToken: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'As the upload gave it to whoever has no account.' }),
    })
    .refine(
      ({ fileId, url }) => fileId !== undefined || url !== undefined,
      'Give a fileId, or the url of a file that was uploaded here.',
    ),
  FileView,
).meta({ id: 'FormAttachment', description: 'An uploaded file of ours, by its id or by its address.' })
export type Attachment = z.infer<typeof Attachment>

const referral = {
  participant: Participant,
  services: shortList.min(1).meta({ description: '1 to 20.', example: ['housing'] }),
  urgency: Urgency,
  notes: severalLines(0, 5_000).optional(),
  attachments: z.array(Attachment).max(10).optional(),
  ...traps,
}

const professional = z.strictObject({
  name: Name,
  email: Email,
  phone: Phone,
  organization: shownName(1, 200),
})

/** Who fills it in decides what is asked, so that nobody has to type "N/A". */
const SelfReferral = z
  .strictObject({
    relationship: z.literal('self'),
    referrer: leftOut(z.unknown()).optional().meta({ description: 'Not read: they are the participant.' }),
    ...referral,
  })
  .meta({ id: 'SelfReferral' })
const FamilyReferral = z
  .strictObject({
    relationship: z.literal('family'),
    referrer: z.strictObject({ name: Name, email: Email, phone: PhoneIfAny }),
    ...referral,
  })
  .meta({ id: 'FamilyReferral' })
const OfficerReferral = z
  .strictObject({ relationship: z.literal('officer'), referrer: professional, ...referral })
  .meta({ id: 'OfficerReferral' })
const AgencyReferral = z
  .strictObject({
    relationship: z.literal('agency').optional().meta({ description: 'Also when left out.' }),
    referrer: professional,
    ...referral,
  })
  .meta({ id: 'AgencyReferral' })

export const Referral = z
  .discriminatedUnion('relationship', [AgencyReferral, SelfReferral, FamilyReferral, OfficerReferral])
  .meta({
    id: 'ReferralForm',
    description: 'Which of them it is, `relationship` says; left out, it is of an agency.',
  })
export type Referral = z.infer<typeof Referral>

/** A form as somebody filled it in. */
export type FilledForm =
  | { readonly type: 'contact'; readonly form: Contact }
  | { readonly type: 'interest'; readonly form: Interest }
  | { readonly type: 'referral'; readonly form: Referral }

export const Timestamp = z.iso.datetime()

export const Submitted = z
  .object({ id: z.uuid(), message: SaidText, submittedAt: Timestamp })
  .meta({ id: 'Submitted' })
export type Submitted = z.input<typeof Submitted>

export const ReferralSubmitted = Submitted.extend({
  trackingNumber: z.string().meta({ example: 'REF-2026-000125' }),
  receiptCode: z.string().optional().meta({
    description: 'Shown this once, and not again when the same request is repeated. For `X-Receipt-Code`.',
    example: 'K7QF-2M9D-X4RT-8HWB',
  }),
}).meta({ id: 'ReferralSubmitted' })
export type ReferralSubmitted = z.input<typeof ReferralSubmitted>

export const AddInformation = z
  .strictObject({ message: severalLines(1, 5_000) })
  .meta({ id: 'AddInformation' })
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
export const tooMuchInformation = defineError(
  'conflict',
  'conflict',
  'Nothing more can be added to this form. Please contact us.',
)
