import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PastRetention, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import type { Administrators } from './administrators.ts'
import { staff, staffDirectory } from './staff.model.ts'
import { preferencesOf, type UserEmail, userEmails, users } from './users.model.ts'

const whileItExists = 'For as long as the account exists.'

/** Also of addresses that are only reserved: there is no way from the account to those. */
export const createReadClaims =
  ({ documents }: Needs<'documents'>) =>
  async (userId: string): Promise<readonly Stored<UserEmail>[]> => {
    const claims: Stored<UserEmail>[] = []
    for await (const claim of walk((after) => documents.scan(userEmails, after)))
      if (claim.value.userId === userId) claims.push(claim)
    return claims
  }

/** The account goes last: it says what else there is. */
export function createUsersPersonalData(
  { documents }: Needs<'documents'>,
  claimsOf: ReturnType<typeof createReadClaims>,
  administrators: Pick<Administrators, 'forget'>,
  pastRetention: { readonly accounts: PastRetention; readonly addresses: PastRetention },
): readonly PersonalData[] {
  return [
    {
      store: staff.name,
      dataClass: 'public',
      fields: ['name', 'avatar', 'role'],
      purpose:
        'Lists the people everybody may write to, and the administrators, so that there is always one.',
      retention: 'For as long as somebody is a mentor or an admin.',
      async collect({ userId }) {
        const entry = await documents.read(staff, { partition: staffDirectory, id: userId })
        return entry ? [entry.value] : []
      },
      async erase({ userId }) {
        await documents.remove(staff, { partition: staffDirectory, id: userId })
        await administrators.forget(userId)
        return nothingKept
      },
    },
    {
      store: userEmails.name,
      dataClass: 'personal',
      fields: ['address'],
      purpose: 'Makes an address belong to one account, and finds the account by it.',
      retention: 'For as long as the account uses the address, and 7 days after a change.',
      collect: async ({ userId }) =>
        (await claimsOf(userId)).map(({ value: { id, reservedUntil } }) => ({
          address: id,
          reservedUntil: reservedUntil ?? null,
        })),
      async erase({ userId }) {
        for (const { value, version } of await claimsOf(userId))
          await documents.remove(userEmails, { partition: value.id, id: value.id }, version)
        return nothingKept
      },
      pastRetention: pastRetention.addresses,
    },
    {
      store: users.name,
      dataClass: 'personal',
      fields: [
        'id',
        'email',
        'name',
        'avatar',
        'role',
        'status',
        'emailVerified',
        'formerAddresses',
        'preferences',
        'mentorId',
        'activeDays',
        'identities',
        'passkeys',
        'createdAt',
        'updatedAt',
        'lastLoginAt',
      ],
      withheld: ['passwordHash', 'secondFactors', 'securityEpoch', 'recoveries', 'disowned'],
      purpose: 'The account: who somebody is here, and how they sign in.',
      retention: `${whileItExists} A guest: 24 hours. An account whose sign-up was cut off: 10 minutes.`,
      async collect({ userId }) {
        const stored = await documents.read(users, { partition: userId, id: userId })
        if (!stored) return []
        const account = stored.value
        const {
          passwordHash: _,
          secondFactors,
          securityEpoch: __,
          recoveries: ___,
          disowned: ____,
          ...rest
        } = account
        return [
          {
            ...rest,
            preferences: preferencesOf(account),
            mentorId: rest.mentorId ?? null,
            activeDays: rest.activeDays ?? null,
            identities: rest.identities ?? [],
            formerAddresses: rest.formerAddresses ?? [],
            passkeys: (secondFactors?.passkeys ?? []).map(({ name, createdAt, lastUsedAt }) => ({
              name,
              createdAt,
              lastUsedAt,
            })),
          },
        ]
      },
      async erase({ userId }) {
        await documents.remove(users, { partition: userId, id: userId })
        return nothingKept
      },
      pastRetention: pastRetention.accounts,
    },
  ]
}
