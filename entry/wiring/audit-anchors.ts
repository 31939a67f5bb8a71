import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { AuditAnchors } from '../../src/ports/audit-anchors.ts'
import type { Native } from './native.ts'

export async function openAuditAnchors(
  { auditAnchors, blobs }: Config,
  { storageConnectionString: connectionString }: GivenSecrets,
  native: Native,
): Promise<AuditAnchors | null> {
  switch (auditAnchors?.kind) {
    case undefined:
      return null
    case 'filesystem':
      return native.openAuditAnchors(auditAnchors.directory)
    case 'azure-blob': {
      const { createAzureBlobAuditAnchors } = await import('../../src/adapters/azure-blob/audit-anchors.ts')
      const account = connectionString
        ? { connectionString }
        : { url: blobs.url ?? '', credential: await native.createAzureCredential() }
      return createAzureBlobAuditAnchors({ account, container: auditAnchors.container })
    }
  }
}
