import { z } from 'zod'

/** What a person can be told of. A kind says nothing of whom or what it is about. */
export const NoticeKind = z
  .enum([
    'message',
    'mention',
    'missed_call',
    'form_assigned',
    'form_due',
    'course_published',
    'course_place',
    'certificate',
    'security',
    'export_ready',
  ])
  .meta({ id: 'NotificationKind' })
export type NoticeKind = z.infer<typeof NoticeKind>

/** Where a person can be told: on devices that are not connected, by mail, in the list of the app. */
export const Channel = z.enum(['push', 'mail', 'list']).meta({ id: 'NotificationChannel' })
export type Channel = z.infer<typeof Channel>

/** What of an account was changed or used. */
export const SecurityEvent = z
  .enum([
    'new_device',
    'password_changed',
    'second_factor_changed',
    'email_changed',
    'recovery_approved',
    'account_closing',
    'progress_shared',
  ])
  .meta({ id: 'SecurityEvent' })
export type SecurityEvent = z.infer<typeof SecurityEvent>

const InConversation = { conversationId: z.uuid() }
const AfterSeq = z
  .number()
  .int()
  .meta({ description: 'The number in the conversation after which there is something to read.' })
const OfCourse = { courseId: z.string() }
const OfForm = { formId: z.string() }

/** What a notification is about, by its kind: ids alone. What they lead to is asked of its domain whenever it is shown. */
export const abouts = {
  message: z.object({ ...InConversation, afterSeq: AfterSeq }),
  mention: z.object({ ...InConversation, afterSeq: AfterSeq }),
  missed_call: z.object({ ...InConversation, callId: z.string() }),
  form_assigned: z.object(OfForm),
  form_due: z.object(OfForm),
  course_published: z.object(OfCourse),
  course_place: z.object(OfCourse),
  certificate: z.object(OfCourse),
  security: z.object({ event: SecurityEvent }),
  export_ready: z.object({ exportId: z.string() }),
} as const satisfies Record<NoticeKind, z.ZodType>
export type About = { [K in NoticeKind]: z.infer<(typeof abouts)[K]> }

/** What has happened that somebody is to be told of. */
export type Subject = { [K in NoticeKind]: { readonly kind: K; readonly about: About[K] } }[NoticeKind]

/**
 * How a kind is told where the person has not said otherwise. `always`: nothing switches it off. `never`: it is not told
 * there at all.
 */
export type Standard = 'always' | 'on' | 'off' | 'never'

/** In this table a new kind says where it is told. */
export const standards: Readonly<Record<NoticeKind, Readonly<Record<Channel, Standard>>>> = {
  message: { push: 'on', mail: 'off', list: 'on' },
  mention: { push: 'on', mail: 'off', list: 'on' },
  missed_call: { push: 'on', mail: 'off', list: 'on' },
  form_assigned: { push: 'on', mail: 'on', list: 'on' },
  form_due: { push: 'on', mail: 'off', list: 'on' },
  course_published: { push: 'off', mail: 'off', list: 'on' },
  course_place: { push: 'on', mail: 'on', list: 'on' },
  certificate: { push: 'off', mail: 'off', list: 'on' },
  security: { push: 'on', mail: 'always', list: 'always' },
  export_ready: { push: 'off', mail: 'always', list: 'on' },
}

/** Those about a conversation: its mute, and what was read of it, count for them. */
export const isOfConversation = (
  subject: Subject,
): subject is Extract<Subject, { about: { conversationId: string } }> => 'conversationId' in subject.about
