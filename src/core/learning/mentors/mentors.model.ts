import { collection } from '../../../ports/documents.ts'

/** One learner who is assigned to one mentor. */
export interface MentorAssignment {
  /** The learner. */
  readonly id: string
  readonly mentorId: string
  /** As last known, so that a list needs no look at each account. */
  readonly name: string
  readonly avatar: string | null
  readonly assignedAt: string
}

/** Partition `mentorId`: a mentor's learners are listed together, and whether one is among them is a point read. */
export const mentorAssignments = collection<MentorAssignment>()({
  name: 'Mentors',
  partition: 'mentorId',
  paths: { byName: { by: [], order: 'name' } },
})
