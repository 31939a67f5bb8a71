import { describe, expect, test } from 'vitest'
import { blobsContract } from '../../../test/contracts/blobs.contract.ts'
import { blockUploadsContract } from '../../../test/contracts/block-uploads.contract.ts'
import { startAzurite } from '../../../test/stand-ins/azurite.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { systemClock } from '../system/clock.ts'
import { createAzureBlobs } from './blobs.ts'
import { createStorageClient } from './client.ts'
import { setUpBlobs } from './setup.ts'

const pageOrigin = 'https://portal.example.org'

async function open() {
  const { connectionString, stop } = await startAzurite()
  const { service } = createStorageClient({ connectionString })
  const setUp = () => setUpBlobs({ service, containers: ['documents', 'avatars'], origins: [pageOrigin] })
  expect(await setUp()).toHaveLength(3)
  expect(await setUp()).toEqual([])
  return {
    blobs: createAzureBlobs({ account: { connectionString }, clock: systemClock }),
    fetch,
    pageOrigin,
    boundsUploads: false,
    close: stop,
  }
}

blobsContract('Azure Blob Storage, on Azurite', 'documents', open)
blockUploadsContract('Azure Blob Storage, on Azurite', 'documents', open)

describe('Azure Blob Storage that does not answer', () => {
  test('is unavailable, for every call', async () => {
    const { connectionString, stop } = await startAzurite()
    await stop()
    const blobs = createAzureBlobs({ account: { connectionString }, clock: systemClock })
    const name = { container: 'documents', path: 'a.txt' }
    for (const call of [
      () => blobs.head(name),
      () => blobs.read(name, { offset: 0, length: 1 }),
      () => blobs.write(name, new Uint8Array(1)),
      () => blobs.delete(name),
      () => blobs.list('documents', { prefix: '', limit: 1 }),
      () => blobs.sent(name),
      () => blobs.finishUpload(name, { maxBytes: 1 }),
      () => blobs.discardUpload(name),
    ])
      await expect(call()).rejects.toBeInstanceOf(PortUnavailable)
  })
})
