import { expect, test } from 'vitest'
import { allOf, auditAnchorsContract } from '../../../test/contracts/audit-anchors.contract.ts'
import { startAzurite } from '../../../test/stand-ins/azurite.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createAzureBlobAuditAnchors } from './audit-anchors.ts'
import { createStorageClient } from './client.ts'
import { setUpBlobs } from './setup.ts'

auditAnchorsContract('azure-blob', async () => {
  const { connectionString, stop } = await startAzurite()
  const account = { connectionString }
  const { service } = createStorageClient(account)
  await setUpBlobs({ service, containers: ['anchors'], origins: ['http://localhost'] })
  return { anchors: createAzureBlobAuditAnchors({ account, container: 'anchors' }), close: stop }
})

test('a container that is not there is unavailable', async () => {
  const { connectionString, stop } = await startAzurite()
  const anchors = createAzureBlobAuditAnchors({ account: { connectionString }, container: 'missing' })
  await expect(anchors.keep('2026-11-01', '')).rejects.toBeInstanceOf(PortUnavailable)
  await expect(allOf(anchors)).rejects.toBeInstanceOf(PortUnavailable)
  await stop()
}, 30_000)
