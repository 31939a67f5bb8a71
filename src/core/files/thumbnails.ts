import type { BlobName } from '../../ports/blobs.ts'
import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Actor } from '../kernel/actor.ts'
import { validationError } from '../kernel/errors.ts'
import type { Question } from '../kernel/events.ts'
import type { CourseFiles } from './course-files.ts'
import type { FileTasks } from './file-tasks.ts'
import { type FileTask, files, scanPending } from './files.model.ts'
import { endingOfPicture, type PublicPicture, type PublicPictures } from './public-pictures.ts'
import type { RemoveFile } from './remove-file.ts'
import { uploadDueMs } from './request-upload.ts'

const container = 'thumbnails'
const edge = 1_280

/** What a course shows: an address, and the upload that its picture was made from. Both null for none. */
export interface Thumbnail {
  readonly thumbnail: string | null
  readonly thumbnailFileId?: string | null
}

/** What a course shows now; null when there is no such course. */
export type ThumbnailOf = (courseId: string) => Promise<Thumbnail | null>

/**
 * Pictures of courses. The address of a picture is new each time and public for as long as the course shows it. What
 * it was made from stays among the files of the course.
 */
export function createThumbnails(
  { documents, blobs, ids, log }: Needs<'documents' | 'blobs' | 'ids' | 'log'>,
  domain: {
    readonly tasks: FileTasks
    readonly removeFile: RemoveFile
    readonly pictures: PublicPictures
    readonly courseFiles: Pick<CourseFiles, 'claim' | 'forget'>
    readonly publicOrigin: string
    readonly thumbnails: Question<'course', ThumbnailOf>
  },
) {
  const { tasks, removeFile, pictures, courseFiles, publicOrigin, thumbnails } = domain
  const root = `${publicOrigin}/api/v1/thumbnails/`
  const shownBy = async (courseId: string): Promise<Thumbnail | null> =>
    (await thumbnails.of('course')?.(courseId)) ?? null

  /** Whatever address an author typed: of another course it is no picture of this one. */
  const blobOf = (courseId: string, { thumbnail, thumbnailFileId = null }: Thumbnail): BlobName | null =>
    thumbnailFileId !== null && thumbnail?.startsWith(`${root}${courseId}/`)
      ? { container, path: thumbnail.slice(root.length) }
      : null
  const isShown = async (courseId: string, path: string): Promise<boolean> => {
    const shown = await shownBy(courseId)
    return shown !== null && blobOf(courseId, shown)?.path === path
  }

  /** The upload of a picture that is no longer shown goes with it. */
  async function removeSource(courseId: string, fileId: string): Promise<void> {
    const stored = await documents.read(files, { partition: fileId, id: fileId })
    const binding = stored?.value.binding
    if (!stored || binding?.kind !== 'course' || binding.id !== courseId) return
    if ((await shownBy(courseId))?.thumbnailFileId === fileId) return
    courseFiles.forget(fileId)
    await removeFile.remove(stored)
  }

  return {
    /**
     * Makes the picture of a course from an upload, which goes with the course from now on, and answers its address. It
     * stays once the course shows it. Throws `validation_error` for what is no picture of the author's, `scan_pending`.
     */
    async make(author: Pick<Actor, 'userId'>, courseId: string, fileId: string): Promise<string> {
      const path = 'thumbnailFileId'
      const stored = await documents.read(files, { partition: fileId, id: fileId })
      const { ownerId, binding, category, state } = stored?.value ?? {}
      const isOfCourse = binding?.kind === 'course' && binding.id === courseId
      if (!stored || category !== 'thumbnail' || !(isOfCourse || (ownerId === author.userId && !binding)))
        throw validationError([
          {
            path,
            code: 'unknown_file',
            message: 'Must be an upload of yours of the category `thumbnail` that you have not used yet.',
          },
        ])
      if (state === 'pending') throw scanPending({ retryAfterSeconds: 5 })
      if (state !== 'available')
        throw validationError([{ path, code: 'unknown_file', message: 'Must be a completed upload.' }])
      const picture = await pictures.make(stored, edge, path)
      const pictureId = ids.next()
      const blob = { container, path: `${courseId}/${pictureId}.${endingOfPicture(picture)}` }
      await tasks.note(
        'thumbnail',
        { fileId: pictureId, ownerId: null, blob, courseId, sourceId: fileId },
        uploadDueMs,
      )
      await courseFiles.claim(author, courseId, fileId, { path, category: 'thumbnail' })
      await blobs.write(blob, picture.bytes)
      return root + blob.path
    },

    /** Of what a course showed and no longer does. What cannot be done now the sweep does within a day. */
    async drop(courseId: string, before: Thumbnail): Promise<void> {
      const blob = blobOf(courseId, before)
      try {
        if (blob) await pictures.remove(blob)
        if (before.thumbnailFileId) await removeSource(courseId, before.thumbnailFileId)
      } catch (error) {
        if (!(error instanceof PortUnavailable)) throw error
        log.warn('thumbnail_left_to_sweep', { courseId })
      }
    },

    /** What anybody may see at this address; null when the course does not show it. */
    async read(courseId: string, name: string): Promise<PublicPicture | null> {
      const path = `${courseId}/${name}`
      return (await isShown(courseId, path)) ? pictures.read({ container, path }) : null
    },

    /** Whether the course still shows this picture. If it does not, picture and upload are gone. */
    async settle({ blob, courseId = '', sourceId = '' }: FileTask): Promise<boolean> {
      if (await isShown(courseId, blob.path)) return true
      await pictures.remove(blob)
      await removeSource(courseId, sourceId)
      return false
    },
  }
}
