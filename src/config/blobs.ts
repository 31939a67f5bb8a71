import { z } from 'zod'
import { area } from './area.ts'
import { keptInOneInstance, server } from './server.ts'

export const blobs = area({
  title: 'Bytes of files',
  settings: {
    BLOBS: {
      schema: z.enum(['memory', 'filesystem', 'azure']),
      says: 'Where files live. Unset: azure when its settings are there, otherwise filesystem: in DATA_DIR/blobs, served by this program.',
    },
    AZURE_STORAGE_ACCOUNT_NAME: {
      schema: z.string().regex(/^[a-z0-9]{3,24}$/, 'must be 3 to 24 lower case letters and digits'),
      example: 'toolsincfiles',
      says: 'The storage account, as the managed identity. It chooses BLOBS=azure. Needs the roles Storage Blob Data Contributor and Storage Blob Delegator.',
    },
    AZURE_STORAGE_CONNECTION_STRING: {
      schema: z.string().includes('AccountKey=', { message: 'must hold an AccountKey' }),
      isSecret: true,
      says: 'The storage account by its key, where there is no managed identity. It chooses BLOBS=azure.',
    },
  },
  read(values, { isSet, problem, read }) {
    const { isProduction, isDisposable } = read(server)
    const isStorageSet = isSet('AZURE_STORAGE_ACCOUNT_NAME') || isSet('AZURE_STORAGE_CONNECTION_STRING')
    const kind = values.BLOBS ?? (isStorageSet ? 'azure' : 'filesystem')
    const instead = 'Set AZURE_STORAGE_ACCOUNT_NAME or AZURE_STORAGE_CONNECTION_STRING, which choose azure.'
    if (kind === 'azure' && !isStorageSet)
      problem(
        'AZURE_STORAGE_ACCOUNT_NAME',
        'is needed for BLOBS=azure, or AZURE_STORAGE_CONNECTION_STRING instead',
      )
    if (isSet('AZURE_STORAGE_ACCOUNT_NAME') && isSet('AZURE_STORAGE_CONNECTION_STRING'))
      problem('AZURE_STORAGE_CONNECTION_STRING', 'names an account too; set one of the two')
    if (isProduction && kind === 'memory')
      problem('BLOBS', `memory forgets everything and is refused in production. ${instead}`)
    if (isDisposable && kind === 'filesystem') problem('BLOBS', keptInOneInstance('filesystem', instead))
    return {
      config: {
        blobs: {
          kind,
          url: values.AZURE_STORAGE_ACCOUNT_NAME
            ? `https://${values.AZURE_STORAGE_ACCOUNT_NAME}.blob.core.windows.net`
            : undefined,
        },
      },
      secrets: { storageConnectionString: values.AZURE_STORAGE_CONNECTION_STRING },
    }
  },
})
