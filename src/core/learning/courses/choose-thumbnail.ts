import type { Files } from '../../files/files.ts'
import type { Actor } from '../../kernel/actor.ts'
import { validationError } from '../../kernel/errors.ts'
import type { Course } from './courses.model.ts'

type Picture = Pick<Course, 'thumbnail' | 'thumbnailFileId'>

/**
 * What a course shows from now on: a picture elsewhere or one made from an upload, never both; nothing named changes
 * nothing. An address that the course shows already may come along, as when a draft is sent back whole.
 */
export const createChooseThumbnail =
  ({ thumbnails }: { readonly thumbnails: Pick<Files['thumbnails'], 'make'> }) =>
  async (
    author: Pick<Actor, 'userId'>,
    known: Picture & Pick<Course, 'id'>,
    { thumbnail, thumbnailFileId }: { [Field in keyof Picture]?: Picture[Field] | undefined },
  ): Promise<Partial<Picture>> => {
    const shownFileId = known.thumbnailFileId ?? null
    const isShown = thumbnail !== undefined && thumbnail !== null && thumbnail === known.thumbnail
    if (typeof thumbnailFileId === 'string') {
      if (typeof thumbnail === 'string' && !isShown)
        throw validationError([
          {
            path: 'thumbnailFileId',
            code: 'two_thumbnails',
            message: 'Give either `thumbnail` or `thumbnailFileId`.',
          },
        ])
      if (thumbnailFileId === shownFileId) return {}
      return { thumbnail: await thumbnails.make(author, known.id, thumbnailFileId), thumbnailFileId }
    }
    const isTakenAway = thumbnailFileId === null && shownFileId !== null
    if (isTakenAway) return { thumbnail: isShown ? null : (thumbnail ?? null), thumbnailFileId: null }
    return thumbnail === undefined || isShown ? {} : { thumbnail, thumbnailFileId: null }
  }

export type ChooseThumbnail = ReturnType<typeof createChooseThumbnail>
