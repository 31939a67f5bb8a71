import type { FilledForm } from '../../src/core/forms/forms.model.ts'
import type { Caller, Role } from '../../src/core/kernel/actor.ts'
import type { ImportedCourse } from '../../src/core/learning/courses/import-courses.ts'
import type { Head } from '../../src/core/messaging/chat/entries.model.ts'

/*
 * What people did, as a list of deeds with their times (milliseconds since the epoch). It names no document: what
 * stores it, and the use cases that would have been called, both begin here.
 */

export interface PersonPlan {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Exclude<Role, 'guest'>
  readonly createdAtMs: number
  /** Whom staff assigned. */
  readonly mentor: { readonly id: string; readonly atMs: number } | null
  readonly signIns: readonly SignIn[]
  readonly enrolments: readonly EnrolmentPlan[]
}

export interface SignIn {
  readonly sessionId: string
  readonly atMs: number
  readonly caller: Caller
  /** The session is still there. */
  readonly isKept: boolean
}

export interface EnrolmentPlan {
  /** The place of the course among the courses. */
  readonly course: number
  readonly atMs: number
  /** When the first lessons were completed, in their order. */
  readonly completedAtMs: readonly number[]
  readonly rating: { readonly stars: number; readonly atMs: number } | null
}

export interface CoursePlan {
  readonly row: ImportedCourse
  readonly atMs: number
  /** Of the contents of its lessons, and of the version. */
  readonly contentIds: readonly string[]
  readonly versionId: string
}

export interface ConversationPlan {
  readonly id: string
  readonly type: Head['type']
  readonly name: string | null
  /** Whoever opens it comes first. */
  readonly memberIds: readonly string[]
  readonly createdAtMs: number
  /** More than a minute apart. */
  readonly messages: () => Iterable<MessagePlan>
  readonly messageCount: number
  /** After the last message. */
  readonly reads: readonly { readonly userId: string; readonly seq: number; readonly atMs: number }[]
}

export interface MessagePlan {
  readonly senderId: string
  readonly clientMessageId: string
  readonly text: string
  readonly atMs: number
}

export interface FormPlan {
  readonly id: string
  readonly filled: FilledForm
  readonly atMs: number
  readonly caller: Caller
  /** What staff made of it, in order. */
  readonly reviews: readonly {
    readonly status: 'reviewed' | 'resolved'
    readonly by: { readonly userId: string; readonly sessionId: string }
    readonly assignedTo: string | undefined
    readonly atMs: number
    readonly caller: Caller
  }[]
}

export interface FilePlan {
  readonly id: string
  readonly ownerId: string
  readonly fileName: string
  readonly fileType: 'text/plain' | 'text/csv'
  /** In bytes. */
  readonly size: number
  readonly atMs: number
}

export interface NoticePlan {
  readonly person: Pick<PersonPlan, 'email' | 'name'>
  /** Names the occasion. */
  readonly key: string
  readonly atMs: number
  readonly isRefused: boolean
}
