import { crc32, deflateRawSync, deflateSync } from 'node:zlib'

const text = new TextEncoder()
export const bytesOf = (content: string): Uint8Array<ArrayBuffer> => text.encode(content)

const join = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts))

function pngChunk(name: string, content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.byteLength)
  const body = join(bytesOf(name), content)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return join(length, body, check)
}

/** A grey PNG that says it is this large. Its pixels are there when it is small; `comment` is metadata. */
export function pngOf(width: number, height: number, comment = ''): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Math.min(height, 2_000)
  const pixels = new Uint8Array(rows * (width + 1)).fill(0)
  return join(
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    ...(comment ? [pngChunk('tEXt', bytesOf(`Comment\0${comment}`))] : []),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', new Uint8Array()),
  )
}

export const pdf = bytesOf('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
export const mp4 = join(
  new Uint8Array([0, 0, 0, 0x18]),
  bytesOf('ftypisom'),
  new Uint8Array([0, 0, 2, 0]),
  bytesOf('isomiso2'),
  new Uint8Array(5_000).fill(1),
)
export const html = bytesOf('<!doctype html><html><script>alert(1)</script></html>')

/** A ZIP of these files. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = []
  const entries: Uint8Array[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const compressed = deflateRawSync(content, { level: 9 })
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(compressed.byteLength, 14)
    shared.writeUInt32LE(content.byteLength, 18)
    shared.writeUInt16LE(name.length, 22)
    const local = join(new Uint8Array([0x50, 0x4b, 3, 4]), shared, bytesOf(name), compressed)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    entries.push(join(new Uint8Array([0x50, 0x4b, 1, 2, 20, 0]), shared, rest, bytesOf(name)))
    locals.push(local)
    offset += local.byteLength
  }
  const directory = join(...entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.byteLength, 12)
  end.writeUInt32LE(offset, 16)
  return join(...locals, directory, end)
}

const contentTypes = bytesOf(
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
)
export const docxOf = (content: Uint8Array): Uint8Array<ArrayBuffer> =>
  zipOf({ '[Content_Types].xml': contentTypes, 'word/document.xml': content })
