import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

/** What this thread is given. */
export interface DecodingTask {
  readonly heic: Uint8Array<ArrayBuffer>
  readonly maxPixels: number
  /** Of the memory that the decoder works in. */
  readonly maxMemoryBytes: number
}

/** What it answers, once. `rgb`: three bytes for each pixel, row by row, without gaps. */
export type Decoded =
  | {
      readonly rgb: Uint8Array<ArrayBuffer>
      readonly width: number
      readonly height: number
      /** An ICC profile, where the picture has one. */
      readonly profile: Uint8Array<ArrayBuffer> | null
    }
  | 'damaged'
  | 'too_large'

/** As much of libheif's C interface as is used here. All numbers are addresses unless their names say otherwise. */
interface Libheif {
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  _malloc(bytes: number): number
  _heif_context_alloc(): number
  _heif_context_set_maximum_image_size_limit(context: number, edge: number): void
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    bytes: number,
    length: number,
    options: number,
  ): void
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void
  _heif_image_handle_get_width(handle: number): number
  _heif_image_handle_get_height(handle: number): number
  _heif_image_handle_get_raw_color_profile_size(handle: number): number
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, bytes: number): void
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colorspace: number,
    chroma: number,
    options: number,
  ): void
  _heif_image_get_width(image: number, channel: number): number
  _heif_image_get_height(image: number, channel: number): number
  _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number
}

// Of the enumerations in heif.h.
const colorspaceRgb = 1
const interleavedRgb = 10
const allocationFailed = 6
const securityLimit = 1000
const maxProfileBytes = 1024 * 1024

/** The decoder asks for more by this alone, and takes a refusal for the end of memory. */
function boundMemory(maxBytes: number): () => boolean {
  let wasRefused = false
  const grow = WebAssembly.Memory.prototype.grow
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 <= maxBytes) return grow.call(this, pages)
    wasRefused = true
    throw new RangeError('The memory of the decoder is used up.')
  }
  return () => wasRefused
}

function load(): Libheif {
  const require = createRequire(import.meta.url)
  const create: (options: object) => Libheif = require('libheif-js/libheif-wasm/libheif.js')
  const silent = () => {}
  return create({
    wasmBinary: readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm')),
    print: silent,
    printErr: silent,
  })
}

/** Nothing is given back: the thread and its memory end with this one picture. */
function decode(libheif: Libheif, { heic, maxPixels }: DecodingTask): Decoded {
  const numberAt = (address: number): number => new DataView(libheif.HEAPU8.buffer).getUint32(address, true)
  const error = libheif._malloc(12)
  const refusal = (): Decoded | null => {
    const [code, detail] = [numberAt(error), numberAt(error + 4)]
    if (code === 0) return null
    return code === allocationFailed || detail === securityLimit ? 'too_large' : 'damaged'
  }

  const context = libheif._heif_context_alloc()
  libheif._heif_context_set_maximum_image_size_limit(context, Math.ceil(Math.sqrt(maxPixels)))
  const file = libheif._malloc(heic.byteLength)
  libheif.HEAPU8.set(heic, file)
  libheif._heif_context_read_from_memory_without_copy(error, context, file, heic.byteLength, 0)
  const unread = refusal()
  if (unread) return unread

  const place = libheif._malloc(4)
  libheif._heif_context_get_primary_image_handle(error, context, place)
  const missing = refusal()
  if (missing) return missing
  const handle = numberAt(place)
  const announced =
    libheif._heif_image_handle_get_width(handle) * libheif._heif_image_handle_get_height(handle)
  if (announced > maxPixels) return 'too_large'

  let profile: Uint8Array<ArrayBuffer> | null = null
  const profileBytes = libheif._heif_image_handle_get_raw_color_profile_size(handle)
  if (profileBytes > 0 && profileBytes <= maxProfileBytes) {
    const bytes = libheif._malloc(profileBytes)
    libheif._heif_image_handle_get_raw_color_profile(error, handle, bytes)
    if (!refusal()) profile = libheif.HEAPU8.slice(bytes, bytes + profileBytes)
  }

  libheif._heif_decode_image(error, handle, place, colorspaceRgb, interleavedRgb, 0)
  const undecoded = refusal()
  if (undecoded) return undecoded
  const image = numberAt(place)
  const width = libheif._heif_image_get_width(image, interleavedRgb)
  const height = libheif._heif_image_get_height(image, interleavedRgb)
  if (width <= 0 || height <= 0) return 'damaged'
  if (width * height > maxPixels) return 'too_large'
  const pixels = libheif._heif_image_get_plane_readonly2(image, interleavedRgb, place)
  const stride = numberAt(place)
  const rgb = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row++) {
    const from = pixels + row * stride
    rgb.set(libheif.HEAPU8.subarray(from, from + width * 3), row * width * 3)
  }
  return { rgb, width, height, profile }
}

const task: DecodingTask = workerData
const wasRefused = boundMemory(task.maxMemoryBytes)
const libheif = load()
let decoded: Decoded
try {
  decoded = decode(libheif, task)
} catch {
  // It ran into what it does not expect, or out of memory, and stopped.
  decoded = 'damaged'
}
if (decoded === 'damaged' && wasRefused()) decoded = 'too_large'
parentPort?.postMessage(decoded, typeof decoded === 'string' ? [] : [decoded.rgb.buffer])
