import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

export type PersonDetail = Of<(typeof v1)['admin']['users'][':id']['$get']>
export type Role = PersonDetail['role']
export type Status = PersonDetail['status']

export const roleWords: Readonly<Record<Role, string>> = {
  user: 'Learner',
  mentor: 'Mentor',
  admin: 'Administrator',
  guest: 'Guest',
}
export const statusWords: Readonly<Record<Status, string>> = {
  active: 'Active',
  suspended: 'Suspended',
  pending_verification: 'Address not confirmed',
}
export const isStaff = (role: Role): boolean => role === 'mentor' || role === 'admin'
