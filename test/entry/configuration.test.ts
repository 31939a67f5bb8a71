import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { production, webPubSub } from '../config/reading.ts'
import { startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'configuration-'))
afterAll(() => rmSync(directory, { recursive: true }))

const base = { PATH: process.env['PATH'] ?? '', DATA_DIR: directory, PORT: '0' }

/** A program that is to end by itself, and what it complained of. */
const run = (entry: string, environment: Record<string, string>) =>
  new Promise<{ readonly code: unknown; readonly stderr: string }>((resolve) =>
    execFile(process.execPath, [entry], { env: { ...base, ...environment } }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    ),
  )

test('the entry for Azure Functions refuses in production what one instance keeps for itself', async () => {
  const { code, stderr } = await run('entry/functions.ts', { ...production, ...webPubSub })
  expect(code).toBe(1)
  for (const refused of ['DOCUMENTS: sqlite', 'RECORDS: sqlite', 'CACHE: memory', 'BLOBS: filesystem'])
    expect(stderr).toContain(refused)
})

test('the server stops at a misspelt name, and starts with a line in the log at one that may be meant for others', async () => {
  const stopped = await run('entry/node.ts', { COSMOS_ENDPIONT: 'https://marker.example' })
  expect(stopped.code).toBe(1)
  expect(stopped.stderr).toContain('COSMOS_ENDPIONT: is no setting. Did you mean COSMOS_ENDPOINT?')
  expect(stopped.stderr).not.toContain('marker')

  const server = await startServer({ DATA_DIR: directory, SMTP_SECURE: 'marker', MAIL: '/var/mail/ann' })
  const warnings = server.lines.filter((line) => line.includes('configuration_warning'))
  expect(warnings).toEqual([expect.stringContaining('SMTP_SECURE: is no setting and is not read.')])
  expect(await server.stop()).toBe(0)
  expect(server.lines.join()).not.toContain('marker')
})

test('the server for devices knows the same names', async () => {
  const { code, stderr } = await run('entry/realtime.ts', { JWT_SECRET: 'marker' })
  expect(code).toBe(1)
  expect(stderr).toContain('JWT_SECRET: is no setting.')
  expect(stderr).not.toContain('marker')
})
