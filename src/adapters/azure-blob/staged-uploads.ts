import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import type { BlobFacts, BlobName, Sent } from '../../ports/blobs.ts'
import { isStatus } from './client.ts'

const copyPatienceMs = 20_000
const pollMs = 250

/** Beside what is final, where no other prefix leads: those begin with an id. */
export const stagedName = ({ container, path }: BlobName): BlobName => ({
  container,
  path: `uploads/${path}`,
})

/**
 * A SAS that can stage blocks can also overwrite (`w`), so an upload URL leads to a name beside the final one, and only
 * this program makes the final one: by a copy within the account, which replaces nothing. Then the other is emptied and
 * leased, which refuses whatever is still sent to it, until it is discarded.
 */
export function createStagedUploads({
  clientOf,
  head,
  signRead,
}: {
  readonly clientOf: (name: BlobName) => BlockBlobClient
  readonly head: (name: BlobName) => Promise<BlobFacts | null>
  readonly signRead: (name: BlobName) => Promise<string>
}) {
  const propertiesOf = async (client: BlockBlobClient): Promise<BlobGetPropertiesResponse | null> => {
    try {
      return await client.getProperties()
    } catch (error) {
      if (isStatus(error, 404)) return null
      throw error
    }
  }
  /** Null where there are none, or where something else than blocks was made. */
  const stagedBlocks = (client: BlockBlobClient) =>
    client.getBlockList('uncommitted').catch((error: unknown) => {
      if (isStatus(error, 404, 409)) return null
      throw error
    })
  /** Whoever has the URL may have leased what is there. */
  const whateverTheLease = async (client: BlockBlobClient, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (isStatus(error, 404)) return
      if (!isStatus(error, 412)) throw error
      await client
        .getBlobLeaseClient()
        .breakLease(0)
        .catch((cause: unknown) => {
          if (!isStatus(cause, 404, 409)) throw cause
        })
      await work()
    }
  }
  /** A list of no blocks also lets go of those that wait. */
  const empty = (client: BlockBlobClient) => whateverTheLease(client, () => client.commitBlockList([]))
  const remove = (client: BlockBlobClient) =>
    whateverTheLease(client, () => client.deleteIfExists({ deleteSnapshots: 'include' }))

  /** Null when what is there is no blob, or none yet: a copy that failed left its name. */
  const copied = async (client: BlockBlobClient, name: BlobName): Promise<BlobFacts | null> => {
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      const status = (await propertiesOf(client))?.copyStatus
      if (status !== 'pending') {
        if (status === 'failed' || status === 'aborted') await client.deleteIfExists()
        return head(name)
      }
      if (waitedMs >= copyPatienceMs) throw new Error('the copy of an upload takes too long')
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
  /** Leased already: somebody else finished it too, or its sender holds on to what will be discarded. */
  const retire = async (client: BlockBlobClient): Promise<void> => {
    try {
      await client.commitBlockList([])
      await client.getBlobLeaseClient().acquireLease(-1)
    } catch (error) {
      if (!isStatus(error, 404, 409, 412)) throw error
    }
  }

  return {
    async sent(name: BlobName): Promise<Sent> {
      if (await head(name)) return { isWhole: true, blocks: [] }
      const client = clientOf(stagedName(name))
      if (await propertiesOf(client)) return { isWhole: true, blocks: [] }
      const { uncommittedBlocks = [] } = (await stagedBlocks(client)) ?? {}
      return { isWhole: false, blocks: uncommittedBlocks.map(({ name: id, size }) => ({ id, size })) }
    },
    async finish(name: BlobName, maxBytes: number): Promise<BlobFacts | null> {
      const [target, source] = [clientOf(name), clientOf(stagedName(name))]
      const finished = await copied(target, name)
      if (finished) return finished
      const found = await propertiesOf(source)
      // A sender can make a blob of another kind, put it away, or encrypt it by a key of its own: that is nothing sent.
      if (found?.blobType !== 'BlockBlob' || found.accessTier === 'Archive' || found.encryptionKeySha256)
        return null
      const size = found.contentLength ?? 0
      if (size > maxBytes) return { size, createdAt: (found.lastModified ?? new Date(0)).toISOString() }
      try {
        await target.beginCopyFromURL(await signRead(stagedName(name)), {
          conditions: { ifNoneMatch: '*' },
          // What is copied is what was measured.
          ...(found.etag && { sourceConditions: { ifMatch: found.etag } }),
        })
      } catch (error) {
        // Somebody else finished it, or something else was sent just now.
        if (!isStatus(error, 404, 409, 412)) throw error
      }
      const facts = await copied(target, name)
      if (facts) await retire(source)
      return facts
    },
    async discard(name: BlobName): Promise<void> {
      const client = clientOf(stagedName(name))
      // Blocks that are no blob yet cannot be deleted, only replaced.
      if ((await stagedBlocks(client))?.uncommittedBlocks?.length) await empty(client)
      await remove(client)
    },
  }
}
