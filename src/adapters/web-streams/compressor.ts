import type { Compressor } from '../../ports/compressor.ts'

/** By the `CompressionStream` that every runtime has: gzip alone. */
export const createWebCompressor = (): Compressor => ({
  codings: ['gzip'],
  async compress(bytes, coding) {
    if (coding !== 'gzip') throw new Error(`${coding} is no coding of this runtime`)
    const smaller = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
    return new Uint8Array(await new Response(smaller).arrayBuffer())
  },
})
