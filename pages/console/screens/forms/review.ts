import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { myId } from '../../../base/state/session.ts'
import { staffName } from '../../state/staff-directory.ts'
import { useVersioned, type Versioned } from '../../state/versioned.ts'
import { type FormDetail, type FormStatus, statusWords } from './words.ts'

export interface Change {
  readonly status?: Exclude<FormStatus, 'withdrawn'>
  readonly assignedTo?: string | null
  readonly notes?: string
}
export type Review = Versioned<FormDetail, Change>

/** What of a form became different, in words. */
function differencesOf(before: FormDetail, now: FormDetail): readonly string[] {
  const newNotes = now.notes.slice(before.notes.length)
  const added = now.information.length - before.information.length
  return [
    ...(before.status === now.status ? [] : [`Its state is now “${statusWords[now.status]}”.`]),
    ...(before.assignedTo === now.assignedTo
      ? []
      : [
          now.assignedTo === null
            ? 'It is assigned to nobody.'
            : `It is assigned to ${staffName(now.assignedTo)}.`,
        ]),
    ...newNotes.map(({ by }) => `${staffName(by)} added a note.`),
    ...(added > 0 ? ['Its sender added something.'] : []),
    ...(before.erasedAt === now.erasedAt ? [] : ['What was in it is erased.']),
  ]
}

const isThere = (before: FormDetail, now: FormDetail, { status, assignedTo, notes }: Change): boolean =>
  (status === undefined || (now.status === status && (status !== 'spam' || now.reviewedAt !== null))) &&
  (assignedTo === undefined || now.assignedTo === assignedTo) &&
  (notes === undefined ||
    now.notes.slice(before.notes.length).some(({ text, by }) => by === myId() && text === notes.trim()))

/** One form as it is read, and what is done to it. */
export const useReview = (id: string): Review =>
  useVersioned(id, {
    read: () => ask(v1.forms[':id'].$get({ param: { id } })),
    write: (json, ifMatch) =>
      ask(v1.forms[':id'].$patch({ param: { id }, json }, { headers: { 'If-Match': ifMatch } })),
    differencesOf,
    isThere,
  })
