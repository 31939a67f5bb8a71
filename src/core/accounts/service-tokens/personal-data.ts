import type { PersonalData } from '../../kernel/personal-data.ts'
import { serviceTokens } from './service-tokens.model.ts'

export const serviceTokensPersonalData: readonly PersonalData[] = [
  {
    store: serviceTokens.name,
    dataClass: 'none',
    fields: [],
    withheld: ['createdBy', 'secretHash'],
    purpose: 'Lets our programs in.',
    retention: 'Until the token expires or is revoked.',
    notExported: 'It belongs to the organization. That somebody made it is in the audit log.',
    notErased: 'It goes on working when the admin who made it is gone; the id then leads nowhere.',
  },
]
