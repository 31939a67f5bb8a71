import type { BlobServiceClient } from '@azure/storage-blob'

/**
 * Makes the containers that are missing, none of them public, and lets pages of these origins use signed URLs. Safe to
 * run again. Answers what it changed.
 */
export async function setUpBlobs({
  service,
  containers,
  origins,
}: {
  readonly service: BlobServiceClient
  readonly containers: readonly string[]
  readonly origins: readonly string[]
}): Promise<readonly string[]> {
  const changes: string[] = []
  for (const name of containers) {
    const { succeeded } = await service.getContainerClient(name).createIfNotExists()
    if (succeeded) changes.push(`blob container ${name}`)
  }
  const wanted = {
    allowedOrigins: origins.join(','),
    allowedMethods: 'GET,HEAD,PUT',
    allowedHeaders:
      'content-type,content-md5,if-match,if-none-match,if-modified-since,if-unmodified-since,if-range,range,accept,x-ms-*',
    exposedHeaders: 'Content-Length,Content-Range,ETag,Last-Modified,x-ms-*',
    maxAgeInSeconds: 7200,
  }
  const { cors = [] } = await service.getProperties()
  const isSame =
    cors.length === 1 &&
    JSON.stringify(Object.entries(cors[0] ?? {}).sort()) === JSON.stringify(Object.entries(wanted).sort())
  if (!isSame) {
    await service.setProperties({ cors: [wanted] })
    changes.push('blob origins of pages')
  }
  return changes
}
