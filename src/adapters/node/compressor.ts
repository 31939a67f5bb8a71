import { promisify } from 'node:util'
// As a namespace: Node 22.13 has no zstd, and a name that is not there could not be imported.
import * as zlib from 'node:zlib'
import type { Compressor, ContentCoding } from '../../ports/compressor.ts'

const { constants } = zlib
/** One step below the best, which takes ten times as long for the last two percent. */
const brotliQuality = 9
const zstdLevel = 15

type Compress = (bytes: Uint8Array) => Promise<Buffer>

const brotli: Compress = (bytes) =>
  promisify(zlib.brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
const gzip: Compress = (bytes) => promisify(zlib.gzip)(bytes, { level: constants.Z_BEST_COMPRESSION })
const zstd: Compress | null =
  typeof zlib.zstdCompress === 'function'
    ? (bytes) =>
        promisify(zlib.zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: zstdLevel } })
    : null

/** By the threads of Node's own zlib. */
export function createNodeCompressor(): Compressor {
  const ways = new Map<ContentCoding, Compress>([
    ['br', brotli],
    ...(zstd ? ([['zstd', zstd]] as const) : []),
    ['gzip', gzip],
  ])
  return {
    codings: [...ways.keys()],
    async compress(bytes, coding) {
      const way = ways.get(coding)
      if (!way) throw new Error(`${coding} is no coding of this runtime`)
      return new Uint8Array(await way(bytes))
    },
  }
}
