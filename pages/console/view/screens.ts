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
  {
    name: 'learners',
    title: 'My learners',
    icon: 'members',
    roles: ['admin', 'mentor'],
    load: async () => (await import('../screens/learners/learners.tsx')).Learners,
  },
  {
    name: 'courses',
    title: 'Courses',
    icon: 'book',
    roles: ['admin', 'mentor'],
    load: async () => (await import('../screens/courses/courses.tsx')).Courses,
  },
  {
    name: 'numbers',
    title: 'Numbers',
    icon: 'chart',
    roles: ['admin'],
    load: async () => (await import('../screens/numbers/numbers.tsx')).Numbers,
  },
  {
    name: 'audit',
    title: 'Audit log',
    icon: 'log',
    roles: ['admin'],
    load: async () => (await import('../screens/audit/audit.tsx')).Audit,
  },
  {
    name: 'tokens',
    title: 'Service tokens',
    icon: 'key',
    roles: ['admin'],
    load: async () => (await import('../screens/tokens/tokens.tsx')).Tokens,
  },
  {
    name: 'settings',
    title: 'Settings',
    icon: 'settings',
    roles: ['admin'],
    load: async () => (await import('../screens/settings/settings.tsx')).Settings,
  },
]
