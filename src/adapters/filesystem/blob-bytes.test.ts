import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
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

describe('blocks on the disk', () => {
  const directory = join(root, 'staged')
  const name = { container: 'courses', path: 'somebody/film.mp4' }
  const idOf = (i: number) => btoa(String(i).padStart(8, '0'))
  let now = Date.now()
  const open = () => createFilesystemBlobBytes({ directory, clock: { now: () => now } })
  async function* source(content: string) {
    yield new TextEncoder().encode(content)
  }
  const stagedOf = async () => (await open().blocks(name)).staged.map(({ id }) => id)

  test('outlive a restart, take a bounded place, and go when they are left alone', async () => {
    for (let i = 0; i < 9; i++) {
      expect(await open().stage(name, idOf(i), source('x'.repeat(100)), 300)).toBe('staged')
      // Times on the disk, which tell the oldest, are those of the system.
      await utimes(join(directory, '.incoming', await folder(), `${idOf(i).replace(/=+$/, '')}.100`), i, i)
    }
    // Twice 300 bytes; the oldest went.
    expect(await stagedOf()).toEqual([3, 4, 5, 6, 7, 8].map(idOf))
    expect(await open().commit(name, [idOf(0)], 300)).toBe('missing')
    expect(await open().commit(name, [3, 4, 5, 6].map(idOf), 300)).toBe('too_large')
    expect(await open().stage(name, idOf(9), source('x'.repeat(301)), 300)).toBe('too_large')
    now += 25 * 60 * 60_000
    await open().removeAbandoned()
    expect(await stagedOf()).toEqual([])
    expect(readdirSync(join(directory, '.incoming'))).toEqual([])
  })

  test('of two with one id, as a crash can leave them, the later counts', async () => {
    await open().stage(name, idOf(0), source('older'), 300)
    const folderPath = join(directory, '.incoming', await folder())
    await utimes(join(folderPath, `${idOf(0).replace(/=+$/, '')}.5`), 1, 1)
    writeFileSync(join(folderPath, `${idOf(0).replace(/=+$/, '')}.9`), 'the later')
    expect(await open().commit(name, [idOf(0)], 300)).toBe('created')
    expect((await open().head(name))?.size).toBe(9)
    expect((await open().blocks(name)).committed).toEqual([{ id: idOf(0), size: 9 }])
    expect(await open().stage(name, idOf(1), source('more'), 300)).toBe('exists')
    await open().unstage(name)
    expect(readdirSync(join(directory, '.incoming'))).toEqual([])
  })

  const folder = async () =>
    readdirSync(join(directory, '.incoming')).find((entry) => entry.endsWith('.blocks')) ?? ''
})
