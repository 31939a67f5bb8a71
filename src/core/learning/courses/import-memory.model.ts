import { collection } from '../../../ports/documents.ts'

/** A value as a digest of it; a list as the digests of what is in it. */
export type Said = string | readonly string[]
export type Sayings = Readonly<Record<string, Said>>

/** A lesson, or a module. */
export interface RememberedPart {
  readonly id: string
  readonly key: string
  readonly says: Sayings
}

/**
 * What the last import of a course said, field by field: the third side, by which a change of the file is told from a
 * change that somebody made here.
 */
export interface ImportMemory {
  /** Of the course. */
  readonly id: string
  readonly key: string
  readonly course: Sayings
  /** In the order of the file. */
  readonly modules: readonly RememberedPart[]
  readonly lessons: readonly RememberedPart[]
  /** Of an import that has begun and was not seen to end. */
  readonly pending: { readonly isToBePublished: boolean } | null
}

/** Partition `id`, the course: read and written by imports of that course alone. */
export const courseImports = collection<ImportMemory>()({ name: 'CourseImports', partition: 'id', paths: {} })
