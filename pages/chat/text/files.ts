/** What browsers call a type that the server knows by another name. */
const aliases: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/x-mpeg': 'audio/mpeg',
  'audio/opus': 'audio/ogg',
  'image/heif': 'image/heic',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'video/x-m4v': 'video/mp4',
  'application/x-pdf': 'application/pdf',
  'application/csv': 'text/csv',
  'text/comma-separated-values': 'text/csv',
}

const byEnding: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heic',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  txt: 'text/plain',
  csv: 'text/csv',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  weba: 'audio/webm',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
}

const endingIn = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** The type of a file. Browsers take it from tables of their own, which disagree; the ending is the better witness. */
export function mediaTypeOf({ name, type }: Pick<File, 'name' | 'type'>): string {
  const said = type.toLowerCase().split(';')[0]?.trim() ?? ''
  const ending = endingIn(name)
  if (ending === 'webm' && said === 'audio/webm') return said
  return byEnding[ending] ?? aliases[said] ?? (said || 'application/octet-stream')
}

/** A name that every store takes. Phones allow more, and a file is never refused for its name. */
export function cleanName({ name }: Pick<File, 'name'>): string {
  const clean = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '')
    .trim()
  const ending = endingIn(clean)
  const stem = ending === '' ? clean : clean.slice(0, -ending.length - 1).trim()
  const short = [...(stem || 'file')].slice(0, 200).join('')
  return ending === '' ? short : `${short}.${ending}`
}

export const isPicture = (type: string): boolean => /^image\/(?:jpeg|png|gif|webp)$/.test(type)
export const isVideo = (type: string): boolean => /^video\/(?:mp4|webm|quicktime)$/.test(type)
export const isSound = (type: string): boolean => type.startsWith('audio/')

/** What kind of file it is, at a glance. */
export const endingOf = (name: string): string => endingIn(name).slice(0, 4).toUpperCase() || 'FILE'

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const isLarge = bytes >= 1_000_000
  const value = bytes / (isLarge ? 1_000_000 : 1_000)
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${isLarge ? 'MB' : 'kB'}`
}
