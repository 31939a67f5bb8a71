import { z } from 'zod'
import { defineError } from '../kernel/errors.ts'
import { orAsRead, sentBack } from '../kernel/sent-back.ts'
import { severalLines, singleLine } from './form-text.ts'
import { Contact, FormStatus, FormType, Interest, Referral, Timestamp, Urgency } from './forms.model.ts'

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
    assignedTo: z.uuid().nullable(),
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

/** Nothing in the store knows what is written in a form, so it is opened for it. */
const lookedAt =
  'Up to 5,000 forms are opened for one page: a page that is short, or empty, goes on at its cursor.'
const searched = singleLine(1, 200).optional()

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
      examples: ['2026-03-02T00:00:00.000Z'],
    }),
  participant: singleLine(1, 254)
    .optional()
    .meta({
      description:
        'An e-mail address or telephone number in the form, whole; the number of a referral; or else a name, as `name`.',
      examples: ['sam@example.com'],
    }),
  trackingNumber: z
    .string()
    .max(100)
    .optional()
    .meta({
      description: 'In any case, with any spaces and dashes, with or without its zeros.',
      examples: ['ref 2026 125'],
      'x-holds': 'typed-code',
    }),
  name: searched.meta({
    description: `Words of the name of somebody in the form, or their beginnings, in any order; accents, case and signs in between do not count. ${lookedAt}`,
    examples: ['nunez'],
  }),
  text: searched.meta({
    description: `Beginnings of words that stand anywhere in the form, in what its sender added, or in the notes of staff; all of them. ${lookedAt}`,
    examples: ['housing'],
  }),
  urgency: Urgency.optional().meta({ description: 'Of referrals.' }),
  assignedTo: z
    .string()
    .max(64)
    .optional()
    .meta({
      description: 'The id of an account, or `me`.',
      examples: ['019b76da-a801-7c52-8d3e-4a1b6c7d8e9f'],
    }),
  overdue: z.literal('true').optional().meta({
    description:
      'Those of which `isOverdue` says that nobody looked at them in time: what is pending, and what was put aside as spam until somebody agrees.',
  }),
  cursor: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      examples: [
        'WyIyMDI2LTAzLTAyVDE4OjAwOjAwLjAwMFoiLCIwMTliNzZkYS1hODA2LTcwYWQtYThmOS05YjdjYmQyZTNmNGEiXQ',
      ],
    }),
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

export const ReviewForm = sentBack(
  z
    .strictObject({
      status: orAsRead(FormStatus.exclude(['withdrawn']), z.literal('withdrawn')),
      assignedTo: z.uuid().nullable().meta({ description: 'An administrator or mentor.' }),
      notes: orAsRead(severalLines(1, 5_000), z.array(Note.strict())).meta({
        description: 'Added to the notes that are there.',
      }),
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  FormDetail,
).meta({ id: 'ReviewForm' })
export type ReviewForm = z.infer<typeof ReviewForm>

const day = z.iso.date()
export const ReportQuery = z.object({
  since: day.optional().meta({
    description: 'The first day, where the organization is. 90 days ago when left out.',
    examples: ['2026-01-01'],
  }),
  until: day.optional().meta({
    description: 'The last day, where the organization is. Today when left out.',
    examples: ['2026-03-31'],
  }),
})
export type ReportQuery = z.infer<typeof ReportQuery>

const counts = z.record(z.string(), z.number().int())
export const FormReport = z
  .object({
    since: day,
    until: day,
    total: z.number().int(),
    overdue: z
      .number()
      .int()
      .meta({ description: 'Of these, those that nobody looked at in time and that still wait.' }),
    byType: counts,
    byStatus: counts,
    byWeek: z.array(z.object({ week: day, submissions: z.number().int() })).meta({
      description: 'Weeks begin on Monday, where the organization is.',
    }),
    rows: z.array(
      z.object({
        type: z.string(),
        status: z.string(),
        week: day,
        submissions: z.number().int(),
        overdue: z.number().int(),
      }),
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
  'This is not possible in the current state of the form.',
)
