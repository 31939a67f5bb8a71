import type { Needs } from '../../ports/ports.ts'
import { contentDispositionOf } from './content-disposition.ts'
import {
  type AttachedFile,
  type FileLink,
  type FileView,
  fileRejected,
  type StoredFile,
  scanPending,
} from './files.model.ts'
import { fileFor } from './shown-copy.ts'

/** How others see a HEIC, for its owner and, where they get it as it is, for them too. */
const heicView = ({ type, shown, notConverted }: StoredFile): Partial<FileView> =>
  type === 'image/heic'
    ? {
        shownAs: shown?.type === 'image/jpeg' ? shown.type : type,
        ...(notConverted && { notConverted }),
      }
    : {}

/** What people are told of a file, and the URL that leads them to its bytes. */
export function createFileAnswers(
  { blobs, clock }: Needs<'blobs' | 'clock'>,
  { publicOrigin }: { readonly publicOrigin: string },
) {
  const urlOf = (id: string) => `${publicOrigin}/api/v1/files/${id}/download`
  const viewOf = (file: StoredFile): FileView => ({
    id: file.id,
    url: urlOf(file.id),
    fileName: file.name,
    size: file.size,
    mimeType: file.type,
    uploadedAt: file.uploadedAt ?? file.createdAt,
    category: file.category,
    ...heicView(file),
    ...(file.durationSeconds !== undefined && { durationSeconds: file.durationSeconds }),
    state: file.state === 'uploading' ? 'pending' : file.state,
  })
  const attachedOf = (file: StoredFile): AttachedFile => {
    const { id, name, size, type } = fileFor(file, null)
    return { id, name, url: urlOf(id), size, mimeType: type }
  }
  const sign = async (file: StoredFile, livesMs: number, cacheControl?: string): Promise<FileLink> => {
    if (file.state === 'pending') throw scanPending({ retryAfterSeconds: 5 })
    if (file.state === 'rejected') throw fileRejected()
    const expiresAt = new Date(clock.now() + livesMs).toISOString()
    const url = await blobs.signDownload(file.blob, {
      expiresAt,
      contentType: file.charset ? `${file.type}; charset=${file.charset}` : file.type,
      contentDisposition: contentDispositionOf(file.name, file.type),
      renewal: `/api/v1/files/${file.id}/download`,
      ...(cacheControl === undefined ? {} : { cacheControl }),
    })
    return { url, expiresAt, fileName: file.name, mimeType: file.type, size: file.size }
  }

  return { urlOf, viewOf, attachedOf, sign }
}

export type FileAnswers = ReturnType<typeof createFileAnswers>
