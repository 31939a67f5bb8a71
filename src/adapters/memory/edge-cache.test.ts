import { edgeCacheContract } from '../../../test/contracts/edge-cache.contract.ts'
import { createMemoryEdgeCache } from './edge-cache.ts'

edgeCacheContract('memory', async () => {
  const edgeCache = createMemoryEdgeCache()
  return { edgeCache, purged: edgeCache.purged, goAway: null }
})
