import type { ReadBytes } from './byte-window.ts'

/** How a text is written, where that is not UTF-8. */
export type Charset = 'utf-16le' | 'utf-16be' | 'windows-1252'

const sliceBytes = 256 * 1024

/** "Binary data bytes" of the MIME Sniffing Standard, without the end of a file of DOS. */
const isBinary = (code: number) =>
  code < 0x20 && (code <= 0x08 || (code >= 0x0e && code !== 0x1a && code !== 0x1b))
/** Bytes that windows-1252 has no character for. */
const isUndefined = (byte: number) =>
  byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d

/** By its mark; without one by the zeros that every second byte of a western text is. */
function charsetByMark(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [a, b, c, d] = head
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? null : 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (head.byteLength < 4) return null
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le'
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : null
}

function hasOnlyText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isBinary(text.charCodeAt(i))) return false
  return true
}

/** In pieces, so that nothing else waits for a large one. */
async function isWritten(
  label: 'utf-8' | 'utf-16le' | 'utf-16be',
  { size, read }: { readonly size: number; readonly read: ReadBytes },
): Promise<boolean> {
  const decoder = new TextDecoder(label, { fatal: true })
  try {
    for (let at = 0; at < size; at += sliceBytes)
      if (!hasOnlyText(decoder.decode(await read(at, sliceBytes), { stream: at + sliceBytes < size })))
        return false
    return true
  } catch {
    return false
  }
}

async function isWestern({
  size,
  read,
}: {
  readonly size: number
  readonly read: ReadBytes
}): Promise<boolean> {
  for (let at = 0; at < size; at += sliceBytes) {
    for (const byte of await read(at, sliceBytes)) if (isBinary(byte) || isUndefined(byte)) return false
  }
  return true
}

/** What markup of a page begins with, after blanks and comments: as the MIME Sniffing Standard has it. */
const page =
  /^(?:\uFEFF|\s|<!--(?:(?!-->)[\s\S])*-->)*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|\?php|\?xml)(?=[\s>/])/i

export type TextFound = { readonly charset: Charset | null } | { readonly isNot: 'text' | 'text_alone' }

/**
 * Reads all of a file as text: UTF-8, UTF-16, or windows-1252. What is text from its first to its last byte is no other format, with
 * whatever letters it begins; but a page is.
 */
export async function findText(file: {
  readonly size: number
  readonly read: ReadBytes
}): Promise<TextFound> {
  const head = await file.read(0, 1_024)
  const marked = charsetByMark(head)
  if (marked !== null) {
    if (!(await isWritten(marked, file))) return { isNot: 'text' }
  } else if (!(await isWritten('utf-8', file)) && !(await isWestern(file))) return { isNot: 'text' }
  const start = new TextDecoder(marked ?? 'utf-8').decode(head)
  if (page.test(start)) return { isNot: 'text_alone' }
  if (marked !== null) return { charset: marked }
  return { charset: (await isWritten('utf-8', file)) ? null : 'windows-1252' }
}
