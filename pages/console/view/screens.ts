import type { ComponentType } from 'preact'
import type { IconName } from '../../base/view/icon.tsx'
import type { StaffRole } from '../state/staff.ts'

/** What a screen is given: what of it is open. */
export interface ScreenProps {
  readonly id: string | null
  readonly part: string | null
}

export interface ScreenEntry {
  /** In the address: `#/<name>`. */
  readonly name: string
  readonly title: string
  readonly icon: IconName
  readonly roles: readonly StaffRole[]
  /** Comes when it is first opened. */
  readonly load: () => Promise<ComponentType<ScreenProps>>
}

/** Every screen, in the order of the menu. */
export const screens: readonly ScreenEntry[] = [
  {
    name: 'today',
    title: 'Today',
    icon: 'bell',
    roles: ['admin', 'mentor'],
    load: async () => (await import('../screens/today/today.tsx')).Today,
  },
  {
    name: 'forms',
    title: 'Forms',
    icon: 'archive',
    roles: ['admin', 'mentor'],
    load: async () => (await import('../screens/forms/forms.tsx')).Forms,
  },
  {
    name: 'people',
    title: 'People',
    icon: 'members',
    roles: ['admin'],
    load: async () => (await import('../screens/people/people.tsx')).People,
  },
  {
    name: 'reports',
    title: 'Reported messages',
    icon: 'flag',
    roles: ['admin'],
    load: async () => (await import('../screens/reports/reports.tsx')).Reports,
  },
  {
    name: 'mail',
    title: 'Mail',
    icon: 'send',
    roles: ['admin'],
    load: async () => (await import('../screens/mail/mail.tsx')).Mail,
  },
]
