import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData, passing } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { identities } from './identities.ts'
import { type OneTimeToken, oneTimeTokens } from './one-time-tokens.ts'
import { createRecoveriesToApprove } from './recoveries-to-approve.ts'
import { type Session, sessions } from './sessions.model.ts'

export function createAuthPersonalData(
  { documents }: Needs<'documents'>,
  forgetSessions: (userId: string) => void,
): readonly PersonalData[] {
  const sessionsOf = (userId: string) =>
    walk<Session>((after) =>
      documents.query(sessions, { path: 'byCreation', partition: userId, equals: {}, limit: 100, ...after }),
    )
  const tokensOf = (userId: string) =>
    walk<OneTimeToken>((after) =>
      documents.query(oneTimeTokens, {
        path: 'byExpiry',
        partition: userId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )
  return [
    passing('cache:blacklist', [], 'Refuses the access tokens of people who have signed out.', '15 minutes.'),
    passing(
      'cache:lockout',
      [],
      'Slows down anybody who guesses passwords; accounts are keyed hashes.',
      '24 hours.',
    ),
    passing(
      'cache:otp',
      [],
      'Counts mails to an address, and tries at their codes; addresses are keyed hashes.',
      'An hour.',
    ),
    {
      store: identities.name,
      dataClass: 'personal',
      fields: ['id'],
      purpose: 'Says which account an account elsewhere signs in to.',
      retention: 'Until it is unlinked.',
      collect: async ({ account }) => (account?.identities ?? []).map(({ id }) => ({ id })),
      /** Also a claim that its account does not know of, because linking was cut off. */
      async erase({ userId }) {
        for await (const { value, version } of walk((after) => documents.scan(identities, after)))
          if (value.userId === userId)
            await documents.remove(identities, { partition: value.id, id: value.id }, version)
        return nothingKept
      },
    },
    {
      store: oneTimeTokens.name,
      dataClass: 'personal',
      fields: [],
      withheld: ['secretHash', 'codeHash', 'facts'],
      purpose: 'Recognizes codes and links that were handed out.',
      retention: 'Minutes; 7 days for undoing what was done to the account.',
      notExported: 'Says nothing about a person that the account does not.',
      async erase({ userId }) {
        for await (const { value } of tokensOf(userId))
          await documents.remove(oneTimeTokens, { partition: userId, id: value.id })
        await createRecoveriesToApprove({ documents }).forget(userId)
        return nothingKept
      },
    },
    {
      store: sessions.name,
      dataClass: 'personal',
      fields: ['device', 'place', 'createdAt', 'lastSeenAt', 'expiresAt', 'revokedAt'],
      withheld: ['refreshHash', 'previousRefreshHash', 'sealedSecret'],
      purpose: 'Keeps a device signed in, and lets its owner see and end that.',
      retention: '7 days after it could last be refreshed.',
      async collect({ userId }) {
        const own = []
        for await (const { value } of sessionsOf(userId)) {
          const { id, device, place, createdAt, lastSeenAt, expiresAt, revokedAt, isOnSharedDevice } = value
          own.push({
            id,
            device,
            place,
            createdAt,
            lastSeenAt,
            expiresAt,
            revokedAt,
            isOnSharedDevice: isOnSharedDevice ?? false,
          })
        }
        return own
      },
      async erase({ userId }) {
        forgetSessions(userId)
        for await (const { value } of sessionsOf(userId))
          await documents.remove(sessions, { partition: userId, id: value.id })
        return nothingKept
      },
    },
  ]
}
