import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { validationError } from '../../kernel/errors.ts'
import { createEvent } from '../../kernel/events.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Courses } from '../../learning/courses/courses.ts'
import type { Enrollments } from '../../learning/enrollments/enrollments.ts'
import type { Mentors } from '../../learning/mentors/mentors.ts'
import { createCanWriteTo } from './can-write-to.ts'
import { type BlockedPerson, blocks } from './contacts.model.ts'
import { createListContacts } from './list-contacts.ts'
import { createContactsPersonalData } from './personal-data.ts'

/** Whom one may write to, and whom one does not want to hear from. */
export function createContacts(
  needs: Needs<'documents' | 'clock'>,
  domain: {
    readonly users: Users
    readonly mentors: Mentors
    readonly enrollments: Enrollments
    readonly courses: Courses
  },
) {
  const { documents, clock } = needs
  const canWriteTo = createCanWriteTo(needs, domain)
  /** Somebody does not want to hear from somebody else any more. */
  const blocked = createEvent<{ readonly userId: string; readonly otherId: string }>('contacts.blocked')
  return {
    ...emptyFace,
    personalData: createContactsPersonalData(needs),
    blocked,
    canWriteTo,
    list: createListContacts(needs, domain),

    /** Whether one of two does not want to hear from the other. */
    async isBlocked(userId: string, otherId: string): Promise<boolean> {
      const found = await Promise.all([
        documents.read(blocks, { partition: userId, id: otherId }),
        documents.read(blocks, { partition: otherId, id: userId }),
      ])
      return found.some((block) => block !== null)
    },

    /** Whether or not there is such a person: the answer tells nobody who exists. */
    async block(actor: Actor, userId: string): Promise<void> {
      if (userId === actor.userId)
        throw validationError([{ path: 'userId', code: 'own_id', message: 'Must be somebody else.' }])
      const isContact = await canWriteTo(actor, userId)
      const name = isContact ? ((await domain.users.read(userId))?.value.name ?? null) : null
      try {
        const createdAt = new Date(clock.now()).toISOString()
        await documents.insert(blocks, { id: userId, userId: actor.userId, name, createdAt })
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
      await blocked.emit({ userId: actor.userId, otherId: userId })
    },

    async unblock(actor: Actor, userId: string): Promise<void> {
      await documents.remove(blocks, { partition: actor.userId, id: userId })
    },

    /** Newest first. */
    async listBlocks(actor: Actor, { cursor, limit }: CursorQuery): Promise<CursorPage<BlockedPerson>> {
      const { items, next } = await refusingBadCursors(() =>
        documents.query(blocks, {
          path: 'byTime',
          partition: actor.userId,
          equals: {},
          direction: 'desc',
          limit,
          ...(cursor === undefined ? {} : { after: cursor }),
        }),
      )
      return pageOf(
        items.map(({ value }) => ({ userId: value.id, name: value.name, blockedAt: value.createdAt })),
        next,
      )
    },
  }
}

export type Contacts = ReturnType<typeof createContacts>

export const contactsDomain = { collections: [blocks], create: createContacts }
