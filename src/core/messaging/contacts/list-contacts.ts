import { type Cursor, decodeCursor, encodeCursor } from '../../../ports/cursor.ts'
import type { Page } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { foldText } from '../../kernel/fold-text.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Courses } from '../../learning/courses/courses.ts'
import type { Enrollments } from '../../learning/enrollments/enrollments.ts'
import type { Mentors } from '../../learning/mentors/mentors.ts'
import { blocks, type Contact, type ContactQuery } from './contacts.model.ts'

/** How many people of one course or one mentor are looked at: the first by name. */
const groupLimit = 1_000

interface Person {
  readonly id: string
  readonly name: string
  readonly avatar: string | null
}

const isBefore = (a: Cursor, b: Cursor): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])

/**
 * Those one may write to, by name. Everything is read from partitions of the person's own groups; blocks by others
 * are asked for those of the page alone, so a page may hold fewer than its limit.
 */
export const createListContacts = (
  { documents }: Needs<'documents'>,
  domain: {
    readonly users: Users
    readonly mentors: Mentors
    readonly enrollments: Enrollments
    readonly courses: Courses
  },
) => {
  const { users, mentors, enrollments, courses } = domain

  async function gather(userId: string): Promise<readonly Contact[]> {
    const contacts = new Map<string, Contact>()
    const add = (via: Contact['via'][number], { id, name, avatar }: Person, role?: Contact['role']) => {
      if (id === userId) return
      const known = contacts.get(id)
      if (!known) contacts.set(id, { userId: id, name, avatar, ...(role ? { role } : {}), via: [via] })
      else if (!known.via.includes(via)) known.via.push(via)
    }
    const [me, staff] = await Promise.all([users.read(userId), users.listStaff()])
    for (const { role, ...person } of staff) add('staff', person, role)
    if (!me || me.value.role === 'guest') return [...contacts.values()]

    const groupOf = async (mentorId: string): Promise<readonly Person[]> =>
      valuesOf(await mentors.listLearners(mentorId, { limit: groupLimit }))
    const { mentorId } = me.value
    const [mine, myMentors, mates] = await Promise.all([
      me.value.role === 'user' ? [] : groupOf(userId),
      mentorId ? groupOf(mentorId) : [],
      enrollments
        .coursesOf(userId)
        .then((ids) => Promise.all(ids.map((id) => courses.members.list(id, { limit: groupLimit })))),
    ])
    if (mentorId) {
      const mentor = staff.find(({ id }) => id === mentorId)
      if (mentor) add('mentor', mentor, mentor.role)
    }
    for (const person of [...mine, ...myMentors]) add('mentor', person)
    for (const person of mates.flatMap(valuesOf)) add('course', person)
    return [...contacts.values()]
  }

  return async (actor: Actor, { q, cursor, limit }: ContactQuery): Promise<CursorPage<Contact>> => {
    const after = await refusingBadCursors(async () =>
      cursor === undefined ? undefined : decodeCursor(cursor),
    )
    const wanted = foldText(q ?? '')
    const candidates = (await gather(actor.userId))
      .map((contact) => ({ contact, position: [foldText(contact.name), contact.userId] as const }))
      .filter(({ position }) => position[0].includes(wanted))
      .filter(({ position }) => !after || isBefore(after, position))
      .sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
    const page = candidates.slice(0, limit)
    const last = page.at(-1)
    const next = last && candidates.length > page.length ? encodeCursor(last.position) : undefined
    const open = await Promise.all(
      page.map(async ({ contact }) => {
        const [byMe, byThem] = await Promise.all([
          documents.read(blocks, { partition: actor.userId, id: contact.userId }),
          documents.read(blocks, { partition: contact.userId, id: actor.userId }),
        ])
        return byMe || byThem ? [] : [contact]
      }),
    )
    return pageOf(open.flat(), next)
  }
}

const valuesOf = <T>({ items }: Page<T>): readonly T[] => items.map(({ value }) => value)
