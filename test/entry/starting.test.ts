import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireNode } from '../../entry/supported-node.ts'
import { startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'starting-'))
const listener = createServer()
let takenPort = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  takenPort = String((listener.address() as { port: number }).port)
})
afterAll(() => {
  listener.close()
  rmSync(directory, { recursive: true })
})

const start = (
  environment: Record<string, string>,
  program: readonly string[] = ['entry/node.ts'],
): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, program, {
      env: { PATH: process.env['PATH'] ?? '', PORT: '0', HOST: '127.0.0.1', ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.once('close', (code) => resolve({ code, said }))
  })

/** What is wrong, how it is made so, and what the sentence has to name. */
const failures: readonly (readonly [string, (folder: string) => Record<string, string>, RegExp])[] = [
  ['the port is taken', () => ({ PORT: takenPort }), /^Port \d+ is taken .*set PORT/],
  ['the address is nobody’s here', () => ({ HOST: '192.0.2.1' }), /^HOST names an address/],
  [
    'the database is none',
    (folder) => {
      writeFileSync(
        join(folder, 'tools-inc.db'),
        'this is no database, though it is as long as one might be'.repeat(99),
      )
      return {}
    },
    /^The database in .* is damaged.*backup/,
  ],
  [
    'the database is a folder',
    (folder) => {
      mkdirSync(join(folder, 'tools-inc.db'))
      return {}
    },
    /^Cannot write to .*DATA_DIR/,
  ],
  [
    'a part of the path is a file',
    (folder) => {
      writeFileSync(join(folder, 'file'), '')
      return { DATA_DIR: join(folder, 'file/data') }
    },
    /^Cannot write to .*DATA_DIR/,
  ],
  ...['{"signing-', '{}', '{"signing-keys":[],"master-key":[]}', ''].map(
    (text) =>
      [
        `the secrets are damaged: ${text}`,
        (folder: string) => {
          writeFileSync(join(folder, 'secrets.json'), text)
          return {}
        },
        /secrets\.json holds no readable secrets.*backup/,
      ] as const,
  ),
  ['a setting is not valid', () => ({ PORT: 'seventy' }), /^The configuration is not valid:\n {2}- PORT/],
]

describe('a start that fails says in a sentence what to do', () => {
  test.each(failures)('%s', async (name, prepare, says) => {
    const folder = mkdtempSync(join(directory, 'data-'))
    const { code, said } = await start({ DATA_DIR: folder, ...prepare(folder) })
    expect(said).toMatch(says)
    expect(said, name).not.toMatch(/^ {2,}at /m)
    expect(code).toBe(1)
  })

  test('damaged secrets stay as they are', async () => {
    const folder = mkdtempSync(join(directory, 'data-'))
    const path = join(folder, 'secrets.json')
    writeFileSync(path, '{"half')
    await start({ DATA_DIR: folder })
    expect(readFileSync(path, 'utf8')).toBe('{"half')
  })

  test.each(['20.20.2', '22.12.0', '18.0.0'])('Node %s is too old', (version) => {
    expect(() => requireNode(version)).toThrow(/^Node 22\.13 or newer is needed, and this is /)
  })
  test.each(['22.13.0', '24.0.0', '26.1.0'])('Node %s is new enough', (version) => {
    expect(() => requireNode(version)).not.toThrow()
  })
})

describe('a second server on the same folder', () => {
  test('is refused and told which one it meets, unless whoever starts it knows better', async () => {
    const folder = mkdtempSync(join(directory, 'data-'))
    const first = await startServer({ DATA_DIR: folder })
    const { code, said } = await start({ DATA_DIR: folder })
    expect(code).toBe(1)
    expect(said).toContain(`process ${first.process.pid} on `)
    expect(said.trim().split('\n')).toHaveLength(1)
    const brave = await startServer({ DATA_DIR: folder }, ['entry/node.ts', '--take-over'])
    await brave.stop()
    await first.stop('SIGKILL')
    // Nothing that it left keeps the next one away.
    const next = await startServer({ DATA_DIR: folder })
    expect(await next.stop()).toBe(0)
  })
})
