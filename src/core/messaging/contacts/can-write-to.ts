import type { Needs } from '../../../ports/ports.ts'
import { isStaff, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import type { Enrollments } from '../../learning/enrollments/enrollments.ts'
import { blocks } from './contacts.model.ts'

const isMentorship = (a: User, b: User): boolean =>
  a.mentorId === b.id || b.mentorId === a.id || (Boolean(a.mentorId) && a.mentorId === b.mentorId)

/**
 * Whether one person may write to another: to staff, to those one shares a mentor or a course with, and staff to
 * guests. An admin may write to everybody. False alike for somebody unknown, suspended, blocked (either way) or
 * simply not a contact. One round of point reads.
 */
export const createCanWriteTo =
  (
    { documents }: Needs<'documents'>,
    { users, enrollments }: { readonly users: Users; readonly enrollments: Pick<Enrollments, 'coursesOf'> },
  ) =>
  async ({ userId: myId }: Pick<Actor, 'userId'>, theirId: string): Promise<boolean> => {
    if (theirId === myId) return false
    const [mine, theirs, blockedByMe, blockedByThem, myCourses, theirCourses] = await Promise.all([
      users.read(myId),
      users.read(theirId),
      documents.read(blocks, { partition: myId, id: theirId }),
      documents.read(blocks, { partition: theirId, id: myId }),
      enrollments.coursesOf(myId),
      enrollments.coursesOf(theirId),
    ])
    if (!mine || !theirs || blockedByMe || blockedByThem) return false
    const [me, them] = [mine.value, theirs.value]
    if (them.status === 'suspended') return false
    if (isStaff(them) || me.role === 'admin') return true
    if (me.role === 'guest') return false
    if (them.role === 'guest') return isStaff(me)
    return isMentorship(me, them) || myCourses.some((courseId) => theirCourses.includes(courseId))
  }

export type CanWriteTo = ReturnType<typeof createCanWriteTo>
