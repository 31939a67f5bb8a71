import { mostPathsAtOnce } from '../../../ports/edge-cache.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { emptyFace } from '../../kernel/domain.ts'

/** What belongs together is changed together: a course and the lists it is in, all courses of an import. */
const gatheredMs = 1_000
/** After the first of these the copies that were meant have mostly run out by themselves. */
const againAfterMs: readonly number[] = [5_000, 15_000, 40_000]

/** `/api/v1/courses/{id}` → `/api/v1/courses/*` */
const folderOf = (path: string): string => path.replace(/^(\/api\/v\d+\/[^/]+)\/.+$/, '$1/*')

/** No more than one call takes: instead of very many of one folder the whole of it. */
function folded(paths: ReadonlySet<string>): readonly string[] {
  if (paths.size <= mostPathsAtOnce) return [...paths]
  const folders = [...new Set([...paths].map(folderOf))]
  return folders.length <= mostPathsAtOnce ? folders : ['/*']
}

/**
 * Copies of what is the same for everybody, in front of the API. Whoever changed that says so here, once it is stored, and waits for nothing:
 * a copy runs out by itself within the time that its answer gave, so that a purge only shortens it. That is why it needs no place in a
 * store: what a process forgets by being killed is forgotten in front of it, too.
 */
export function createEdge({ edgeCache, defer, log }: Needs<'edgeCache' | 'defer' | 'log'>) {
  let waiting = new Set<string>()
  let isComing = false
  let failures = 0

  function come(afterMs: number): void {
    if (isComing || edgeCache === null) return
    isComing = true
    const { purge } = edgeCache
    defer.run(
      'purge_edge',
      async () => {
        const paths = folded(waiting)
        waiting = new Set()
        try {
          await purge(paths)
          failures = 0
        } catch (error) {
          if (!(error instanceof PortUnavailable)) throw error
          failed(paths)
        } finally {
          isComing = false
          if (waiting.size > 0) come(againAfterMs[failures - 1] ?? gatheredMs)
        }
      },
      { afterMs },
    )
  }

  function failed(paths: readonly string[]): void {
    failures++
    if (failures <= againAfterMs.length) waiting = new Set([...paths, ...waiting])
    else {
      failures = 0
      log.warn('edge_not_purged', { paths: paths.length })
    }
  }

  return {
    ...emptyFace,
    /** Paths that are answered differently from now on, or no more. */
    forget(paths: readonly string[]): void {
      if (edgeCache === null || paths.length === 0) return
      for (const path of paths) waiting.add(path)
      if (waiting.size > mostPathsAtOnce) waiting = new Set(folded(waiting))
      come(gatheredMs)
    },
  }
}

export type Edge = ReturnType<typeof createEdge>

export const edgeDomain = { collections: [], create: createEdge }
