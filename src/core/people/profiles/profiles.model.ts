import { z } from 'zod'
import {
  PersonName,
  Preferences,
  preferencesOf,
  Role,
  type User,
  UserStatus,
} from '../../accounts/users/users.model.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import type { LearnedSummary } from '../../learning/enrollments/enrollments.model.ts'

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds.' })

export const Profile = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    avatar: z.string().nullable(),
    role: Role,
    status: UserStatus,
    emailVerified: z.boolean(),
    enrolledCourses: z.array(z.string()),
    completedLessons: z.array(z.string()),
    preferences: Preferences,
    metadata: z.object({ createdAt: Timestamp, updatedAt: Timestamp, lastLogin: Timestamp.nullable() }),
  })
  .meta({ id: 'Profile' })
export type Profile = z.infer<typeof Profile>

export const UpdateProfile = sentBack(
  z
    .strictObject({ name: PersonName, preferences: Preferences.partial() })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  Profile,
).meta({ id: 'UpdateProfile' })
export type UpdateProfile = z.infer<typeof UpdateProfile>

export const nothingLearned: LearnedSummary = { enrolledCourses: [], completedLessons: [], version: '0' }

export const profileOf = (user: User, learned: LearnedSummary): Profile => ({
  id: user.id,
  email: user.email,
  name: user.name,
  avatar: user.avatar,
  role: user.role,
  status: user.status,
  emailVerified: user.emailVerified,
  enrolledCourses: [...learned.enrolledCourses],
  completedLessons: [...learned.completedLessons],
  preferences: preferencesOf(user),
  metadata: { createdAt: user.createdAt, updatedAt: user.updatedAt, lastLogin: user.lastLoginAt },
})
