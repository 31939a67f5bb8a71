import { connect } from 'node:net'
import type { FileScanner } from '../../ports/file-scanner.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

/** Below clamd's default `StreamMaxLength`, and small enough that the socket's own flow control works. */
const pieceBytes = 64 * 1024
const longestReply = 4_096
const connectMs = 5_000

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
  timeoutMs = 130_000,
  longestScanMs = 30 * 60_000,
}: {
  readonly host: string
  readonly port: number
  /** For how long clamd may be silent. It looks at one file for up to two minutes (`MaxScanTime`). */
  readonly timeoutMs?: number
  /** Of all it takes, also when something comes or goes now and then. */
  readonly longestScanMs?: number
}): FileScanner => ({
  readsContent: true,
  async scan(content) {
    const socket = connect({ host, port })
    const giveUp = () => socket.destroy(new Error('clamd is silent'))
    socket.setTimeout(Math.min(connectMs, timeoutMs), giveUp)
    socket.once('connect', () => socket.setTimeout(timeoutMs))
    const tooLong = setTimeout(giveUp, longestScanMs)
    let reply = ''
    let isAllSent = false
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
      isAllSent = true
    }
    try {
      await Promise.all([send(), replied])
    } catch (cause) {
      if (source) throw source.error
      throw new PortUnavailable('scanner', { cause })
    } finally {
      clearTimeout(tooLong)
      socket.destroy()
    }
    const [verdict = '', ...rest] = reply.split('\0')
    // Before the end was sent it is about a part; without the end of the line it may be the beginning of another word.
    if (/^stream: OK$/.test(verdict) && isAllSent && rest.length > 0) return 'clean'
    if (/^stream: .+ FOUND$/.test(verdict)) return 'harmful'
    throw new PortUnavailable('scanner', { cause: new Error('clamd gave no verdict') })
  },
})
