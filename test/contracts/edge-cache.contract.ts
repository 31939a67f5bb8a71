import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EdgeCache, mostPathsAtOnce } from '../../src/ports/edge-cache.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'

export interface OpenedEdgeCache {
  readonly edgeCache: EdgeCache
  /** What it was told to forget, call by call. */
  readonly purged: readonly (readonly string[])[]
  /** Null where there is nobody to be away. */
  readonly goAway: (() => Promise<void>) | null
  readonly close?: () => unknown
}

export const edgeCacheContract = (name: string, open: () => Promise<OpenedEdgeCache>) =>
  describe(`edge cache: ${name}`, () => {
    let opened: OpenedEdgeCache
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close?.())

    test.each([
      ['one', ['/api/v1/courses']],
      ['everything below one', ['/api/v1/courses/*', '/api/v1/courses']],
      ['everything', ['/*']],
      ['as many as there may be', Array.from({ length: mostPathsAtOnce }, (_, i) => `/api/v1/courses/${i}`)],
    ])('is told to forget %s', async (_, paths) => {
      await opened.edgeCache.purge(paths)
      expect(opened.purged.at(-1)).toEqual(paths)
    })

    test('takes twenty orders at once, and the same one twice', async () => {
      const before = opened.purged.length
      await Promise.all(Array.from({ length: 20 }, (_, i) => opened.edgeCache.purge([`/${i % 10}`])))
      expect(opened.purged.slice(before).flat().toSorted()).toEqual(
        Array.from({ length: 20 }, (_, i) => `/${i % 10}`).toSorted(),
      )
    })

    test('is not there, and says so', async () => {
      if (opened.goAway === null) return
      await opened.goAway()
      await expect(opened.edgeCache.purge(['/'])).rejects.toBeInstanceOf(PortUnavailable)
    })
  })
