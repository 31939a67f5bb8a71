// As a namespace: Node 22.13 has no zstd, and a name that is not there could not be imported.
import * as zlib from 'node:zlib'

const { constants } = zlib

/** A file in every coding that a server hands out, as small as it gets, by the ending under which each is kept. */
export function compressedForms(contents: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length }
  const forms = new Map<string, Uint8Array>([
    ['gz', zlib.gzipSync(contents, { level: constants.Z_BEST_COMPRESSION })],
    ['br', zlib.brotliCompressSync(contents, { params })],
  ])
  if (typeof zlib.zstdCompressSync === 'function')
    forms.set('zst', zlib.zstdCompressSync(contents, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }))
  return forms
}
