import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'

/** Somebody who wants a place in a course, as the course sees it. */
export interface CourseRequest {
  /** The person. */
  readonly id: string
  /** The course. */
  readonly key: string
  /** `requested`: staff are to decide. `waiting`: gets the next place that is free. */
  readonly kind: 'requested' | 'waiting'
  /** Orders the queue: an id of the moment it was asked for, which a decision does not change. */
  readonly place: string
  readonly createdAt: string
}

/** The same as the person sees it, also once it was declined. Written first, so that what somebody asked for is found by them. */
export interface RequestNote {
  /** The course. */
  readonly id: string
  /** The person. */
  readonly key: string
  readonly kind: 'note'
  /** When it was asked for. */
  readonly place: string
  readonly isDeclined: boolean
  readonly reason: string | null
  readonly createdAt: string
}

/** A place that is to be given, or somebody who got one and is to be told: written before, removed after the last step. */
export interface PlaceTask {
  /** Of a course, or of one person in it: `course~person`. */
  readonly id: string
  readonly key: 'tasks'
  readonly kind: 'task'
  /** When to look at it again. */
  readonly place: string
  readonly createdAt: string
}

/** Partition `key`: the queue of a course, what one person asked for, and what is to be completed are each one walk. */
export const courseRequests = collection<CourseRequest | RequestNote | PlaceTask>()({
  name: 'CourseRequests',
  partition: 'key',
  paths: { byPlace: { by: ['kind'], order: 'place' } },
})

const Timestamp = z.iso.datetime()

const Status = z.enum(['requested', 'waiting', 'declined']).meta({
  description: '`requested`: staff decide. `waiting`: for a place that is free.',
})

export const PlaceRequested = z
  .object({
    message: SaidText,
    request: z.object({
      courseId: z.uuid(),
      status: Status,
      position: z
        .number()
        .int()
        .nullable()
        .meta({ description: 'Among those who wait, from 1; null for who does not, or is far back.' }),
    }),
  })
  .meta({ id: 'PlaceRequested' })
export type PlaceRequested = z.input<typeof PlaceRequested>

export const OwnRequest = z
  .object({
    courseId: z.uuid(),
    title: z.string(),
    status: Status,
    position: z.number().int().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it was declined.' }),
    requestedAt: Timestamp,
  })
  .meta({ id: 'OwnCourseRequest' })
export type OwnRequest = z.infer<typeof OwnRequest>

export const MemberRequest = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    status: z.enum(['requested', 'waiting']),
    requestedAt: Timestamp,
  })
  .meta({ id: 'CourseRequest' })
export type MemberRequest = z.infer<typeof MemberRequest>

export const DeclineRequest = z
  .strictObject({
    reason: z
      .string()
      .max(500)
      .nullable()
      .default(null)
      .meta({ description: 'Read by who asked, where they see what they asked for. It is in no mail.' }),
  })
  .meta({ id: 'DeclineRequest' })

export const nobodyAsked = defineError('not_found', 'not_found', 'This person has not asked for a place.')
