import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { walk } from '../../kernel/walk.ts'
import type { Courses } from '../courses/courses.ts'
import { progress } from './enrollments.model.ts'
import { memberOf } from './learners.ts'

export interface Recounted {
  readonly enrolments: number
  readonly courses: number
  /** Courses whose counts were wrong. */
  readonly corrected: number
}

/**
 * Brings what courses say about their people into line with what people have learned, then counts again. Safe while
 * others enrol and complete: each correction commits only if nothing it was computed from has changed.
 */
export const createRecount =
  (
    { documents }: Needs<'documents'>,
    { courses, users }: { readonly courses: Courses; readonly users: Pick<Users, 'read'> },
  ) =>
  async (): Promise<Recounted> => {
    let enrolments = 0
    for await (const { value } of walk((after) => documents.scan(progress, after))) {
      if (value.kind !== 'enrolment') continue
      const learner = await users.read(value.userId)
      if (!learner) continue
      enrolments++
      await courses.members.note(memberOf(value, learner.value))
    }
    return { enrolments, ...(await courses.members.recountAll()) }
  }
