import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import type { ReadableFile } from '../../ports/media-metadata.ts'
import type { ConversionFailure, PictureConverter } from '../../ports/picture-converter.ts'
import type { Decoded, DecodingTask } from './decoding-worker.ts'

const mib = 1024 * 1024
const quality = 85

export interface ConversionLimits {
  readonly maxBytes: number
  readonly maxPixels: number
  readonly maxMemoryBytes: number
  /** For one picture, once it is its turn. */
  readonly timeoutMs: number
  /** For its turn. */
  readonly patienceMs: number
}

/** The largest pictures of phones as they come from the camera have 48 to 50 million pixels. */
const usualLimits: ConversionLimits = {
  maxBytes: 25 * mib,
  maxPixels: 51_000_000,
  maxMemoryBytes: 768 * mib,
  timeoutMs: 20_000,
  patienceMs: 30_000,
}

const iccMark = new TextEncoder().encode('ICC_PROFILE\0')
const maxPartBytes = 65_535 - 2 - iccMark.byteLength - 2

/** Says right after the start of a JPEG what its numbers mean as colors. */
function withProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(profile.byteLength / maxPartBytes)
  const segments = Array.from({ length: count }, (_, i) => {
    const part = profile.subarray(i * maxPartBytes, (i + 1) * maxPartBytes)
    const length = 2 + iccMark.byteLength + 2 + part.byteLength
    return [0xff, 0xe2, length >> 8, length & 255, ...iccMark, i + 1, count, ...part]
  })
  const added = segments.flat()
  const whole = new Uint8Array(jpeg.byteLength + added.length)
  whole.set(jpeg.subarray(0, 2))
  whole.set(added, 2)
  whole.set(jpeg.subarray(2), 2 + added.length)
  return whole
}

/**
 * Decodes in a thread of its own for each picture, one at a time: whatever a picture does to its decoder ends with it, and so does the
 * memory. `workerUrl`: `decoding-worker.ts`, or what it was built into.
 */
export function createLibheifPictureConverter({
  workerUrl,
  limits = usualLimits,
}: {
  readonly workerUrl: URL
  readonly limits?: ConversionLimits
}): PictureConverter {
  const { maxBytes, maxPixels, maxMemoryBytes, timeoutMs, patienceMs } = limits
  const oneAtATime = pLimit(1)

  const decode = async (heic: Uint8Array<ArrayBuffer>): Promise<Decoded | 'timed_out'> => {
    const { promise, resolve, reject } = Promise.withResolvers<Decoded | 'timed_out'>()
    const task: DecodingTask = { heic, maxPixels, maxMemoryBytes }
    const worker = new Worker(workerUrl, {
      workerData: task,
      env: {},
      // Of what is not in the decoder's own memory.
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    })
    const timer = setTimeout(resolve, timeoutMs, 'timed_out')
    worker.once('message', resolve)
    worker.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve('too_large')
      else reject(error)
    })
    worker.once('exit', () => resolve('damaged'))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      await worker.terminate()
    }
  }

  const convert = async ({
    size,
    read,
  }: ReadableFile): Promise<Uint8Array<ArrayBuffer> | ConversionFailure> => {
    const heic = await read(0, size)
    if (heic.byteLength !== size) return 'damaged'
    const decoded = await decode(heic)
    if (typeof decoded === 'string') return decoded
    const { rgb, width, height, profile } = decoded
    const { default: sharp } = await import('sharp')
    const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: maxPixels })
      .jpeg({ quality })
      .toBuffer()
    return profile ? withProfile(jpeg, profile) : new Uint8Array(jpeg)
  }

  return {
    async toJpeg(heic) {
      if (heic.size > maxBytes) return 'too_large'
      const { promise: waitedInVain, resolve } = Promise.withResolvers<'timed_out'>()
      let isOver = false
      const timer = setTimeout(() => {
        isOver = true
        resolve('timed_out')
      }, patienceMs)
      const turn = oneAtATime(() => {
        clearTimeout(timer)
        return isOver ? 'timed_out' : convert(heic)
      })
      return Promise.race([turn, waitedInVain])
    },
  }
}
