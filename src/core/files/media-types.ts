/**
 * What a kind of file has in common: within it people, phones and browsers mix the names up, and the bytes decide.
 * Between kinds nothing is mixed up: a PDF that is called a picture is refused.
 */
export type MediaKind = 'picture' | 'pdf' | 'office' | 'text' | 'recording' | 'course'

interface Names {
  readonly kind: MediaKind
  /** The first is the one a blob gets, and a name whose ending is of another type. */
  readonly endings: readonly string[]
  /** What systems and browsers call it besides. */
  readonly aliases?: readonly string[]
}

/**
 * Media types we take, with everything that they are called: by Chromium, Firefox and Safari on Windows, macOS, Linux, iOS and Android,
 * each of which has a table of its own, and by what people save from elsewhere.
 */
const names = {
  'image/jpeg': {
    kind: 'picture',
    // Windows saves pictures from the web as `.jfif`.
    endings: ['jpg', 'jpeg', 'jpe', 'jfif', 'pjpeg', 'pjp'],
    aliases: ['image/jpg', 'image/pjpeg', 'image/jfif', 'image/x-jpeg', 'image/x-citrix-jpeg'],
  },
  'image/png': {
    kind: 'picture',
    endings: ['png', 'apng'],
    aliases: ['image/x-png', 'image/apng', 'image/vnd.mozilla.apng', 'image/x-citrix-png'],
  },
  'image/webp': { kind: 'picture', endings: ['webp'], aliases: ['image/x-webp'] },
  'image/gif': { kind: 'picture', endings: ['gif'], aliases: ['image/x-gif', 'image/x-citrix-gif'] },
  'image/heic': {
    kind: 'picture',
    // Cameras of Canon, Sony and Fujifilm write `.HIF`.
    endings: ['heic', 'heif', 'hif'],
    aliases: ['image/heif', 'image/x-heic', 'image/x-heif'],
  },
  'application/pdf': {
    kind: 'pdf',
    endings: ['pdf'],
    aliases: [
      'application/x-pdf',
      'application/acrobat',
      'application/vnd.pdf',
      'applications/vnd.pdf',
      'text/pdf',
      'text/x-pdf',
    ],
  },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    kind: 'office',
    endings: ['docx'],
  },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { kind: 'office', endings: ['xlsx'] },
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': {
    kind: 'office',
    endings: ['pptx'],
  },
  'application/vnd.oasis.opendocument.text': {
    kind: 'office',
    endings: ['odt'],
    aliases: ['application/x-vnd.oasis.opendocument.text'],
  },
  'text/plain': { kind: 'text', endings: ['txt', 'text'], aliases: ['text/x-plain', 'plain/text'] },
  'text/csv': {
    kind: 'text',
    endings: ['csv'],
    aliases: [
      'application/csv',
      'application/x-csv',
      'text/x-csv',
      'text/comma-separated-values',
      'text/x-comma-separated-values',
    ],
  },
  'text/vtt': { kind: 'text', endings: ['vtt'], aliases: ['text/x-vtt', 'text/webvtt'] },
  'audio/mpeg': {
    kind: 'recording',
    endings: ['mp3', 'mpga'],
    aliases: [
      'audio/mp3',
      'audio/x-mp3',
      'audio/mpeg3',
      'audio/x-mpeg3',
      'audio/x-mpeg-3',
      'audio/x-mpeg',
      'audio/mpg',
      'audio/x-mpg',
      'audio/x-mpegaudio',
    ],
  },
  'audio/mp4': {
    kind: 'recording',
    // Safari records sound alone into `.mp4` too.
    endings: ['m4a', 'mp4', 'm4b'],
    aliases: ['audio/x-m4a', 'audio/m4a', 'audio/x-mp4', 'audio/mp4a-latm', 'audio/m4b', 'audio/x-m4b'],
  },
  'audio/ogg': {
    kind: 'recording',
    endings: ['ogg', 'oga', 'opus'],
    // Firefox calls each `.ogg` a video.
    aliases: [
      'audio/opus',
      'audio/x-opus',
      'audio/x-ogg',
      'audio/vorbis',
      'audio/x-vorbis',
      'audio/x-vorbis+ogg',
      'audio/x-opus+ogg',
      'application/ogg',
      'application/x-ogg',
      'video/ogg',
    ],
  },
  'audio/webm': { kind: 'recording', endings: ['weba', 'webm'], aliases: ['audio/x-webm'] },
  'video/mp4': {
    kind: 'recording',
    endings: ['mp4', 'm4v'],
    aliases: ['video/x-m4v', 'video/m4v', 'video/x-mp4', 'video/mpeg4', 'application/mp4'],
  },
  'video/webm': { kind: 'recording', endings: ['webm'], aliases: ['video/x-webm'] },
  'video/quicktime': {
    kind: 'recording',
    endings: ['mov', 'qt'],
    aliases: ['video/x-quicktime', 'video/mov', 'video/x-mov', 'image/mov'],
  },
  // Courses as other systems pack them. Archives alone are none, whatever they are called.
  'application/vnd.ims.imsccv1p3': {
    kind: 'course',
    endings: ['imscc', 'zip'],
    aliases: ['application/vnd.ims.imsccv1p1', 'application/vnd.ims.imsccv1p2'],
  },
  'application/vnd.openedx.olx+gzip': { kind: 'course', endings: ['gz', 'tgz'] },
} as const satisfies Readonly<Record<string, Names>>
export type MediaType = keyof typeof names

export const mediaTypes = Object.keys(names) as readonly MediaType[]
export const isMediaType = (text: string): text is MediaType => Object.hasOwn(names, text)
export const namesOf = (type: MediaType): Names => names[type]
export const kindOf = (type: MediaType): MediaKind => names[type].kind
export const endingOf = (type: MediaType): string => names[type].endings[0]

const byAlias = new Map<string, MediaType>(
  mediaTypes.flatMap((type) => [type, ...(namesOf(type).aliases ?? [])].map((name) => [name, type] as const)),
)
/** The type that goes by this name; null for one that we do not take, or that says nothing. */
export const typeNamed = (name: string): MediaType | null => byAlias.get(name) ?? null

const endingPattern = /[^.]\.([\p{L}\p{N}]{1,12})$/u
/** What stands behind the last dot of a name, in lower case; empty where nothing does. */
export const endingIn = (fileName: string): string => endingPattern.exec(fileName)?.[1]?.toLowerCase() ?? ''
export const typesEnding = (ending: string): readonly MediaType[] =>
  mediaTypes.filter((type) => namesOf(type).endings.includes(ending))
export const fitsEnding = (fileName: string, type: MediaType): boolean =>
  namesOf(type).endings.includes(endingIn(fileName))

/**
 * Endings of what runs, holds what runs, or packs it. Any other ending that is on no list is taken for a part of the name, as in "Letter
 * of Mr.Jones".
 */
const otherEndings = new Set(
  `html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs jse vbs vbe wsf wsh hta css php phtml php3 php5 phar
  asp aspx ashx jsp jspx cgi pl py rb sh bash zsh command ps1 psm1 bat cmd com exe scr pif cpl msi msp msc dll sys ocx drv jar war class
  apk aab ipa app dmg pkg deb rpm iso img vhd vhdx lnk url webloc desktop inf reg scf swf wasm bin elf so
  doc docm dot dotm dotx xls xlsm xlsb xlt xltm xltx xlam xla ppt pptm pps ppsm ppsx pot potm potx ppam sldm sldx one rtf odp ods odg otg
  ott ots otp fodt wps wpd pages numbers key pub vsd vsdx mdb accdb
  zip rar 7z gz tgz bz2 xz zst tar cab ace arj lzh epub eml msg mbox ics vcf
  bmp tif tiff ico icns psd ai eps ps avif avifs jxl jp2 heics raw dng cr2 cr3 nef arw raf
  avi wmv asf flv mkv mpg mpeg 3gp 3g2 ts mts m2ts vob ogv rm wav wave aif aiff flac aac amr wma mid midi caf ra
  json yaml yml toml ini conf md markdown tsv log sql sqlite db`.split(/\s+/),
)
export const isOtherEnding = (ending: string): boolean => otherEndings.has(ending)
