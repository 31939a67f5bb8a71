import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createClamavFileScanner } from './file-scanner.ts'

/** Speaks `INSTREAM` as clamd does: finds the test virus in the joined pieces. */
async function startClamd(reply?: (content: Buffer) => string | null) {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const command = 'zINSTREAM\0'
      if (received.length < command.length) return
      expect(received.subarray(0, command.length).toString()).toBe(command)
      const pieces: Buffer[] = []
      for (let at = command.length; at + 4 <= received.length; ) {
        const length = received.readUInt32BE(at)
        if (length === 0) {
          const content = Buffer.concat(pieces)
          const answer = reply
            ? reply(content)
            : content.includes('EICAR-STANDARD')
              ? 'stream: Eicar-Signature FOUND\0'
              : 'stream: OK\0'
          if (answer !== null) socket.end(answer)
          return
        }
        if (at + 4 + length > received.length) return
        pieces.push(received.subarray(at + 4, at + 4 + length))
        at += 4 + length
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    scanner: createClamavFileScanner({ host: '127.0.0.1', port, timeoutMs: 300 }),
    stop: () => server.close(),
  }
}

async function* contentOf(...texts: string[]) {
  for (const text of texts) yield new TextEncoder().encode(text)
}

test('clean and harmful content, also when the mark lies across two pieces', async () => {
  const { scanner, stop } = await startClamd()
  expect(await scanner.scan(contentOf('nothing', ' to see'))).toBe('clean')
  expect(await scanner.scan(contentOf('x'.repeat(200_000), 'EICAR-STAN', 'DARD'))).toBe('harmful')
  expect(await scanner.scan(contentOf())).toBe('clean')
  stop()
})

test.each([
  ['an error', () => 'INSTREAM size limit exceeded. ERROR\0'],
  ['nothing', () => ''],
  ['silence', () => null],
  ['something that only looks like a verdict', () => 'stream: OK FOUND maybe\0'],
])('%s is no verdict', async (_, reply) => {
  const { scanner, stop } = await startClamd(reply)
  await expect(scanner.scan(contentOf('x'))).rejects.toBeInstanceOf(PortUnavailable)
  stop()
})

test('a scanner that is not there is unavailable; what the source throws comes back as it is', async () => {
  const gone = createClamavFileScanner({ host: '127.0.0.1', port: 1 })
  await expect(gone.scan(contentOf('x'))).rejects.toBeInstanceOf(PortUnavailable)
  const { scanner, stop } = await startClamd()
  const broken = (async function* () {
    yield new Uint8Array(10)
    throw new Error('the source broke')
  })()
  await expect(scanner.scan(broken)).rejects.toThrow('the source broke')
  stop()
})
