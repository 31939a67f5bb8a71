import { z } from 'zod'
import { sentBack } from '../../kernel/sent-back.ts'
import { type Channel, NoticeKind, standards } from './kinds.model.ts'

const TimeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
  .meta({ description: 'On a clock of 24 hours.', example: '22:00' })

export const QuietHours = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    message: 'Must be another time than the beginning.',
  })
  .meta({
    id: 'QuietHours',
    description:
      'In the time zone of the profile. `from` belongs to them, `to` does not; 22:00 to 07:00 goes through the night.',
  })
export type QuietHours = z.infer<typeof QuietHours>

const Switches = z.strictObject({ push: z.boolean(), mail: z.boolean(), list: z.boolean() })

const kindsOf = <T extends z.ZodType>(ofKind: T) =>
  z.strictObject(
    Object.fromEntries(NoticeKind.options.map((kind) => [kind, ofKind])) as Record<NoticeKind, T>,
  )

/** What a person wants to be told, where, and when not. */
export const NotificationPreferences = z
  .object({
    kinds: kindsOf(Switches).meta({
      description:
        'What is told where. `push` needs `preferences.notifications` of the profile too. `security` is always listed and mailed.',
    }),
    quietHours: QuietHours.nullable().meta({
      description: 'Nothing makes noise then: devices and mail are told afterwards. Null: there are none.',
    }),
    doNotDisturbUntil: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Until then as in quiet hours. Null: not now.' }),
  })
  .meta({ id: 'NotificationPreferences' })
export type NotificationPreferences = z.infer<typeof NotificationPreferences>

export const ChangeNotificationPreferences = sentBack(
  z
    .strictObject({
      kinds: kindsOf(Switches.partial()).partial(),
      quietHours: QuietHours.nullable(),
      doNotDisturbUntil: z.iso.datetime().nullable(),
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  NotificationPreferences,
).meta({ id: 'ChangeNotificationPreferences' })
export type ChangeNotificationPreferences = z.infer<typeof ChangeNotificationPreferences>

/** Only what somebody chose: what they never said follows the standards, also of kinds that come later. */
export interface StoredPreferences {
  readonly kinds?: { readonly [K in NoticeKind]?: { readonly [C in Channel]?: boolean } }
  readonly quietHours?: QuietHours | null
  readonly doNotDisturbUntil?: string | null
}

/** What counts of a person's settings: what is stored here, and what the profile says. */
export interface TellingPreferences extends StoredPreferences {
  /** `preferences.notifications` of the profile: off, no device is woken. */
  readonly isPushOn: boolean
  readonly timeZone: string
}

export function isSwitchedOn(preferences: StoredPreferences, kind: NoticeKind, channel: Channel): boolean {
  const standard = standards[kind][channel]
  if (standard === 'always') return true
  return standard !== 'never' && (preferences.kinds?.[kind]?.[channel] ?? standard === 'on')
}

/** As they are answered: whole, and without what is over. */
export function shownPreferences(stored: StoredPreferences, nowMs: number): NotificationPreferences {
  const switchesOf = (kind: NoticeKind) => ({
    push: isSwitchedOn(stored, kind, 'push'),
    mail: isSwitchedOn(stored, kind, 'mail'),
    list: isSwitchedOn(stored, kind, 'list'),
  })
  const until = stored.doNotDisturbUntil ?? null
  return {
    kinds: Object.fromEntries(
      NoticeKind.options.map((kind) => [kind, switchesOf(kind)]),
    ) as NotificationPreferences['kinds'],
    quietHours: stored.quietHours ?? null,
    doNotDisturbUntil: until !== null && Date.parse(until) > nowMs ? until : null,
  }
}
