import {
  BlobSASPermissions,
  type BlockBlobClient,
  type ContainerListBlobFlatSegmentResponse,
  generateBlobSASQueryParameters,
  type UserDelegationKey,
} from '@azure/storage-blob'
import {
  BlobExists,
  type BlobName,
  type BlobStore,
  checkBlobName,
  checkContainer,
  type SignedDownload,
} from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createStorageClient, isStatus, type StorageAccount } from './client.ts'
import { createStagedUploads, stagedName } from './staged-uploads.ts'

const hourMs = 60 * 60_000
/** A key of an identity lives up to seven days; clocks differ by some minutes. */
const delegationLivesMs = 24 * hourMs
const clockSkewMs = 15 * 60_000
const blockBytes = 4 * 1024 * 1024

/** Joins what comes into blocks of one size: the service counts blocks, not bytes. */
async function* blocksOf(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let block = new Uint8Array(blockBytes)
  let filled = 0
  for await (const chunk of source)
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + blockBytes - filled)
      block.set(piece, filled)
      filled += piece.byteLength
      at += piece.byteLength
      if (filled === blockBytes) {
        yield block
        block = new Uint8Array(blockBytes)
        filled = 0
      }
    }
  if (filled > 0) yield block.subarray(0, filled)
}

/** Azure Blob Storage. Its containers are made by `setUpBlobs`. */
export function createAzureBlobs({
  account,
  clock,
}: {
  readonly account: StorageAccount
  readonly clock: Clock
}): BlobStore {
  const { service, sharedKey } = createStorageClient(account)
  let delegation: { readonly key: UserDelegationKey; readonly expiresAtMs: number } | undefined

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw cause instanceof BlobExists ? cause : new PortUnavailable('blobs', { cause })
    }
  }
  const clientOf = ({ container, path }: BlobName): BlockBlobClient =>
    service.getContainerClient(container).getBlockBlobClient(path)

  const delegationKey = async (untilMs: number): Promise<UserDelegationKey> => {
    if (!delegation || delegation.expiresAtMs < untilMs) {
      const now = clock.now()
      const expiresAtMs = Math.max(untilMs, now + delegationLivesMs)
      const key = await service.getUserDelegationKey(new Date(now - clockSkewMs), new Date(expiresAtMs))
      delegation = { key, expiresAtMs }
    }
    return delegation.key
  }
  const sign = async (
    name: BlobName,
    permission: 'cw' | 'rcw' | 'r',
    expiresAt: string,
    shown: Partial<Omit<SignedDownload, 'expiresAt'>> = {},
  ): Promise<string> => {
    const values = {
      containerName: name.container,
      blobName: name.path,
      permissions: BlobSASPermissions.parse(permission),
      expiresOn: new Date(expiresAt),
      ...shown,
    }
    const query = sharedKey
      ? generateBlobSASQueryParameters(values, sharedKey)
      : generateBlobSASQueryParameters(
          values,
          await attempt(() => delegationKey(Date.parse(expiresAt))),
          service.accountName,
        )
    return `${clientOf(name).url}?${query}`
  }
  const head = async (name: BlobName) => {
    try {
      const { contentLength, createdOn, lastModified } = await clientOf(name).getProperties()
      const createdAt = createdOn ?? lastModified
      return { size: contentLength ?? 0, createdAt: (createdAt ?? new Date(0)).toISOString() }
    } catch (error) {
      if (isStatus(error, 404)) return null
      throw error
    }
  }

  const staged = createStagedUploads({
    clientOf,
    head,
    signRead: (name) => sign(name, 'r', new Date(clock.now() + hourMs).toISOString()),
  })

  return {
    async signUpload(name, { expiresAt, contentType, saysWhatItHas = false }) {
      checkBlobName(name)
      const url = await sign(stagedName(name), saysWhatItHas ? 'rcw' : 'cw', expiresAt)
      const headers = { 'Content-Type': contentType, 'x-ms-blob-type': 'BlockBlob', 'If-None-Match': '*' }
      return { url, method: 'PUT', headers }
    },
    async sent(name) {
      checkBlobName(name)
      return attempt(() => staged.sent(name))
    },
    async finishUpload(name, { maxBytes }) {
      checkBlobName(name)
      return attempt(() => staged.finish(name, maxBytes))
    },
    async discardUpload(name) {
      checkBlobName(name)
      return attempt(() => staged.discard(name))
    },
    async signDownload(name, { expiresAt, renewal: _, ...shown }) {
      checkBlobName(name)
      return sign(name, 'r', expiresAt, shown)
    },
    async head(name) {
      checkBlobName(name)
      return attempt(() => head(name))
    },
    async read(name, { offset, length }) {
      checkBlobName(name)
      return attempt(async () => {
        if (length === 0) return (await head(name)) && new Uint8Array()
        try {
          const { blobBody, readableStreamBody } = await clientOf(name).download(offset, length)
          const body: BlobPart[] = blobBody ? [await blobBody] : []
          for await (const chunk of readableStreamBody ?? []) body.push(chunk as Uint8Array<ArrayBuffer>)
          return new Uint8Array(await new Blob(body).arrayBuffer())
        } catch (error) {
          if (isStatus(error, 404)) return null
          if (isStatus(error, 416)) return new Uint8Array()
          throw error
        }
      })
    },
    async write(name, source) {
      checkBlobName(name)
      const client = clientOf(name)
      const conditions = { ifNoneMatch: '*' }
      const refuse = async (error: unknown): Promise<never> => {
        // Blocks that another writer committed over are an invalid list: then the blob is there.
        if (isStatus(error, 409, 412) || (isStatus(error, 400) && (await head(name))))
          throw new BlobExists(name.container)
        throw error
      }
      if (source instanceof Uint8Array)
        return attempt(
          async () => void (await client.upload(source, source.byteLength, { conditions }).catch(refuse)),
        )
      const run = crypto.randomUUID()
      const ids: string[] = []
      for await (const block of blocksOf(source)) {
        const id = btoa(`${run}-${String(ids.length).padStart(6, '0')}`)
        ids.push(id)
        await attempt(() => client.stageBlock(id, block, block.byteLength).catch(refuse))
      }
      return attempt(async () => void (await client.commitBlockList(ids, { conditions }).catch(refuse)))
    },
    async delete(name) {
      checkBlobName(name)
      return attempt(async () => (await clientOf(name).deleteIfExists()).succeeded)
    },
    async list(container, { prefix, limit, after }) {
      checkContainer(container)
      return attempt(async () => {
        const pages = service
          .getContainerClient(container)
          .listBlobsFlat({ prefix })
          .byPage({ maxPageSize: limit, ...(after === undefined ? {} : { continuationToken: after }) })
        const { value: page }: { value?: ContainerListBlobFlatSegmentResponse } = await pages.next()
        const items = (page?.segment.blobItems ?? []).map(({ name, properties }) => ({
          path: name,
          size: properties.contentLength ?? 0,
          createdAt: (properties.createdOn ?? properties.lastModified).toISOString(),
        }))
        const next = page?.continuationToken
        return next ? { items, next } : { items }
      })
    },
    answer: async () => null,
  }
}
