import type { BlobName } from '../../ports/blobs.ts'
import { type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { AppError, conflict } from '../kernel/errors.ts'
import { type BlobContainer, blobContainers } from './file-categories.ts'
import { files, filesByOwner, type StoredFile } from './files.model.ts'
import type { PublicPictures } from './public-pictures.ts'
import { readContent } from './read-content.ts'
import type { RemoveFile } from './remove-file.ts'
import type { ReserveSpace } from './reserve-space.ts'
import { withoutOriginal } from './shown-copy.ts'

const attempts = 10
/** What is in these belongs to a form or a course. */
const staysByContainer: ReadonlySet<BlobContainer> = new Set(['forms', 'courses', 'thumbnails'])

/** Bytes that are gone take nothing else of an export away. */
async function* whatIsLeft(
  content: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* content
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'not_found')) throw error
  }
}

/** A person's files, all of them: to hand over, and to erase. */
export function createPersonalFiles(
  { documents, blobs }: Needs<'documents' | 'blobs'>,
  {
    removeFile,
    reserveSpace,
    pictures,
  }: {
    readonly removeFile: RemoveFile
    readonly reserveSpace: ReserveSpace
    readonly pictures: Pick<PublicPictures, 'remove'>
  },
) {
  async function* idsOf(userId: string): AsyncGenerator<string> {
    let after: string | undefined
    do {
      const page = await documents.query(filesByOwner, {
        path: 'byKind',
        partition: userId,
        equals: { kind: 'file' },
        limit: 100,
        ...(after === undefined ? {} : { after }),
      })
      for (const { value } of page.items) yield value.id
      after = page.next
    } while (after !== undefined)
  }
  const readFile = (id: string) => documents.read(files, { partition: id, id })

  const belongsToOthers = ({ binding }: StoredFile) => binding?.kind === 'form' || binding?.kind === 'course'

  /** Where the bytes of a file lie that stays: found by its id, so also when a run before this one was cut off. */
  async function isKept({ container, path }: BlobName): Promise<boolean> {
    const [, id = ''] = /([\da-f-]{36})(?:-shown)?\.[^./]*$/.exec(path) ?? []
    const file = id === '' ? null : ((await readFile(id))?.value ?? null)
    return (
      file !== null && belongsToOthers(file) && file.blob.container === container && file.blob.path === path
    )
  }

  /** What stays with a form or a course is what others get; the original was its owner's. */
  async function disown({ value: file, version }: Stored<StoredFile>): Promise<void> {
    await documents.replace(files, { ...withoutOriginal(file), ownerId: null }, version)
    if (file.shown) await blobs.delete(file.blob)
  }

  /** Bound, completed or scanned at this very moment, a file is looked at again. */
  async function eraseOne(userId: string, id: string): Promise<'left' | 'removed'> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await readFile(id)
      const stays = stored !== null && belongsToOthers(stored.value)
      try {
        if (stored && !stays) {
          if (await removeFile.remove(stored)) return 'removed'
          continue
        }
        if (stored) await disown(stored)
        await reserveSpace(userId, id, null)
        return stays ? 'left' : 'removed'
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }

  return {
    /** Whose bytes are here, oldest first, each with a way to read it. */
    async *list(userId: string): AsyncGenerator<{
      readonly file: StoredFile
      readonly content: () => AsyncIterable<Uint8Array<ArrayBuffer>>
    }> {
      for await (const id of idsOf(userId)) {
        const stored = await readFile(id)
        if (!stored || stored.value.state === 'uploading') continue
        const { blob, size, state } = stored.value
        yield {
          file: stored.value,
          content: () => whatIsLeft(readContent(blobs, blob, state === 'rejected' ? 0 : size)),
        }
      }
    },

    /**
     * What belongs to a form or a course stays with it, and no longer says whose it was: `left` is how many those are.
     * Can be run again after a failure.
     */
    async erase(userId: string): Promise<{ readonly left: number }> {
      let left = 0
      for await (const id of idsOf(userId)) if ((await eraseOne(userId, id)) === 'left') left++
      for (const container of blobContainers.filter((name) => !staysByContainer.has(name))) {
        let after: string | undefined
        do {
          const page = await blobs.list(container, {
            prefix: `${userId}/`,
            limit: 100,
            ...(after === undefined ? {} : { after }),
          })
          for (const { path } of page.items)
            if (!(await isKept({ container, path })))
              await (container === 'avatars' ? pictures.remove : blobs.delete)({ container, path })
          after = page.next
        } while (after !== undefined)
      }
      await documents.remove(filesByOwner, { partition: userId, id: 'quota' })
      return { left }
    },
  }
}

export type PersonalFiles = ReturnType<typeof createPersonalFiles>
