import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServerLock, FolderTaken } from './server-lock.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'server-lock-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const take = (isShared: boolean, pid: number) =>
  createServerLock({ directory, isShared, holder: { pid, host: 'here', since: '2026-01-01T00:00:00.000Z' } })

test('one that keeps things for itself is alone, and a second one hears whom it meets', () => {
  const first = take(false, 11)
  for (const isShared of [false, true])
    expect(() => take(isShared, 12)).toThrow(
      new FolderTaken(directory, { pid: 11, host: 'here', since: '2026-01-01T00:00:00.000Z' }),
    )
  first.release()
  take(false, 12).release()
})

test('those that share what they know may be many, and keep one that does not away', () => {
  const shared = [take(true, 1), take(true, 2), take(true, 3)]
  expect(() => take(false, 4)).toThrow(FolderTaken)
  for (const each of shared) each.release()
  take(false, 4).release()
})

test('what somebody left who was killed stops nobody', () => {
  take(false, 1).release()
  expect(() => take(false, 2)).not.toThrow()
})
