/** Media types we take, with the endings their names may have. The first is the one a blob gets. */
const endings = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/heic': ['heic', 'heif'],
  'application/pdf': ['pdf'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
  'text/vtt': ['vtt'],
  'audio/mpeg': ['mp3'],
  'audio/mp4': ['m4a'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'audio/webm': ['webm', 'weba'],
  'video/mp4': ['mp4', 'm4v'],
  'video/webm': ['webm'],
  'video/quicktime': ['mov'],
} as const
export type MediaType = keyof typeof endings

export const isMediaType = (text: string): text is MediaType => Object.hasOwn(endings, text)
export const endingOf = (type: MediaType): string => endings[type][0]
export const fitsEnding = (fileName: string, type: MediaType): boolean => {
  const [, ending] = /\.([^.]+)$/.exec(fileName.toLowerCase()) ?? []
  return (endings[type] as readonly string[]).includes(ending ?? '')
}
