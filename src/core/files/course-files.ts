import { stillLasts } from '../../ports/clock.ts'
import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Actor } from '../kernel/actor.ts'
import { AppError, validationError } from '../kernel/errors.ts'
import { filled } from '../kernel/messages/said.ts'
import type { BindFiles } from './bind-files.ts'
import type { FileTasks } from './file-tasks.ts'
import { type CourseFile, type CourseFileUse, files, type StoredFile } from './files.model.ts'
import type { RemoveFile } from './remove-file.ts'

/** With pauses: a film is rarely watched in one go, nor is a paper read. */
const livesMs = 12 * 60 * 60_000
/** What is available stays so, but for a deletion elsewhere. */
const rememberedMs = 60_000
/** Longer than it takes to delete a course. */
const doomedMs = 15 * 60_000
const rememberedFiles = 2_000

/** Files that go with lessons. */
export function createCourseFiles(
  { documents, clock }: Needs<'documents' | 'clock'>,
  {
    bindFiles,
    removeFile,
    tasks,
    sign,
    addressOf,
  }: {
    readonly bindFiles: BindFiles
    readonly removeFile: RemoveFile
    readonly tasks: FileTasks
    readonly sign: (file: StoredFile, livesMs: number) => Promise<string>
    readonly addressOf: (fileId: string) => string
  },
) {
  const remembered = new Map<string, { readonly file: StoredFile; readonly untilMs: number }>()
  const underWay = new Map<string, Promise<StoredFile | null>>()

  /** A class that opens one lesson reads each of its files once. */
  async function read(fileId: string): Promise<StoredFile | null> {
    const known = remembered.get(fileId)
    if (known && stillLasts(known.untilMs, rememberedMs, clock.now())) return known.file
    const reading =
      underWay.get(fileId) ??
      documents
        .read(files, { partition: fileId, id: fileId })
        .then((stored) => stored?.value ?? null)
        .finally(() => underWay.delete(fileId))
    underWay.set(fileId, reading)
    const file = await reading
    if (remembered.size >= rememberedFiles) remembered.clear()
    if (file?.state === 'available') remembered.set(fileId, { file, untilMs: clock.now() + rememberedMs })
    return file
  }

  const unavailableOf = (file: StoredFile | null): CourseFile['unavailable'] => {
    if (!file || file.state === 'uploading') return 'missing'
    if (file.state === 'pending') return 'scan_pending'
    return file.state === 'rejected' ? 'file_rejected' : null
  }

  async function open(fileId: string): Promise<CourseFile> {
    const address = addressOf(fileId)
    const file = await read(fileId)
    const unavailable = unavailableOf(file)
    if (!file || unavailable) return { url: null, address, unavailable }
    try {
      return { url: await sign(file, livesMs), address, unavailable }
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      return { url: null, address, unavailable: 'unreachable' }
    }
  }

  /** The files of a course that are bound to it; no others are ever taken along. */
  async function* boundTo(courseId: string, fileIds: readonly string[]) {
    for (const id of fileIds) {
      const stored = await documents.read(files, { partition: id, id })
      const binding = stored?.value.binding
      if (stored && binding?.kind === 'course' && binding.id === courseId) yield stored
    }
  }

  return {
    open,
    stateOf: async (fileId: string) => unavailableOf(await read(fileId)),

    /** Before a course is deleted: whatever happens then, its files are looked at again. */
    async doom(courseId: string, fileIds: readonly string[]): Promise<void> {
      for await (const { value } of boundTo(courseId, fileIds))
        await tasks.note('upload', { fileId: value.id, ownerId: value.ownerId, blob: value.blob }, doomedMs)
    },

    /** Of a course that is deleted. */
    async removeFrom(courseId: string, fileIds: readonly string[]): Promise<void> {
      for await (const stored of boundTo(courseId, fileIds)) {
        remembered.delete(stored.value.id)
        await removeFile.remove(stored)
      }
    },

    forget: (fileId: string): void => void remembered.delete(fileId),

    isAddressOf: (url: string, fileId: string): boolean => url === addressOf(fileId),

    /**
     * Binds a file to a course: one of the author's that is bound to nothing else, or one that goes with this course
     * already, whoever uploaded it. Throws `validation_error` for any other.
     */
    async claim(
      author: Pick<Actor, 'userId'>,
      courseId: string,
      fileId: string,
      { path, category, types }: CourseFileUse,
    ): Promise<StoredFile> {
      const stored = await documents.read(files, { partition: fileId, id: fileId })
      const file = stored?.value
      const isBound = file?.binding?.kind === 'course' && file.binding.id === courseId
      if (types && file && (isBound || file.ownerId === author.userId) && !types.includes(file.type))
        throw validationError([
          {
            path,
            code: 'type_not_allowed',
            message: filled('Must be {types}.', { types: { anyOf: types } }),
          },
        ])
      if (file && isBound && file.category === category && file.state !== 'rejected') return file
      try {
        const [bound] = await bindFiles(author, [{ fileId }], { kind: 'course', id: courseId }, category)
        if (bound) return bound
        throw new Error('a file was bound and is not there')
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'validation_error')) throw error
        throw validationError((error.details ?? []).map((detail) => ({ ...detail, path })))
      }
    },
  }
}

export type CourseFiles = ReturnType<typeof createCourseFiles>
