import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { type Block, blocks } from './contacts.model.ts'

export function createContactsPersonalData({ documents }: Needs<'documents'>): readonly PersonalData[] {
  const ownBlocks = (userId: string) =>
    walk<Block>((after) =>
      documents.query(blocks, { path: 'byTime', partition: userId, equals: {}, limit: 100, ...after }),
    )
  return [
    {
      store: blocks.name,
      dataClass: 'personal',
      fields: ['blockedUserId', 'name', 'createdAt'],
      purpose: 'Keeps away people that somebody does not want to hear from.',
      retention: 'Until it is undone.',
      async collect({ userId }) {
        const own = []
        for await (const { value } of ownBlocks(userId))
          own.push({ blockedUserId: value.id, name: value.name, createdAt: value.createdAt })
        return own
      },
      /** Also in the lists of others, which have a copy of the name. */
      async erase({ userId }) {
        for await (const { value } of ownBlocks(userId))
          await documents.remove(blocks, { partition: userId, id: value.id })
        for await (const { value } of walk((after) => documents.scan(blocks, after)))
          if (value.id === userId) await documents.remove(blocks, { partition: value.userId, id: userId })
        return nothingKept
      },
    },
  ]
}
