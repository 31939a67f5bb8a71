import { z } from 'zod'
import { WaitingRecovery } from '../../accounts/auth/assisted-recovery.model.ts'
import { ReadinessView } from '../../platform/health/readiness.model.ts'

const Timestamp = z.iso.datetime()
const upTo = (of: string) => ({ description: `${of} 100 stands for that many or more.` })
const Count = z.number().int().min(0)

export const JobState = z
  .object({
    name: z.string().meta({ example: 'send-mail' }),
    everySeconds: z.number(),
    succeededAt: Timestamp.nullable().meta({ description: 'When it last ended well, in whichever process.' }),
    failedAt: Timestamp.nullable(),
    isOverdue: z.boolean().meta({
      description:
        'It has run for an hour, failed three times in a row, or did not end well for two of its turns.',
    }),
  })
  .meta({ id: 'JobState' })

export const Today = z
  .object({
    at: Timestamp,
    forms: z
      .object({
        waiting: Count.meta(upTo('Nobody has looked at them, those put aside as spam included.')),
        overdue: Count.meta(upTo('Of these, those that somebody should have looked at by now.')),
        dueToday: Count.meta(upTo('Due later today, where the organization is.')),
        urgent: Count.meta(upTo('Waiting referrals of high urgency.')),
        quarantined: Count.meta(upTo('Put aside as spam by a program.')),
        oldestQuarantinedAt: Timestamp.nullable(),
      })
      .nullable(),
    deadMail: z
      .array(z.object({ reason: z.string(), mails: Count, oldestAt: Timestamp }))
      .nullable()
      .meta({ description: 'Dead letters by their reason: of all together the 100 that died first.' }),
    recoveries: z
      .array(WaitingRecovery)
      .nullable()
      .meta({ description: 'Recoveries of accounts that somebody else has to approve, 20 at most.' }),
    reports: z
      .object({
        open: Count.meta(upTo('Reported messages that nobody has looked at.')),
        oldestAt: Timestamp.nullable(),
      })
      .nullable(),
    scans: z
      .object({
        waiting: Count.meta(upTo('Files that nobody gets before they are scanned.')),
        oldestAt: Timestamp.nullable(),
      })
      .nullable(),
    jobs: z.array(JobState).nullable().meta({ description: 'By name.' }),
    health: ReadinessView.meta({ description: 'As `GET /api/readyz` has it, with mail on its way out.' }),
  })
  .meta({
    id: 'Today',
    description: 'What waits for staff now. A part is null while that cannot be told; the others are there.',
  })
export type Today = z.infer<typeof Today>
