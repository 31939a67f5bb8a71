import { blobsContract } from '../../../test/contracts/blobs.contract.ts'
import { blockUploadsContract } from '../../../test/contracts/block-uploads.contract.ts'
import { openSelfSigned } from '../../../test/core/files/self-signed-blobs.ts'
import { systemClock } from '../system/clock.ts'
import { createMemoryBlobBytes } from './blob-bytes.ts'

blobsContract('memory', 'documents', () => openSelfSigned(createMemoryBlobBytes({ clock: systemClock })))
blockUploadsContract('memory', 'documents', () =>
  openSelfSigned(createMemoryBlobBytes({ clock: systemClock })),
)
