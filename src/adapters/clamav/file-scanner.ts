import { connect } from 'node:net'
import type { FileScanner } from '../../ports/file-scanner.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

/** Below clamd's default `StreamMaxLength`, and small enough that the socket's own flow control works. */
const pieceBytes = 64 * 1024
const longestReply = 4_096

/** Each piece with its length before it; a length of 0 ends the stream. */
async function* framed(content: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('zINSTREAM\0')
  for await (const chunk of content)
    for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, piece.byteLength)
      yield length
      yield piece
    }
  yield new Uint8Array(4)
}

/** clamd over TCP, by `INSTREAM`: it needs no access to where the files lie. */
export const createClamavFileScanner = ({
  host,
  port,
  timeoutMs = 60_000,
}: {
  readonly host: string
  readonly port: number
  /** For how long clamd may be silent. */
  readonly timeoutMs?: number
}): FileScanner => ({
  readsContent: true,
  async scan(content) {
    const socket = connect({ host, port })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('clamd is silent')))
    let reply = ''
    let source: { readonly error: unknown } | undefined
    const replied = new Promise<void>((resolve, reject) => {
      socket.on('data', (chunk) => {
        reply += chunk.toString('latin1')
        if (reply.includes('\0') || reply.length > longestReply) resolve()
      })
      socket.once('error', reject)
      socket.once('close', resolve)
    })
    const send = async () => {
      const frames = framed(
        (async function* () {
          try {
            yield* content
          } catch (error) {
            source = { error }
            throw error
          }
        })(),
      )
      for await (const frame of frames) {
        if (socket.destroyed || reply !== '') return
        if (!socket.write(frame))
          await Promise.race([new Promise<void>((resolve) => socket.once('drain', resolve)), replied])
      }
    }
    try {
      await Promise.all([send(), replied])
    } catch (cause) {
      if (source) throw source.error
      throw new PortUnavailable('scanner', { cause })
    } finally {
      socket.destroy()
    }
    const verdict = reply.split('\0')[0] ?? ''
    if (/^stream: OK$/.test(verdict)) return 'clean'
    if (/^stream: .+ FOUND$/.test(verdict)) return 'harmful'
    throw new PortUnavailable('scanner', { cause: new Error('clamd gave no verdict') })
  },
})
