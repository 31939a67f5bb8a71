import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blobsContract } from '../../../test/contracts/blobs.contract.ts'
import { blockUploadsContract } from '../../../test/contracts/block-uploads.contract.ts'
import { openSelfSigned } from '../../../test/core/files/self-signed-blobs.ts'
import { systemClock } from '../system/clock.ts'
import { createFilesystemBlobBytes } from './blob-bytes.ts'

const root = mkdtempSync(join(tmpdir(), 'blobs-'))
afterAll(() => rmSync(root, { recursive: true }))

blobsContract('filesystem', 'documents', () =>
  openSelfSigned(createFilesystemBlobBytes({ directory: join(root, 'contract'), clock: systemClock })),
)

blockUploadsContract('filesystem', 'documents', () =>
  openSelfSigned(createFilesystemBlobBytes({ directory: join(root, 'blocks'), clock: systemClock })),
)

describe('blobs: filesystem', () => {
  const directory = join(root, 'details')
  const bytes = createFilesystemBlobBytes({ directory, clock: systemClock })
  const name = { container: 'documents', path: 'somebody/file.txt' }
  async function* source(content = 'x') {
    yield new TextEncoder().encode(content)
  }

  test('files and directories are their owner’s alone, and an empty directory goes', async () => {
    expect(await bytes.create(name, source())).toBe('created')
    const path = join(directory, name.container, name.path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, name.container)).mode & 0o777).toBe(0o700)
    await bytes.delete(name)
    expect(existsSync(join(directory, name.container, 'somebody'))).toBe(false)
  })

  test('nothing half written is ever seen, and nothing of it stays when the source breaks', async () => {
    const broken = (async function* () {
      yield new Uint8Array(1000)
      expect(await bytes.head(name)).toBeNull()
      expect(readdirSync(join(directory, '.incoming'))).toHaveLength(1)
      throw new Error('cut off')
    })()
    await expect(bytes.create(name, broken)).rejects.toThrow('cut off')
    expect(readdirSync(join(directory, '.incoming'))).toEqual([])
  })

  test('what a crash left of an upload goes after a day, a running upload stays', async () => {
    const [left, running] = ['left', 'running'].map((file) => join(directory, '.incoming', file)) as [
      string,
      string,
    ]
    for (const file of [left, running]) writeFileSync(file, 'x')
    const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60_000)
    utimesSync(left, twoDaysAgo, twoDaysAgo)
    await bytes.removeAbandoned()
    expect([existsSync(left), existsSync(running)]).toEqual([false, true])
  })

  test('a directory that goes and comes back at the same time loses nobody’s file', async () => {
    const rounds = Array.from({ length: 40 }, async (_, i) => {
      const mine = { container: 'documents', path: `contested/${i}.txt` }
      expect(await bytes.create(mine, source(String(i)))).toBe('created')
      expect(await bytes.head(mine)).toMatchObject({ size: String(i).length })
      expect(await bytes.delete(mine)).toBe(true)
    })
    await Promise.all(rounds)
  })
})
