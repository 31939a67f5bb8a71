import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { CursorQuery, cursorPage } from '../../kernel/paging.ts'
import { Rule } from './decide.model.ts'
import { abouts, Channel, NoticeKind, SecurityEvent, type Subject } from './kinds.model.ts'
import type { StoredPreferences } from './preferences.model.ts'
import { ToldOutcome } from './tellers.model.ts'

/** For so long somebody finds what they were told. */
export const keptMs = 90 * 24 * 60 * 60_000
/** Of one person; beyond them the oldest goes. */
export const maxKept = 1_000
/** With the head it stays below what one transaction takes. */
export const maxReadTogether = 90

interface InList {
  readonly id: string
  readonly userId: string
  readonly what: 'head' | 'notice'
  readonly isListed: 'yes' | 'no'
  readonly state: 'unread' | 'read'
  /** The conversation, form or course it is about, or else its kind. */
  readonly key: string
  /** Of a notice: its place in the list. Of the head: the last that was given. */
  readonly number: number
  readonly at: string
}

/** The list of one person: its numbers and its total change in one transaction with what is in it. */
export interface ListHead extends InList {
  readonly id: 'list'
  readonly what: 'head'
  /** Of what is listed. */
  readonly unread: number
  /** Everything up to it was read at once. */
  readonly readTo: number
  /** How many notices there are, listed or not. */
  readonly kept: number
  /** When the oldest is to be forgotten, as `NotificationSweeps` knows it. */
  readonly sweepAt: string | null
  readonly preferences: StoredPreferences
}

/** No text and no name: what it is about is asked of its domain when it is shown. */
export interface StoredNotice extends InList {
  readonly what: 'notice'
  readonly subject: Subject
  readonly readAt: string | null
  /** Why it was told on each channel, or not, when it came. */
  readonly decisions: Readonly<Record<Channel, Rule>>
}

export type InNotifications = ListHead | StoredNotice

/**
 * Partition `userId`: a person's list is read together, and a notice commits with the number and the total it changes. What is
 * not listed is there for the channels that tell it.
 */
export const notifications = collection<InNotifications>()({
  name: 'Notifications',
  partition: 'userId',
  paths: {
    listed: { by: ['isListed'], order: 'number' },
    unread: { by: ['isListed', 'state'], order: 'number' },
    byKey: { by: ['key', 'state'], order: 'number' },
    byTime: { by: ['what'], order: 'at' },
  },
})

/** When something in somebody's list is to be forgotten. */
export interface Sweep {
  /** The person. */
  readonly id: string
  readonly of: 'notifications'
  readonly dueAt: string
}

/** Partition `of`, a constant: a job walks those that are due, and each person has one, written once in months. */
export const notificationSweeps = collection<Sweep>()({
  name: 'NotificationSweeps',
  partition: 'of',
  paths: { byTime: { by: [], order: 'dueAt' } },
})

/** What somebody is to be told once what was begun has come true. */
export interface Intent {
  readonly id: string
  readonly facts: readonly IntendedFact[]
  /** Then a job looks whether it came true. */
  readonly dueAt: string
}

export interface IntendedFact {
  readonly userId: string
  readonly subject: Subject
  readonly cause: string
}

/** Partition `id`: each is written and removed by itself; few exist, and only a job walks them. */
export const notificationIntents = collection<Intent>()({
  name: 'NotificationIntents',
  partition: 'id',
  paths: {},
})

export const keyOf = ({ kind, about }: Subject): string =>
  'conversationId' in about
    ? about.conversationId
    : 'formId' in about
      ? about.formId
      : 'courseId' in about
        ? about.courseId
        : kind

export const isReadIn = (head: Pick<ListHead, 'readTo'>, { state, number }: StoredNotice): boolean =>
  state === 'read' || number <= head.readTo

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds.' })
const NotificationId = z.string().meta({ description: 'Opaque.' })

/** What a notification of any kind may be about: which of these are there says its kind. */
const AnyAbout = z.object({
  conversationId: z.uuid().optional(),
  afterSeq: abouts.message.shape.afterSeq.optional(),
  callId: z.string().optional(),
  formId: z.string().optional(),
  courseId: z.string().optional(),
  exportId: z.string().optional(),
  event: SecurityEvent.optional(),
})

export const Notification = z
  .object({
    id: NotificationId,
    number: z.number().int().meta({ description: 'Its place: a later one has a greater number.' }),
    kind: NoticeKind,
    about: AnyAbout.meta({ description: 'Ids of what it is about, by its kind.' }),
    title: z.string().nullable().meta({
      description: 'What it is about by its name, as I may see it now: of a conversation, a course, a form.',
    }),
    count: z.number().int().meta({ description: 'Of messages: how many are unread now. Else 1.' }),
    at: Timestamp,
    isRead: z.boolean(),
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof Notification>

export const NotificationQuery = CursorQuery.extend({
  unread: z.enum(['true', 'false']).default('false').meta({ description: 'Only what is unread.' }),
})
export type NotificationQuery = z.infer<typeof NotificationQuery>

const UnreadCount = z.number().int().meta({ description: 'How many of the whole list are unread.' })

export const NotificationPage = cursorPage(Notification)
  .extend({ unreadCount: UnreadCount })
  .meta({ id: 'NotificationPage' })
export type NotificationPage = z.infer<typeof NotificationPage>

export const ReadNotifications = z
  .strictObject({
    ids: z.array(z.string().max(100)).min(1).max(maxReadTogether),
    upTo: z.number().int().min(0).meta({ description: 'This number, and all before it.' }),
    all: z.literal(true),
  })
  .partial()
  .refine((given) => Object.keys(given).length === 1, 'Give exactly one of ids, upTo and all.')
  .meta({ id: 'ReadNotifications' })
export type ReadNotifications = z.infer<typeof ReadNotifications>

export const UnreadNotifications = z.object({ unreadCount: UnreadCount }).meta({ id: 'UnreadNotifications' })
export type UnreadNotifications = z.infer<typeof UnreadNotifications>

const ChannelReason = z
  .object({
    channel: Channel,
    outcome: z.enum(['told', 'not_told', 'later']).meta({ description: 'As it would be decided now.' }),
    rule: Rule,
    setting: z
      .string()
      .nullable()
      .meta({ description: 'Which setting says so, where one does.', example: 'kinds.message.push' }),
    at: Timestamp.nullable().meta({ description: 'Of what is told later: when.' }),
    whenItCame: Rule.nullable().meta({ description: 'What was decided then. Null where nothing came.' }),
    devices: z.array(ToldOutcome).meta({ description: 'What became of it, as far as that is still known.' }),
  })
  .meta({ id: 'NotificationReason' })

export const NotificationReasons = z
  .object({
    id: z.string().meta({ description: 'As it was asked for.' }),
    notificationId: NotificationId.nullable().meta({ description: 'Null: nothing came.' }),
    kind: NoticeKind,
    channels: z.array(ChannelReason),
  })
  .meta({ id: 'NotificationReasons' })
export type NotificationReasons = z.infer<typeof NotificationReasons>
