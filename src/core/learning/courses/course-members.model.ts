import { collection } from '../../../ports/documents.ts'
import type { catalog } from './courses.model.ts'

/** One person in one course, as the course sees it. */
export interface CourseMember {
  /** The person. */
  readonly id: string
  readonly courseId: string
  /** `former`: has left. */
  readonly kind: 'member' | 'former'
  /** As last known, so that a list needs no look at each account. */
  readonly name: string
  readonly avatar: string | null
  readonly hasCompleted: boolean
  readonly rating: number | null
  /** Counts the changes of the enrolment this was taken from: an older one does not overwrite a newer. */
  readonly revision: number
}

/** How many take part, have completed and have rated. Commits with the member that changes it. */
export interface CourseTally extends Counts {
  readonly id: 'tally'
  readonly courseId: string
  readonly kind: 'tally'
  readonly name: ''
  /** Counts the changes. */
  readonly revision: number
}

export interface Counts {
  readonly enrolled: number
  readonly completed: number
  readonly ratings: number
  readonly ratingSum: number
}

/** Partition `courseId`: the people of a course are listed and counted together, and each count commits with its cause. */
export const courseMembers = collection<CourseMember | CourseTally>()({
  name: 'CourseMembers',
  partition: 'courseId',
  paths: { byName: { by: ['kind'], order: 'name' } },
})

/** A copy of a course's tally. */
export interface CourseCounts extends Counts {
  /** The course. */
  readonly id: string
  readonly catalog: typeof catalog
  readonly revision: number
}

/** Partition `catalog`, a constant: the catalogue reads the counts of all courses together. */
export const courseCounts = collection<CourseCounts>()({
  name: 'CourseCounts',
  partition: 'catalog',
  paths: { byRevision: { by: [], order: 'revision' } },
})
