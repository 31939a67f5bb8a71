import type { z } from 'zod'
import type { Category, Level } from '../courses/courses.model.ts'

/** What was left out, or kept as it is here. `lesson`: its key. */
export interface Loss {
  readonly lesson: string | null
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface ImportedPackageOptions {
  /** Names the course in every import of it; otherwise made of what the package calls itself. */
  readonly key?: string | undefined
  readonly category?: Category | undefined
  readonly level?: z.infer<typeof Level> | undefined
  readonly isDryRun?: boolean | undefined
}
