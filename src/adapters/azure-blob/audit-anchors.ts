import { RestError } from '@azure/storage-blob'
import type { AuditAnchors } from '../../ports/audit-anchors.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createStorageClient, type StorageAccount } from './client.ts'

/** The service answers so for a blob that is there, whether or not a policy keeps it from being written. */
const conflict = 409

/** A blob for each. With a policy of immutability on the container not even its owner changes or removes one. */
export function createAzureBlobAuditAnchors({
  account,
  container: containerName,
}: {
  readonly account: StorageAccount
  readonly container: string
}): AuditAnchors {
  const container = createStorageClient(account).service.getContainerClient(containerName)
  const unavailable = (cause: unknown) => new PortUnavailable('audit anchors', { cause })
  return {
    async keep(name, text) {
      const bytes = new TextEncoder().encode(text)
      try {
        await container.getBlockBlobClient(name).upload(bytes.buffer, bytes.byteLength, {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' },
        })
      } catch (error) {
        if (
          !(
            error instanceof RestError &&
            error.statusCode === conflict &&
            error.code !== 'ContainerBeingDeleted'
          )
        )
          throw unavailable(error)
      }
    },
    async *texts() {
      try {
        for await (const { name } of container.listBlobsFlat())
          yield new TextDecoder().decode(await container.getBlockBlobClient(name).downloadToBuffer())
      } catch (error) {
        throw unavailable(error)
      }
    },
  }
}
