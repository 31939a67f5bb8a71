import { staffRole } from '../../state/staff.ts'
import type { ScreenProps } from '../../view/screens.ts'
import { AdminToday } from './admin-today.tsx'
import { MentorToday } from './mentor-today.tsx'

/** What waits, for whoever is here. */
export function Today(_: ScreenProps) {
  return staffRole.value === 'admin' ? <AdminToday /> : <MentorToday />
}
