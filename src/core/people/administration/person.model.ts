import { z } from 'zod'
import { AssistedRecoveryView } from '../../accounts/auth/assisted-recovery.model.ts'
import { ProviderName } from '../../accounts/auth/identities.model.ts'
import { SessionView } from '../../accounts/auth/sessions.model.ts'
import { AdminUserView } from '../../accounts/users/users.model.ts'
import { orAsRead, sentBack } from '../../kernel/sent-back.ts'

const Timestamp = z.iso.datetime()
const Count = z.number().int().min(0)

export const PersonSession = SessionView.pick({ id: true, device: true, createdAt: true, lastSeen: true })
  .extend({
    hasSecondFactor: z.boolean().meta({ description: 'Whether one was proved in it.' }),
    isOnSharedDevice: z.boolean(),
  })
  .meta({ id: 'PersonSession' })

/** One account as administrators see it. Nothing that signs in, and nothing of where somebody is. */
export const AdminUserDetail = AdminUserView.extend({
  lastSeen: Timestamp.nullable().meta({ description: 'In a session that still stands.' }),
  waysIn: z
    .object({
      hasPassword: z.boolean(),
      passkeys: Count,
      hasTotp: z.boolean(),
      recoveryCodes: Count.meta({ description: 'Those that are left.' }),
      providers: z.array(ProviderName).meta({ description: 'Accounts elsewhere that sign in to this one.' }),
    })
    .meta({ description: 'What signs in to it: whether, and how many. Never what they are.' }),
  needsSecondFactor: z.boolean().meta({
    description:
      'Of a role that has to have a second factor here; without one it does nothing of what its role may.',
  }),
  isClosing: z.boolean().meta({ description: 'It is going to be erased.' }),
  legalHoldSince: Timestamp.nullable(),
  recovery: AssistedRecoveryView.nullable().meta({
    description: 'Of who has lost their second factors; null where nobody has begun one.',
  }),
  enrolledCourses: Count,
  completedCourses: Count,
  sessions: z.array(PersonSession).meta({ description: 'Those that stand, the newest first.' }),
}).meta({ id: 'AdminUserDetail' })
export type AdminUserDetail = z.infer<typeof AdminUserDetail>

export const UpdateUser = sentBack(
  z
    .strictObject({
      role: orAsRead(z.enum(['user', 'mentor', 'admin']), z.literal('guest')),
      status: orAsRead(z.enum(['active', 'suspended']), z.literal('pending_verification')),
      mentorId: z.uuid().nullable().meta({ description: 'Who mentors this person; null for nobody.' }),
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  AdminUserDetail,
).meta({ id: 'UpdateUser' })
export type UpdateUser = z.infer<typeof UpdateUser>
