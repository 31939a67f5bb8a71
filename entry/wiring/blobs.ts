import { createMemoryBlobBytes } from '../../src/adapters/memory/blob-bytes.ts'
import { createSelfSignedBlobs } from '../../src/adapters/self-signed/blobs.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import { allows } from '../../src/http/allowed-origins.ts'
import type { BlobStore } from '../../src/ports/blobs.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Secrets } from '../../src/ports/secrets.ts'
import type { Native } from './native.ts'

export async function openBlobs(
  { blobs, app }: Config,
  { storageConnectionString: connectionString }: GivenSecrets,
  native: Native,
  clock: Clock,
  secrets: Secrets,
): Promise<{ readonly blobs: BlobStore; readonly tidy?: () => Promise<void> }> {
  if (blobs.kind === 'azure') {
    const { createAzureBlobs } = await import('../../src/adapters/azure-blob/blobs.ts')
    const account = connectionString
      ? { connectionString }
      : { url: blobs.url ?? '', credential: await native.createAzureCredential() }
    return { blobs: createAzureBlobs({ account, clock }) }
  }
  const files = blobs.kind === 'filesystem' ? native.openBlobBytes(clock) : undefined
  const { publicOrigin } = app.http
  const allowedOrigins = { has: (origin: string) => allows(app.http.allowedOrigins, origin) }
  const bytes = files?.bytes ?? createMemoryBlobBytes({ clock })
  return {
    blobs: createSelfSignedBlobs({ bytes, secrets, clock, publicOrigin, allowedOrigins }),
    ...(files && { tidy: files.tidy }),
  }
}
