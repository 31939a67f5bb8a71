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

/** How many accounts one request of an admin looks at; the next page goes on behind them. */
const scannedAtMost = 2_000
const scanSize = 500
/** Before the position of a page that goes through all accounts. */
const everybody = 'everybody.'

/**
 * Those one may write to, by name. An admin who looks for a name finds everybody else behind their contacts, as they may
 * write to all; those come in no particular order, and a page of them may hold fewer than its limit. Everything else is read from partitions of the person's own groups; blocks by others
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

  /** Accounts with this in their name, that are not among the contacts. */
  async function findOthers(
    { userId }: Actor,
    wanted: string,
    limit: number,
    start: string | undefined,
    known: ReadonlySet<string>,
  ): Promise<{ readonly found: readonly Contact[]; readonly next?: string }> {
    const found: Contact[] = []
    let [after, scanned] = [start, 0]
    do {
      const page = await users.scan(Math.min(scanSize, Math.max(1, limit - found.length)), after)
      for (const { value: user } of page.items) {
        const { id, name, avatar, status } = user
        const isOther = id !== userId && status !== 'suspended' && !known.has(id)
        if (isOther && foldText(name).includes(wanted)) found.push({ userId: id, name, avatar, via: [] })
      }
      scanned += page.items.length
      after = page.next
    } while (after !== undefined && found.length < limit && scanned < scannedAtMost)
    return { found, ...(after === undefined ? {} : { next: `${everybody}${after}` }) }
  }

  async function open(userId: string, contacts: readonly Contact[]): Promise<readonly Contact[]> {
    const each = await Promise.all(
      contacts.map(async (contact) => {
        const [byMe, byThem] = await Promise.all([
          documents.read(blocks, { partition: userId, id: contact.userId }),
          documents.read(blocks, { partition: contact.userId, id: userId }),
        ])
        return byMe || byThem ? [] : [contact]
      }),
    )
    return each.flat()
  }

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
    const { userId } = actor
    const wanted = foldText(q ?? '')
    const isOfAll = cursor?.startsWith(everybody) === true
    const after = await refusingBadCursors(async () =>
      cursor === undefined || isOfAll ? undefined : decodeCursor(cursor),
    )
    const contacts = await gather(userId)
    const candidates = contacts
      .map((contact) => ({ contact, position: [foldText(contact.name), contact.userId] as const }))
      .filter(({ position }) => position[0].includes(wanted))
      .filter(({ position }) => !after || isBefore(after, position))
      .sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
    const page = isOfAll ? [] : candidates.slice(0, limit)
    const last = page.at(-1)
    const hasMore = !isOfAll && candidates.length > page.length
    const next = last && hasMore ? encodeCursor(last.position) : undefined
    const shown = page.map(({ contact }) => contact)
    if (actor.role !== 'admin' || wanted === '' || hasMore) return pageOf(await open(userId, shown), next)
    if (page.length >= limit) return pageOf(await open(userId, shown), everybody)
    const start = cursor?.slice(everybody.length) || undefined
    const known = new Set(contacts.map((contact) => contact.userId))
    const others = await refusingBadCursors(() =>
      findOthers(actor, wanted, limit - page.length, isOfAll ? start : undefined, known),
    )
    return pageOf(await open(userId, [...shown, ...others.found]), others.next)
  }
}

const valuesOf = <T>({ items }: Page<T>): readonly T[] => items.map(({ value }) => value)
