import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, openAsBlob, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AnonymousCredential, BlobServiceClient, BlockBlobClient } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { uploadFile } from '../../src/client/upload-file.ts'
import { demoPassword } from '../../src/routes/demo-accounts.ts'
import { createBrowser, origin } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import { startAzurite } from '../stand-ins/azurite.ts'
import { startFlakyLine } from '../stand-ins/flaky-line.ts'

const mib = 1024 * 1024
const size = 400 * mib
const directory = mkdtempSync(join(tmpdir(), 'big-upload-'))
const film = join(directory, 'film.mp4')
let digest = ''
afterAll(() => rmSync(directory, { recursive: true }))

/** A film as far as its first boxes go, without two pieces that are alike. */
beforeAll(async () => {
  const piece = randomBytes(mib)
  const hash = createHash('sha256')
  const file = await open(film, 'w')
  for (let i = 0; i < size / mib; i++) {
    piece.writeUInt32BE(i, 0)
    const block = Buffer.from(piece)
    if (i === 0) {
      block.set(Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2'), 0)
      block.writeUInt32BE(size - 24, 24)
      block.write('mdat', 28)
    }
    hash.update(block)
    await file.write(block)
  }
  await file.close()
  digest = hash.digest('hex')
})

/** The most memory that a process has had, in MiB. */
const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

async function digestOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  return hash.digest('hex')
}

const cuts = [50, 130, 210, 290, 370].map((each) => each * mib)
const allowedMib = 200

interface Opened {
  readonly server: RunningServer
  readonly token: string
  /** Of the store, where it is not the server itself. */
  readonly storePort: number
  readonly close: () => Promise<void>
}

async function start(name: string, store: Record<string, string>, storePort?: number): Promise<Opened> {
  const server = await startServer({
    DATA_DIR: join(directory, name),
    DEMO_DATA: 'on',
    PUBLIC_URL: origin,
    RATE_LIMIT_SCALE: '10000',
    LOG_LEVEL: 'info',
    ...store,
  })
  const { call } = createBrowser((path, init) => fetch(server.url + path, init))
  const body = { email: 'mentor@example.org', password: demoPassword }
  const { accessToken } = (await call('POST', '/api/v1/auth/login', { body })).body
  const own = Number(new URL(server.url).port)
  return {
    server,
    token: accessToken,
    storePort: storePort ?? own,
    close: async () => void (await server.stop('SIGKILL')),
  }
}

const openers: Readonly<Record<string, () => Promise<Opened>>> = {
  'on one machine': () => start('filesystem', { BLOBS: 'filesystem' }),
  'on Azure, as far as Azurite goes': async () => {
    const { connectionString, stop } = await startAzurite({ isOnDisk: true })
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1])
    await BlobServiceClient.fromConnectionString(connectionString).getContainerClient('courses').create()
    const opened = await start('azure', { AZURE_STORAGE_CONNECTION_STRING: connectionString }, port)
    return { ...opened, close: async () => void (await Promise.all([opened.close(), stop()])) }
  },
}

/** How a film gets there: by this project's client, and by the one of the vendor. */
const ways = {
  'on one machine': async ({ server, token }: Opened, through: (url: string) => string) => {
    const client = createClient({
      baseUrl: server.url,
      locks: null,
      notes: null,
      fetch: (input, init) => {
        const request = new Request(input, init)
        request.headers.set('authorization', `Bearer ${token}`)
        return fetch(request)
      },
    })
    const uploaded = await uploadFile(client, await openAsBlob(film, { type: 'video/mp4' }), {
      category: 'course-video',
      fileName: 'film.mp4',
      notes: null,
      pause: async () => {},
      addressOf: through,
    })
    expect(uploaded).toMatchObject({ ok: true })
    return uploaded.ok ? uploaded.fileId : ''
  },
  'on Azure, as far as Azurite goes': async (opened: Opened, through: (url: string) => string) => {
    const body = { fileName: 'film.mp4', fileType: 'video/mp4', fileSize: size, category: 'course-video' }
    const { uploadUrl, fileId } = await ask(opened, 'POST', '/api/v1/files/upload-url', body)
    const sender = new BlockBlobClient(through(uploadUrl), new AnonymousCredential(), {
      retryOptions: { retryDelayInMs: 1, maxTries: 8 },
    })
    await sender.uploadFile(film, { blockSize: 8 * mib, concurrency: 2 })
    expect(await ask(opened, 'POST', '/api/v1/files/complete', { fileId })).toMatchObject({ size })
    return fileId as string
  },
}

async function ask({ server, token }: Opened, method: string, path: string, body?: object) {
  const response = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', origin },
    ...(body && { body: JSON.stringify(body) }),
  })
  return response.headers.has('location') ? response.headers.get('location') : response.json()
}

describe.each(Object.keys(ways) as (keyof typeof ways)[])('a film of 400 MB, %s', (name) => {
  test('over a line that is cut five times arrives whole, in memory that stays flat', async () => {
    const opened = await (openers[name] as () => Promise<Opened>)()
    const line = await startFlakyLine(opened.storePort, cuts)
    try {
      const before = peakOf(opened.server.process.pid)
      const led = (port: number) => (address: string) => {
        const url = new URL(address)
        return `http://127.0.0.1:${port}${url.pathname}${url.search}`
      }
      const fileId = await ways[name](opened, led(line.port))
      expect(line.cuts).toBe(cuts.length)
      // What had arrived was not sent again.
      expect(line.sentBytes).toBeLessThan(1.3 * size)
      const download = led(opened.storePort)(await ask(opened, 'GET', `/api/v1/files/${fileId}/download`))
      const client = new BlockBlobClient(download, new AnonymousCredential())
      const { readableStreamBody } = await client.download()
      expect(await digestOf((readableStreamBody ?? []) as AsyncIterable<Uint8Array>)).toBe(digest)
      expect((await client.downloadToBuffer(1_000, 100)).equals(await piece(1_000, 100))).toBe(true)
      expect(peakOf(opened.server.process.pid) - before).toBeLessThan(allowedMib)
      const left = join(directory, 'filesystem', 'blobs', '.incoming')
      if (name === 'on one machine')
        expect(readdirSync(left).filter((entry) => !entry.endsWith('.list'))).toEqual([])
    } finally {
      line.stop()
      await opened.close()
      rmSync(join(directory, name), { recursive: true, force: true })
    }
  }, 240_000)
})

async function piece(offset: number, length: number): Promise<Buffer> {
  const file = await open(film)
  try {
    return (await file.read(Buffer.alloc(length), 0, length, offset)).buffer
  } finally {
    await file.close()
  }
}
