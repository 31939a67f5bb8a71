import type { TokenCredential } from '@azure/identity'
import { BlobServiceClient, RestError, StorageSharedKeyCredential } from '@azure/storage-blob'

/** By the key in a connection string, or as an identity. */
export type StorageAccount =
  | { readonly connectionString: string }
  | { readonly url: string; readonly credential: TokenCredential }

export interface StorageClient {
  readonly service: BlobServiceClient
  /** What signs; undefined for an identity, which asks the service for a key. */
  readonly sharedKey: StorageSharedKeyCredential | undefined
}

const retryOptions = { maxTries: 3, tryTimeoutInMs: 30_000, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 }

export function createStorageClient(account: StorageAccount): StorageClient {
  const service =
    'connectionString' in account
      ? BlobServiceClient.fromConnectionString(account.connectionString, { retryOptions })
      : new BlobServiceClient(account.url, account.credential, { retryOptions })
  const { credential } = service
  return {
    service,
    sharedKey: credential instanceof StorageSharedKeyCredential ? credential : undefined,
  }
}

export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof RestError && statuses.includes(error.statusCode ?? 0)
