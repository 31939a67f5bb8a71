import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { type Share, shares } from './shares.model.ts'

export function createSharesPersonalData({ documents }: Needs<'documents'>): readonly PersonalData[] {
  async function sharesOf(userId: string): Promise<readonly Share[]> {
    const found: Share[] = []
    const all = walk((after) =>
      documents.query(shares, {
        path: 'byCreation',
        partition: userId,
        equals: { kind: 'share' },
        limit: 100,
        ...after,
      }),
    )
    for await (const { value } of all) if (value.kind === 'share') found.push(value)
    return found
  }
  return [
    {
      store: shares.name,
      dataClass: 'personal',
      fields: ['recipientName', 'courseIds', 'createdAt', 'expiresAt', 'endedAt', 'lookCount', 'looks'],
      withheld: ['tokenHash'],
      purpose:
        'Whom somebody lets see their progress in which courses, until when, and when it was looked at.',
      retention: 'For as long as the account exists. The way from a link to it: until it ends.',
      collect: async ({ userId }) =>
        (await sharesOf(userId)).map(({ tokenHash: _, key: __, kind: ___, ...share }) => share),
      async erase({ userId }) {
        for (const { id, tokenHash } of await sharesOf(userId)) {
          // The way in first: what is cut off here is found again.
          await documents.remove(shares, { partition: tokenHash, id: 'token' })
          await documents.remove(shares, { partition: userId, id })
        }
        return nothingKept
      },
    },
  ]
}
