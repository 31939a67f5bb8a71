import { createMemoryLog } from '../../../src/adapters/memory/log.ts'
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts'
import { listen } from '../../../src/adapters/node/server.ts'
import { createSelfSignedBlobs } from '../../../src/adapters/self-signed/blobs.ts'
import { systemClock } from '../../../src/adapters/system/clock.ts'
import { encodeBase64url } from '../../../src/ports/base64url.ts'
import type { BlobBytes } from '../../../src/ports/blob-bytes.ts'
import type { BlobStore } from '../../../src/ports/blobs.ts'
import type { OpenedBlobs } from '../../contracts/blobs.contract.ts'

const pageOrigin = 'https://portal.example.org'

/** A store that signs its own URLs, behind a real server. */
export async function openSelfSigned(bytes: BlobBytes): Promise<OpenedBlobs> {
  let blobs: BlobStore | undefined
  const { port, close } = await listen({
    fetch: async (request) => (await blobs?.answer(request)) ?? new Response(null, { status: 404 }),
    port: 0,
    hostname: '127.0.0.1',
    log: createMemoryLog(),
  })
  blobs = createSelfSignedBlobs({
    bytes,
    clock: systemClock,
    secrets: createMemorySecrets({
      'signing-keys': [],
      'master-key': [
        {
          id: 'k1',
          value: encodeBase64url(new Uint8Array(32).fill(7)),
          activeFrom: '2000-01-01T00:00:00.000Z',
        },
      ],
    }),
    publicOrigin: `http://127.0.0.1:${port}`,
    allowedOrigins: new Set([pageOrigin]),
  })
  return { blobs, fetch, pageOrigin, boundsUploads: true, close: () => close(100) }
}
