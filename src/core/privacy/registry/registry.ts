import type { PersonalData } from '../../kernel/personal-data.ts'

/** What is kept in the cache alone and belongs to no domain's records. All of it goes by itself. */
export const passingData: readonly PersonalData[] = (
  [
    ['cache:online_users', ['devices'], 'Shows who is connected.', '90 seconds.'],
    ['cache:blacklist', [], 'Refuses the access tokens of who has signed out.', '15 minutes.'],
    ['cache:lockout', [], 'Slows down who guesses passwords; accounts are keyed hashes.', '24 hours.'],
    ['cache:otp', [], 'Counts mails to an address, which is a keyed hash.', 'An hour.'],
    ['cache:ratelimit', [], 'Counts requests; addresses are keyed hashes.', 'As long as the limit counts.'],
    ['cache:realtime', [], 'Recognises a repeated event of a connection.', 'Minutes.'],
  ] as const
).map(([store, withheld, purpose, retention]) => ({
  store,
  dataClass: 'personal',
  fields: [],
  withheld,
  purpose,
  retention,
  notExported: 'Gone before it could be read.',
  notErased: 'Goes by itself.',
}))

/** The registry: the order of the entries is the order in which a person is erased. */
export function createRegistry(entries: readonly PersonalData[]): readonly PersonalData[] {
  const stores = new Set(entries.map(({ store }) => store))
  if (stores.size < entries.length) throw new Error('a store is registered twice')
  return entries
}
