import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createClamavFileScanner } from '../../../src/adapters/clamav/file-scanner.ts'
import { files, fileTasks } from '../../../src/core/files/files.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, signedInBrowser, type TestApp } from '../../app.ts'
import { pdf } from './sample-files.ts'

/** What a clamd in trouble does with a connection. */
const troubles: Readonly<Record<string, (socket: Socket) => void>> = {
  'accepts and says nothing': (socket) => socket.resume(),
  'accepts and does not even read': (socket) => socket.pause(),
  'closes at once': (socket) => socket.end(),
  'resets in the middle': (socket) => socket.once('data', () => socket.resetAndDestroy()),
  'answers half a word': (socket) => socket.once('data', () => socket.end('stream: O')),
  'answers in HTTP': (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  'says one letter': (socket) => socket.once('data', () => socket.write('s')),
  'answers without an end': (socket) => socket.once('data', () => socket.end('stream: OK')),
  'says that it is too much': (socket) =>
    socket.once('data', () => socket.end('INSTREAM size limit exceeded. ERROR\0')),
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function startClamd() {
  const sockets = new Set<Socket>()
  const clamd = { behave: (socket: Socket): void => void socket.resume(), port: 0, connections: 0 }
  const server = createServer((socket) => {
    clamd.connections++
    sockets.add(socket)
    socket.on('error', () => {})
    clamd.behave(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return Object.assign(clamd, { port: (server.address() as AddressInfo).port })
}

/** Reads to the end, then says that nothing was found. */
const healthy = (socket: Socket) => {
  let last = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    last = Buffer.concat([last, chunk]).subarray(-4)
    if (last.equals(Buffer.alloc(4))) socket.end('stream: OK\0')
  })
}

async function open(fileScanner: ReturnType<typeof createClamavFileScanner>) {
  const testApp: TestApp = await createTestApp({ ports: () => ({ fileScanner }) })
  const ann = await signedInBrowser(testApp)
  const send = async (i = 0) => {
    const body = {
      fileName: `${i}.pdf`,
      fileType: 'application/pdf',
      fileSize: pdf.byteLength,
      category: 'document',
    }
    const announced = (await ann.call('POST', '/api/v1/files/upload-url', { body })).body
    const { uploadUrl, method, headers, fileId } = announced
    expect((await testApp.app.request(uploadUrl, { method, headers, body: pdf })).status).toBe(201)
    return fileId as string
  }
  const complete = (fileId: string) => ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
  const stateOf = async (fileId: string) =>
    (await testApp.ports.documents.read(files, { partition: fileId, id: fileId }))?.value.state
  return { testApp, send, complete, stateOf }
}

describe('a scanner in trouble', () => {
  test.each(Object.entries(troubles))(
    'that %s holds no answer: the file is pending, then told',
    async (_, trouble) => {
      const clamd = await startClamd()
      clamd.behave = trouble
      const scanner = createClamavFileScanner({ host: '127.0.0.1', port: clamd.port, timeoutMs: 200 })
      const { testApp, send, complete, stateOf } = await open(scanner)
      const fileId = await send()
      expect((await complete(fileId)).body).toMatchObject({ state: 'pending' })
      await testApp.settled()
      testApp.clock.advance(3 * 60_000)
      await testApp.runJob('sweep-files')
      expect(await stateOf(fileId)).toBe('pending')

      clamd.behave = healthy
      testApp.clock.advance(3 * 60_000)
      await testApp.runJob('sweep-files')
      expect(await stateOf(fileId)).toBe('available')
      expect((await testApp.ports.documents.scan(fileTasks)).items.map(({ value }) => value.kind)).toEqual([
        'upload',
      ])
    },
  )

  test('that never says anything is not waited for: what waits is the job', async () => {
    const never = Promise.withResolvers<'clean'>()
    const { testApp, send, complete, stateOf } = await open({ readsContent: true, scan: () => never.promise })
    const fileId = await send()
    const answer = complete(fileId)
    // The patience of the request is over; the scan goes on.
    while ((await stateOf(fileId)) === 'uploading') await new Promise((resolve) => setImmediate(resolve))
    const settled = testApp.settled()
    expect((await answer).body).toMatchObject({ state: 'pending' })
    never.resolve('clean')
    await settled
    expect(await stateOf(fileId)).toBe('available')
  })

  test('is asked for some of many files, later and later, and it is said that they wait', async () => {
    const clamd = await startClamd()
    clamd.behave = (socket) => void socket.end()
    const scanner = createClamavFileScanner({ host: '127.0.0.1', port: clamd.port, timeoutMs: 200 })
    const { testApp, send, complete } = await open(scanner)
    for (let i = 0; i < 30; i++) await complete(await send(i))
    await testApp.settled()
    clamd.connections = 0
    testApp.clock.advance(16 * 60_000)
    await testApp.runJob('sweep-files')
    expect(clamd.connections).toBeGreaterThan(0)
    expect(clamd.connections).toBeLessThan(15)
    expect(testApp.log.events.filter(({ event }) => event === 'files_wait_for_scanner')).toHaveLength(1)

    clamd.behave = healthy
    // On a busy machine one may be late once more.
    for (let round = 0; round < 5; round++) {
      testApp.clock.advance(61 * 60_000)
      await testApp.runJob('sweep-files')
    }
    const states = (await testApp.ports.documents.scan(files)).items.map(({ value }) => value.state)
    expect(states).toEqual(states.map(() => 'available'))
  })
})

test('of a long file each piece is scanned, and no more of it is held than a few pieces', async () => {
  const clamd = await startClamd()
  let received = 0
  clamd.behave = (socket) => {
    socket.on('data', (chunk) => {
      received += chunk.byteLength
    })
    healthy(socket)
  }
  const scanner = createClamavFileScanner({ host: '127.0.0.1', port: clamd.port })
  let ahead = 0
  let sent = 0
  const piece = new Uint8Array(1024 * 1024).fill(1)
  async function* content() {
    for (let i = 0; i < 100; i++) {
      sent += piece.byteLength
      ahead = Math.max(ahead, sent - received)
      yield piece
    }
  }
  expect(await scanner.scan(content())).toBe('clean')
  expect(received).toBeGreaterThan(100 * piece.byteLength)
  expect(ahead).toBeLessThan(20 * piece.byteLength)
})

test('a verdict from before the end was sent is none', async () => {
  const clamd = await startClamd()
  const answered = Promise.withResolvers<void>()
  clamd.behave = (socket) => {
    socket.resume()
    socket.write('stream: OK\0', () => answered.resolve())
  }
  const scanner = createClamavFileScanner({ host: '127.0.0.1', port: clamd.port, timeoutMs: 1_000 })
  async function* content() {
    yield new Uint8Array(10)
    await answered.promise
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    yield new Uint8Array(10)
  }
  await expect(scanner.scan(content())).rejects.toBeInstanceOf(PortUnavailable)
})
