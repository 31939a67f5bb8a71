import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { DisplayName } from '../../kernel/display-name.ts'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { timeSpentFields } from '../enrollments/time-shown.model.ts'

const dayMs = 24 * 60 * 60_000
export const longestShareDays = 180
export const longestShareMs = longestShareDays * dayMs
export const maxSharedCourses = 20
export const maxActiveShares = 20
/** The latest of these are kept by their time; all are counted, and stand in the audit log. */
export const keptLooks = 50

/** What one person lets somebody named see. It stays when it is over: it says who could look, and when they did. */
export interface Share {
  readonly id: string
  /** Whose progress it is. */
  readonly key: string
  readonly kind: 'share'
  readonly recipientName: string
  readonly courseIds: readonly string[]
  /** SHA-256 of the token in the link: where the token is. */
  readonly tokenHash: string
  readonly createdAt: string
  readonly expiresAt: string
  /** When its owner took it back. */
  readonly endedAt: string | null
  readonly lookCount: number
  /** The latest of them. */
  readonly looks: readonly string[]
  readonly goneAt?: undefined
}

/** Leads from a link to its share, as long as that is good for anything. */
export interface ShareToken {
  readonly id: 'token'
  /** The SHA-256 of the token: the token itself is nowhere. */
  readonly key: string
  readonly kind: 'token'
  readonly userId: string
  readonly shareId: string
  readonly createdAt: string
  readonly goneAt?: string
}

/**
 * Partition `key`: a person's shares are listed together, and a token is found by its hash alone, so that no link says whose
 * it is.
 */
export const shares = collection<Share | ShareToken>()({
  name: 'Shares',
  partition: 'key',
  paths: { byCreation: { by: ['kind'], order: 'createdAt' } },
  ttl: 'goneAt',
})

const Timestamp = z.iso.datetime()

export const NewShare = z
  .strictObject({
    recipientName: DisplayName({ min: 2, max: 100, has: 'letter' }).meta({
      description: 'Who is to look, as it is read among my disclosures.',
    }),
    courseIds: z
      .array(z.uuid())
      .min(1)
      .max(maxSharedCourses)
      .meta({ description: 'Courses that I take. Nothing is shown of any other.' }),
    expiresAt: Timestamp.meta({ description: `At most ${longestShareDays} days from now.` }),
  })
  .meta({ id: 'NewShare' })
export type NewShare = z.infer<typeof NewShare>

export const ShareView = z
  .object({
    id: z.uuid(),
    recipientName: z.string(),
    courses: z.array(z.object({ id: z.uuid(), title: z.string() })),
    createdAt: Timestamp,
    expiresAt: Timestamp,
    endedAt: Timestamp.nullable().meta({ description: 'When I took it back.' }),
    isActive: z.boolean().meta({
      description: 'False once it is past its time, taken back, or was made by somebody who was not me.',
    }),
    lookCount: z.number().int(),
    looks: z
      .array(Timestamp)
      .meta({ description: `When it was looked at: the latest ${keptLooks}, newest first.` }),
  })
  .meta({ id: 'Share' })
export type ShareView = z.infer<typeof ShareView>

export const IssuedShare = ShareView.extend({
  url: z.string().meta({
    description:
      'Whoever has it can look. It is said once. What leads in stands behind `#`, which browsers send to nobody.',
  }),
}).meta({ id: 'IssuedShare' })
export type IssuedShare = z.infer<typeof IssuedShare>

export const LookAtShare = z.strictObject({ token: z.string().max(200) }).meta({ id: 'LookAtShare' })

export const SharedProgress = z
  .object({
    learner: z.string().meta({ description: 'The name of who shares it.' }),
    recipientName: z.string(),
    expiresAt: Timestamp,
    courses: z.array(
      z.object({
        title: z.string(),
        progress: z.number().meta({ description: 'Percent, not rounded.' }),
        completedAt: Timestamp.nullable(),
        ...timeSpentFields,
      }),
    ),
  })
  .meta({ id: 'SharedProgress' })
export type SharedProgress = z.infer<typeof SharedProgress>

/** For whatever leads nowhere, whyever: it never did, it was taken back, or its owner is gone. */
export const nothingShared = defineError(
  'not_found',
  'not_found',
  'This link is over, or never led anywhere. Ask whoever gave it to you.',
)
export const tooManyShares = defineError(
  'conflict',
  'too_many_shares',
  filled('There can be {max} at a time. End one first.', { max: maxActiveShares }),
)
