import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData, passing } from '../../kernel/personal-data.ts'
import { weekAfter, weekOf } from './local-week.ts'
import { mailTurns } from './mails.model.ts'
import type { PlaceOf } from './turn-places.ts'

export const createMailsPersonalData = (
  { documents, clock }: Needs<'documents' | 'clock'>,
  placeOf: PlaceOf,
): readonly PersonalData[] => [
  {
    store: mailTurns.name,
    dataClass: 'personal',
    fields: [],
    withheld: ['userId', 'dueAt', 'week'],
    purpose: 'Whose turn it is to be written to, and when; how far the round of a week is.',
    retention: 'Until the mail is made, at most for a week after it was due.',
    notExported: 'Says no more than that a mail comes, which goes to the mailbox of the person.',
    async erase({ userId }) {
      const week = weekOf(clock.now())
      for (const weeks of [-1, 0, 1]) {
        const { id, shard } = await placeOf(`weekly ${weekAfter(week, weeks)}`, userId)
        await documents.remove(mailTurns, { partition: shard, id })
      }
      return nothingKept
    },
  },
  passing(
    'cache:unsubscribed',
    [],
    'That mails were ended by a link a moment ago, so that it can be taken back; under a keyed hash.',
    'An hour.',
  ),
]
