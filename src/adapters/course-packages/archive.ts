import { parseTar } from '@remix-run/tar-parser'
import { configure, ERR_UNSAFE_FILENAME, type FileEntry, Reader, ZipReader } from '@zip.js/zip.js'
import { type PackageArchive, type PackageFiles, PackageUnreadable } from '../../ports/course-packages.ts'

const mib = 1024 * 1024
export const maxEntries = 10_000
const maxUnpackedBytes = 2_048 * mib
/** A TAR has no directory: it is kept in memory while it is read. */
const maxTarBytes = 256 * mib
/** XML compresses well, but not like this. */
const maxRatio = 200
const ratioMattersFrom = 10 * mib

configure({ useWebWorkers: false })

/** As paths are written here; null for a folder. Throws for one that leads out of the package. */
export function pathOf(name: string): string | null {
  const segments = name.replaceAll('\\', '/').split('/')
  const isOutside = name.startsWith('/') || /^[a-z]:/i.test(name) || segments.includes('..')
  if (isOutside || name.includes('\0')) throw leadsOut()
  if (name.endsWith('/')) return null
  return segments.filter((segment) => segment !== '' && segment !== '.').join('/') || null
}

const tooLarge = (what: string) => new PackageUnreadable('too_large', `${what} is larger than is read.`)
const missing = (path: string) => new PackageUnreadable('broken', `There is no file ${path}.`)
const leadsOut = () => new PackageUnreadable('unsafe_path', 'The package has a file that leads out of it.')
const broken = (cause: unknown) => {
  if (cause instanceof PackageUnreadable) return cause
  if (cause instanceof Error && cause.message === ERR_UNSAFE_FILENAME) return leadsOut()
  return new PackageUnreadable('broken', 'The archive cannot be read.', { cause })
}

const readerOf = (archive: PackageArchive): Reader<unknown> =>
  Object.assign(new Reader<unknown>(null), {
    size: archive.size,
    readUint8Array: (offset: number, length: number) => archive.read(offset, length),
  })

/** Stops as soon as there is more than was allowed, whatever was announced. */
async function unpack(entry: FileEntry, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(entry.uncompressedSize)
  let length = 0
  await entry.getData(
    new WritableStream<Uint8Array>({
      write(chunk) {
        if (length + chunk.byteLength > Math.min(maxBytes, bytes.byteLength)) throw tooLarge('A file')
        bytes.set(chunk, length)
        length += chunk.byteLength
      },
    }),
  )
  return bytes.subarray(0, length)
}

async function openZip(archive: PackageArchive): Promise<PackageFiles> {
  const entries = new Map<string, FileEntry>()
  let total = 0
  let count = 0
  try {
    const zip = new ZipReader(readerOf(archive), { checkSignature: true })
    for await (const entry of zip.getEntriesGenerator()) {
      if (++count > maxEntries) throw tooLarge('The number of files')
      if (entry.encrypted) throw new PackageUnreadable('broken', 'The archive is encrypted.')
      const path = pathOf(entry.filename)
      if (entry.directory || path === null) continue
      if (entries.has(path)) throw new PackageUnreadable('broken', `There are two files ${path}.`)
      total += entry.uncompressedSize
      const isBomb = entry.uncompressedSize > Math.max(ratioMattersFrom, maxRatio * entry.compressedSize)
      if (total > maxUnpackedBytes || isBomb) throw tooLarge('What is packed')
      entries.set(path, entry)
    }
  } catch (error) {
    throw broken(error)
  }
  return {
    paths: [...entries.keys()],
    sizeOf: (path) => entries.get(path)?.uncompressedSize ?? 0,
    async read(path, maxBytes) {
      const entry = entries.get(path)
      if (!entry) throw missing(path)
      if (entry.uncompressedSize > maxBytes) throw tooLarge(path)
      try {
        return await unpack(entry, maxBytes)
      } catch (error) {
        throw broken(error)
      }
    },
  }
}

const chunk = 256 * 1024

function unzipped(archive: PackageArchive): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  let unpacked = 0
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const bytes = await archive.read(offset, chunk)
      offset += bytes.byteLength
      if (bytes.byteLength === 0) controller.close()
      else controller.enqueue(bytes)
    },
  })
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(bytes, controller) {
      unpacked += bytes.byteLength
      if (unpacked > maxTarBytes) controller.error(tooLarge('What is packed'))
      else controller.enqueue(bytes)
    },
  })
  return packed.pipeThrough(new DecompressionStream('gzip')).pipeThrough(counted)
}

async function openTar(archive: PackageArchive): Promise<PackageFiles> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  // What a handler throws reaches nobody: it is kept until the end.
  let failure: unknown
  try {
    await parseTar(unzipped(archive), async (entry) => {
      try {
        if (files.size > maxEntries) throw tooLarge('The number of files')
        const path = pathOf(entry.name)
        // Links lead somewhere else: they are none of the files of a course.
        if (path === null || entry.header.type !== 'file') return
        files.set(path, new Uint8Array(await entry.bytes()))
      } catch (error) {
        failure ??= error
      }
    })
  } catch (error) {
    throw broken(failure ?? error)
  }
  if (failure !== undefined) throw broken(failure)
  return inMemory(files)
}

/** Files that are in memory anyway. */
export const inMemory = (files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): PackageFiles => ({
  paths: [...files.keys()],
  sizeOf: (path) => files.get(path)?.byteLength ?? 0,
  async read(path, maxBytes) {
    const bytes = files.get(path)
    if (!bytes) throw missing(path)
    if (bytes.byteLength > maxBytes) throw tooLarge(path)
    return bytes
  },
})

export async function openArchive(archive: PackageArchive): Promise<PackageFiles> {
  const [first = 0, second = 0] = await archive.read(0, 2)
  if (first === 0x50 && second === 0x4b) return openZip(archive)
  if (first === 0x1f && second === 0x8b) return openTar(archive)
  throw new PackageUnreadable('not_a_package', 'This is neither a ZIP nor a TAR packed by gzip.')
}
