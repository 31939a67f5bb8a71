import type { ImportProblem } from './importer.model.ts'

/** What an import leaves undone, or could not know. `lesson`: its key in the file. */
export interface ImportNotice extends ImportProblem {
  readonly lesson: string | null
}

export const keptEdit = (lesson: string | null, path: string): ImportNotice => ({
  lesson,
  path,
  code: 'kept_edit',
  message: 'Was changed here and in the file: left as it is here.',
})

export const keptRemoval = (lesson: string | null, path: string): ImportNotice => ({
  lesson,
  path,
  code: 'kept_removal',
  message: 'Was removed here and changed in the file: not added again.',
})

export const keptWithoutFile = (lesson: string | null, path: string): ImportNotice => ({
  lesson,
  path,
  code: 'kept_edit',
  message: 'Is no longer in the file, but was changed here: left as it is.',
})

export const removed = (lesson: string | null, path: string): ImportNotice => ({
  lesson,
  path,
  code: 'removed',
  message: 'Is no longer in the file: removed here, but for those who have begun with it.',
})

export const ofCourse = (code: string, message: string): ImportNotice => ({
  lesson: null,
  path: '',
  code,
  message,
})
