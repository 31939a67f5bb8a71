import { area } from './area.ts'
import { anyText } from './schemas.ts'

export const managedIdentity = area({
  title: 'Managed identity',
  settings: {
    AZURE_CLIENT_ID: {
      schema: anyText,
      says: 'Which user-assigned managed identity to use; unset: the one of the system.',
    },
  },
  read: (values) => ({ config: { azureClientId: values.AZURE_CLIENT_ID } }),
})
