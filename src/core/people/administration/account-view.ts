import type { AdminUserView, User } from '../../accounts/users/users.model.ts'

/** An account as administrators see it in a list. */
export const viewOf = (user: User): AdminUserView => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  status: user.status,
  emailVerified: user.emailVerified,
  mentorId: user.mentorId ?? null,
  createdAt: user.createdAt,
  lastLogin: user.lastLoginAt,
})
