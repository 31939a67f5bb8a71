import { describe, expect, test } from 'vitest'
import { createMemoryEdgeCache } from '../../../src/adapters/memory/edge-cache.ts'
import { createMemoryLog } from '../../../src/adapters/memory/log.ts'
import { createEdge } from '../../../src/core/platform/edge/edge.ts'
import type { EdgeCache } from '../../../src/ports/edge-cache.ts'
import { mostPathsAtOnce } from '../../../src/ports/edge-cache.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'

/** Work that is put off, begun by hand. */
function open(edgeCache: EdgeCache | null) {
  const log = createMemoryLog()
  const put: { readonly task: () => Promise<void>; readonly afterMs: number | undefined }[] = []
  const defer = {
    run: (_: string, task: () => Promise<void>, options?: { readonly afterMs?: number }) =>
      void put.push({ task, afterMs: options?.afterMs }),
  }
  const edge = createEdge({ edgeCache, defer, log })
  const begin = async () => put.shift()?.task()
  return { edge, log, put, begin }
}

function failing(times: number) {
  const asked: (readonly string[])[] = []
  const edgeCache: EdgeCache = {
    async purge(paths) {
      asked.push(paths)
      if (asked.length <= times) throw new PortUnavailable('edge cache')
    },
  }
  return { asked, edgeCache }
}

const courses = (count: number) => Array.from({ length: count }, (_, i) => `/api/v1/courses/${i}`)

describe('what is the same for everybody and was changed', () => {
  test('is forgotten in front of us, later and together', async () => {
    const memory = createMemoryEdgeCache()
    const { edge, put, begin } = open(memory)
    edge.forget(['/api/v1/courses', '/api/v1/courses/1'])
    edge.forget(['/api/v1/courses', '/api/v1/courses/2'])
    expect(memory.purged).toEqual([])
    expect(put).toHaveLength(1)
    await begin()
    expect(memory.purged).toEqual([['/api/v1/courses', '/api/v1/courses/1', '/api/v1/courses/2']])
    expect(put).toEqual([])
  })

  test('changed while a purge is under way waits for the next one', async () => {
    const asked: (readonly string[])[] = []
    const answer = Promise.withResolvers<void>()
    const { edge, put, begin } = open({
      purge: (paths) => {
        asked.push(paths)
        return asked.length === 1 ? answer.promise : Promise.resolve()
      },
    })
    edge.forget(['/a'])
    const first = begin()
    edge.forget(['/a', '/b'])
    expect(put).toEqual([])
    answer.resolve()
    await first
    await begin()
    expect(asked).toEqual([['/a'], ['/a', '/b']])
  })

  test('is never more than one call takes, however much it is', async () => {
    const memory = createMemoryEdgeCache()
    const { edge, begin } = open(memory)
    edge.forget(courses(5_000))
    edge.forget(['/api/v1/courses', ...courses(30)])
    await begin()
    expect(memory.purged).toEqual([['/api/v1/courses/*', '/api/v1/courses']])
    edge.forget(Array.from({ length: 500 }, (_, i) => `/api/v1/thing${i}/1`))
    await begin()
    expect(memory.purged[1]).toEqual(['/*'])
    for (const paths of memory.purged) expect(paths.length).toBeLessThanOrEqual(mostPathsAtOnce)
  })

  test('is asked for again where the service does not answer, together with what came since', async () => {
    const { asked, edgeCache } = failing(2)
    const { edge, put, begin, log } = open(edgeCache)
    edge.forget(['/a'])
    await begin()
    edge.forget(['/b'])
    await begin()
    await begin()
    expect(asked).toEqual([['/a'], ['/a', '/b'], ['/a', '/b']])
    expect(put).toEqual([])
    expect(log.events).toEqual([])
  })

  test('is given up, with a line in the log, and the next change is asked for as ever', async () => {
    const { asked, edgeCache } = failing(4)
    const { edge, put, begin, log } = open(edgeCache)
    edge.forget(['/a'])
    const waited: (number | undefined)[] = []
    while (put.length > 0) {
      waited.push(put[0]?.afterMs)
      await begin()
    }
    expect(waited).toEqual([1_000, 5_000, 15_000, 40_000])
    expect(log.events).toMatchObject([{ level: 'warn', event: 'edge_not_purged', fields: { paths: 1 } }])
    edge.forget(['/b'])
    await begin()
    expect(asked.at(-1)).toEqual(['/b'])
    expect(log.events).toHaveLength(1)
  })

  test('is asked for after a fault of the adapter, too', async () => {
    let calls = 0
    const { edge, put, begin } = open({
      async purge() {
        calls++
        if (calls === 1) throw new TypeError('a fault')
      },
    })
    edge.forget(['/a'])
    await expect(begin()).rejects.toThrow('a fault')
    edge.forget(['/b'])
    expect(put).toHaveLength(1)
    await begin()
    expect(calls).toBe(2)
  })

  test('is nobody’s business where nothing is in front', () => {
    const { edge, put } = open(null)
    edge.forget(['/a'])
    expect(put).toEqual([])
  })
})
