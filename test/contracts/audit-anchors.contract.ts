import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditAnchors } from '../../src/ports/audit-anchors.ts'

export interface OpenedAuditAnchors {
  readonly anchors: AuditAnchors
  readonly close?: () => unknown
}

/** Everything of it, in its order. */
export async function allOf(anchors: AuditAnchors): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const text of anchors.texts()) texts.push(text)
  return texts
}

export function auditAnchorsContract(name: string, open: () => Promise<OpenedAuditAnchors>) {
  describe(`audit anchors: ${name}`, () => {
    let opened: OpenedAuditAnchors
    beforeAll(async () => {
      opened = await open()
    }, 30_000)
    afterAll(async () => {
      await opened.close?.()
    })
    const texts = async () => allOf(opened.anchors)

    test('what is kept is there, in the order of the names, and stays as it was', async () => {
      const { anchors } = opened
      await anchors.keep('2026-11-02', 'two: ünïcode\n')
      await anchors.keep('2026-11-01', 'one\n')
      await anchors.keep('2026-11-02', 'another\n')
      expect(await texts()).toEqual(['one\n', 'two: ünïcode\n'])
    })

    test('of twenty at once under one name one is kept, whole', async () => {
      const long = (i: number) => `${i} `.repeat(10_000)
      await Promise.all(Array.from({ length: 20 }, (_, i) => opened.anchors.keep('2026-11-03', long(i))))
      const [, , kept = ''] = await texts()
      expect(kept).toBe(long(Number.parseInt(kept, 10)))
    })
  })
}
