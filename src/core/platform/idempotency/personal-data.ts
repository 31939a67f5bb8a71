import type { Needs } from '../../../ports/ports.ts'
import type { PersonalData } from '../../kernel/personal-data.ts'
import { keptMs } from './idempotency.model.ts'

/** Under keyed hashes of keys that clients chose: nobody finds a person's. It is gone by the next day. */
export const createIdempotencyPersonalData = ({ clock }: Needs<'clock'>): readonly PersonalData[] => [
  {
    store: 'cache:idem',
    dataClass: 'personal',
    fields: [],
    withheld: ['answer'],
    purpose: 'Gives a repeated request the same answer as the first time.',
    retention: '24 hours.',
    notExported: 'Answers that have already been given.',
    erase: async () => [
      {
        what: 'Answers to your requests of the last day, in case they are repeated.',
        rule: 'They cannot be found by person, and expire by themselves.',
        until: new Date(clock.now() + keptMs).toISOString(),
      },
    ],
  },
]
