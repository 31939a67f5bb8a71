import type { EdgeCache } from '../../ports/edge-cache.ts'

/** Keeps nothing, and remembers what it was asked to forget. */
export function createMemoryEdgeCache(): EdgeCache & { readonly purged: readonly (readonly string[])[] } {
  const purged: (readonly string[])[] = []
  return {
    purged,
    async purge(paths) {
      purged.push(paths)
    },
  }
}
