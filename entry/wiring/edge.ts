import type { Config } from '../../src/config/config.ts'
import type { EdgeCache } from '../../src/ports/edge-cache.ts'
import type { Native } from './native.ts'

export async function openEdgeCache({ edge }: Config, native: Native): Promise<EdgeCache | null> {
  if (edge.frontDoorEndpoint === null) return null
  const { createFrontDoorEdgeCache } = await import('../../src/adapters/front-door/edge-cache.ts')
  return createFrontDoorEdgeCache({
    endpointId: edge.frontDoorEndpoint,
    credential: await native.createAzureCredential(),
  })
}
