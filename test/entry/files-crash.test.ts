import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReadableStream } from 'node:stream/web'
import { afterAll, expect, test } from 'vitest'
import { createBrowser, origin, person } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'files-crash-'))
afterAll(() => rmSync(directory, { recursive: true }))

const environment = { DATA_DIR: directory, RATE_LIMIT_SCALE: '10000', PUBLIC_URL: origin, LOG_LEVEL: 'warn' }
const uploads = 30
/** These have sent half when the process is killed. */
const heldBack = new Set([5, 15, 25])
const killAfter = 10
const pieceBytes = 64 * 1024

/** Of a length and a content of its own, so that a piece of another would be noticed. */
function contentOf(i: number): Buffer<ArrayBuffer> {
  const content = Buffer.alloc((i + 1) * 2 * pieceBytes, `upload ${i} `)
  content.write('%PDF-1.7\n')
  return content
}

async function* inPieces(content: Buffer<ArrayBuffer>, halfway: () => Promise<void>) {
  for (let at = 0; at < content.byteLength; at += pieceBytes) {
    if (at >= content.byteLength / 2) await halfway()
    yield content.subarray(at, at + pieceBytes)
  }
}

test('killed in the middle of 30 uploads: what was acknowledged is whole, and nothing half is there', async () => {
  let server: RunningServer = await startServer({ ...environment, LOG_LEVEL: 'info' })
  const killed = Promise.withResolvers<void>()
  const here = (url: string) => url.replace(origin, server.url)
  const { call } = createBrowser((path, init) => fetch(server.url + path, { ...init, redirect: 'manual' }))
  await call('POST', '/api/v1/auth/signup', { body: person })
  const announced = await Promise.all(
    Array.from({ length: uploads }, async (_, i) => {
      const file = { fileName: `${i}.pdf`, fileType: 'application/pdf', category: 'document' }
      return (
        await call('POST', '/api/v1/files/upload-url', {
          body: { ...file, fileSize: contentOf(i).byteLength },
        })
      ).body
    }),
  )
  const put = async (i: number, halfway: () => Promise<void>) => {
    const { uploadUrl, method, headers } = announced[i]
    const body = ReadableStream.from(inPieces(contentOf(i), halfway))
    const request = { method, headers, body, duplex: 'half' } as unknown as RequestInit
    return (await fetch(here(uploadUrl), request).catch(() => null))?.status
  }

  const acknowledged = new Set<number>()
  await Promise.all(
    announced.map(async (_, i) => {
      const status = await put(i, async () => (heldBack.has(i) ? killed.promise : undefined))
      if (status === 201) acknowledged.add(i)
      if (acknowledged.size === killAfter && server.process.kill('SIGKILL')) killed.resolve()
    }),
  )
  await server.stop('SIGKILL')
  expect(acknowledged.size).toBeGreaterThanOrEqual(killAfter)
  expect(readdirSync(join(directory, 'blobs', '.incoming')).length).toBeGreaterThanOrEqual(heldBack.size)

  server = await startServer({ ...environment, LOG_LEVEL: 'info' })
  const complete = (i: number) =>
    call('POST', '/api/v1/files/complete', { body: { fileId: announced[i].fileId } })
  for (let i = 0; i < uploads; i++) {
    let done = await complete(i)
    if (acknowledged.has(i)) expect(done.status).toBe(200)
    if (heldBack.has(i)) expect(done.status).toBe(400)
    if (done.status !== 200) {
      expect(done.body.error.details).toMatchObject([{ code: 'not_uploaded' }])
      expect(await put(i, async () => {})).toBe(201)
      done = await complete(i)
    }
    expect(done.body.size).toBe(contentOf(i).byteLength)
    const { headers } = await call('GET', `/api/v1/files/${announced[i].fileId}/download`)
    const response = await fetch(here(headers.get('location') ?? ''))
    expect(contentOf(i).equals(Buffer.from(await response.arrayBuffer()))).toBe(true)
  }
  expect(await server.stop()).toBe(0)
}, 120_000)
