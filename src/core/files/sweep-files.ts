import type { Needs } from '../../ports/ports.ts'
import type { Question } from '../kernel/events.ts'
import { categories } from './file-categories.ts'
import type { FileTasks } from './file-tasks.ts'
import { type BoundTo, type FileBinding, type FileTask, files, type StoredFile } from './files.model.ts'
import type { PublicPictures } from './public-pictures.ts'
import type { RemoveFile } from './remove-file.ts'
import { uploadDueMs } from './request-upload.ts'
import type { ScanFile } from './scan-file.ts'

/** Longer than it takes to send what a file was bound to. */
const sendingMs = 10 * 60_000
const scansAtOnce = 4
/** So many files in a row without a verdict: it is the scanner, and the others wait for the next run. */
const scannerIsAwayAfter = 8
/** A scan is tried again after the first, the second … time without a verdict, and then every hour. */
const scanAgainAfterMs = [2, 5, 15, 30, 60].map((minutes) => minutes * 60_000)
const isLateAfterMs = 15 * 60_000

/** Does what is due: takes away what nobody completed or used, and finishes what was cut off. Safe to run at once with itself. */
export const createSweepFiles = (
  { documents, blobs, clock, log }: Needs<'documents' | 'blobs' | 'clock' | 'log'>,
  {
    tasks,
    removeFile,
    scanFile,
    sweepPortraits,
    isGroupPictureShown,
    removePicture,
    settleThumbnail,
    bindings,
  }: {
    readonly tasks: FileTasks
    readonly removeFile: RemoveFile
    readonly scanFile: ScanFile
    readonly sweepPortraits: (userId: string) => Promise<void>
    readonly isGroupPictureShown: (task: FileTask) => Promise<boolean>
    readonly removePicture: PublicPictures['remove']
    readonly settleThumbnail: (task: FileTask) => Promise<boolean>
    readonly bindings: Question<FileBinding['kind'], BoundTo>
  },
) => {
  const judge = async ({
    state,
    binding,
    category,
  }: StoredFile): Promise<'wanted' | 'unused' | 'undecided'> => {
    if (state === 'uploading') return 'unused'
    if (binding === null) return categories[category].goesUnlessUsed ? 'unused' : 'wanted'
    if ((await bindings.of(binding.kind)?.exists(binding)) ?? true) return 'wanted'
    return clock.now() - Date.parse(binding.boundAt) < sendingMs ? 'undecided' : 'unused'
  }
  const perform = async (task: FileTask): Promise<void> => {
    const { kind, fileId, ownerId } = task
    if (kind === 'portrait') {
      if (ownerId !== null) await sweepPortraits(ownerId)
    } else if (kind === 'group-picture') {
      if (await isGroupPictureShown(task)) return tasks.putOff(task, uploadDueMs)
      await removePicture(task.blob)
    } else if (kind === 'thumbnail') {
      if (await settleThumbnail(task)) return tasks.putOff(task, uploadDueMs)
    } else {
      const stored = await documents.read(files, { partition: fileId, id: fileId })
      if (!stored) await removeFile.clear(task)
      else if (kind === 'upload') {
        const judgement = await judge(stored.value)
        if (judgement === 'undecided') return
        if (judgement === 'wanted') {
          await blobs.discardUpload(stored.value.blob)
          return tasks.crossOut(kind, fileId)
        }
        // Used or completed at this very moment: the next run decides.
        if (!(await removeFile.remove(stored))) return
        log.info('unused_file_removed', { fileId, category: stored.value.category })
      }
    }
    await tasks.crossOut(kind, fileId)
  }
  /** Whether there is a verdict, or nothing to judge any more. */
  const scan = async (task: FileTask): Promise<boolean> => {
    const isWaiting = (await scanFile(task.fileId))?.state === 'pending'
    if (isWaiting) {
      const tries = task.tries ?? 0
      await tasks.putOff(task, scanAgainAfterMs[tries] ?? scanAgainAfterMs.at(-1) ?? 0, tries + 1)
    }
    return !isWaiting
  }
  const attempt = async (task: FileTask, work: (task: FileTask) => Promise<unknown>) => {
    try {
      return await work(task)
    } catch (error) {
      log.error('file_task_failed', error, { kind: task.kind, fileId: task.fileId })
      return false
    }
  }
  /** A scanner that is silent holds up neither the other tasks nor, one after the other, every file. */
  const scanAll = async (waiting: FileTask[]): Promise<void> => {
    let inVain = 0
    const late = waiting.filter(({ notedAt }) => clock.now() - Date.parse(notedAt ?? '') > isLateAfterMs)
    await Promise.all(
      Array.from({ length: scansAtOnce }, async () => {
        for (let task = waiting.shift(); task && inVain < scannerIsAwayAfter; task = waiting.shift())
          inVain = (await attempt(task, scan)) === true ? 0 : inVain + 1
      }),
    )
    if (inVain > 0 && late.length > 0)
      log.error('files_wait_for_scanner', new Error('the scanner gives no verdict'), { count: late.length })
  }
  return async (): Promise<void> => {
    const toScan: FileTask[] = []
    for await (const task of tasks.due())
      if (task.kind === 'scan') toScan.push(task)
      else await attempt(task, perform)
    await scanAll(toScan)
  }
}
