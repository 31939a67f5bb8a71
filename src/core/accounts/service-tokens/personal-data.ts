import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { serviceTokens } from './service-tokens.model.ts'

export const createServiceTokensPersonalData = ({
  documents,
}: Needs<'documents'>): readonly PersonalData[] => [
  {
    store: serviceTokens.name,
    dataClass: 'none',
    fields: [],
    withheld: ['createdBy', 'secretHash'],
    purpose: 'Lets our programs in.',
    retention: 'Until the token expires or is revoked, or the account of whoever made it is erased.',
    notExported: 'It belongs to the organization. That somebody made it is in the audit log.',
    /** It lets nobody in any more: it did so on the word of whoever made it. */
    async erase({ userId }) {
      for await (const { value } of walk((after) => documents.scan(serviceTokens, after)))
        if (value.createdBy === userId)
          await documents.remove(serviceTokens, { partition: value.id, id: value.id })
      return nothingKept
    },
  },
]
