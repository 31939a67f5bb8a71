import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allOf, auditAnchorsContract } from '../../../test/contracts/audit-anchors.contract.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createFilesystemAuditAnchors } from './audit-anchors.ts'

auditAnchorsContract('filesystem', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anchors-'))
  return {
    anchors: createFilesystemAuditAnchors({ directory: join(directory, 'made') }),
    close: () => rmSync(directory, { recursive: true }),
  }
})

test('nobody may write to a file of it, and none is left half written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anchors-'))
  await createFilesystemAuditAnchors({ directory }).keep('2026-11-01', 'one\n')
  expect(readdirSync(directory)).toEqual(['2026-11-01.txt'])
  expect(statSync(join(directory, '2026-11-01.txt')).mode & 0o222).toBe(0)
  rmSync(directory, { recursive: true })
})

test('a place that is no folder is unavailable', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anchors-'))
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const anchors = createFilesystemAuditAnchors({ directory: file })
  await expect(anchors.keep('2026-11-01', '')).rejects.toBeInstanceOf(PortUnavailable)
  await expect(allOf(anchors)).rejects.toBeInstanceOf(PortUnavailable)
  rmSync(directory, { recursive: true })
})
