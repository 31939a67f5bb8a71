import { createAzureBlobs } from '../../src/adapters/azure-blob/blobs.ts'
import { createStorageClient } from '../../src/adapters/azure-blob/client.ts'
import { setUpBlobs } from '../../src/adapters/azure-blob/setup.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { blobsContract } from '../contracts/blobs.contract.ts'
import { blockUploadsContract } from '../contracts/block-uploads.contract.ts'
import { onRealService } from './real-service.ts'

const pageOrigin = 'https://portal.example.org'

onRealService('Azure Blob Storage', ['AZURE_STORAGE_CONNECTION_STRING'], (settings) => {
  const open = async () => {
    const account = { connectionString: settings.AZURE_STORAGE_CONNECTION_STRING }
    const { service } = createStorageClient(account)
    await setUpBlobs({ service, containers: ['contract-run'], origins: [pageOrigin] })
    return {
      blobs: createAzureBlobs({ account, clock: systemClock }),
      fetch,
      pageOrigin,
      boundsUploads: false,
    }
  }
  blobsContract('azure', 'contract-run', open)
  blockUploadsContract('azure', 'contract-run', open)
})
