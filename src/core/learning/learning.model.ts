import { collection } from '../../ports/documents.ts'

/** What one person has done in all courses together. */
export interface LearnerStats {
  readonly id: 'stats'
  readonly userId: string
  readonly kind: 'stats'
  readonly createdAt: string
  /** Those the person takes part in now. */
  readonly enrolledCourses: readonly string[]
}

export type ProgressRecord = LearnerStats

/** Partition `userId`: one partition answers "my progress", and a lesson and the totals it changes commit together. */
export const progress = collection<ProgressRecord>()({
  name: 'Progress',
  partition: 'userId',
  paths: { byKind: { by: ['kind'], order: 'createdAt' } },
})

/** One person in one course, as the course sees it. */
export interface CourseMember {
  /** The person. */
  readonly id: string
  readonly courseId: string
  readonly kind: 'member'
  /** As last known, so that a list needs no look at each account. */
  readonly name: string
  readonly avatar: string | null
}

export type CourseMembership = CourseMember

/** Partition `courseId`: the people of a course are listed and counted together, and each count commits with its cause. */
export const courseMembers = collection<CourseMembership>()({
  name: 'CourseMembers',
  partition: 'courseId',
  paths: { byName: { by: ['kind'], order: 'name' } },
})
