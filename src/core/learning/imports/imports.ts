import { type PackageFiles, type PackageFormat, PackageUnreadable } from '../../../ports/course-packages.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Files } from '../../files/files.ts'
import { emptyFace } from '../../kernel/domain.ts'
import type { Courses } from '../courses/courses.ts'
import type { ImportedPackageOptions } from './imports.model.ts'
import { createReadPackage } from './package-row.ts'

type Options = NonNullable<Parameters<Courses['importCourses']>[1]>
type Row = Awaited<ReturnType<Courses['importCourses']>>[number]

/** Losses that are no loss of content: a heading is one of words that stand elsewhere. */
const isLoss = ({ code }: { readonly code: string }): boolean => code !== 'heading'

/** No package says where in the catalogue its course belongs. */
const assumed = { category: 'education', level: 'beginner' }

/** Courses from elsewhere: lists of them, and packages of other systems. */
export function createImports(
  needs: Needs<'coursePackages'>,
  {
    courses,
    files,
  }: { readonly courses: Pick<Courses, 'importCourses'>; readonly files: Pick<Files, 'courses' | 'stored'> },
) {
  const readPackage = createReadPackage(needs, { files })

  /** One course of another system. What is not taken is named; strictly, then nothing is. */
  async function importPackage(
    format: PackageFormat,
    from: PackageFiles,
    options: Options & ImportedPackageOptions = {},
  ): Promise<Row> {
    const invalid = (key: string | null, problems: Row['problems']): Row => ({
      row: 1,
      key,
      outcome: 'invalid',
      problems,
      notices: [],
    })
    try {
      if (options.isStrict) {
        const { row, left } = await readPackage(format, from, { ...options, isDryRun: true })
        const lost = left.filter(isLoss)
        if (lost.length > 0) return invalid((row as { key: string }).key, lost)
      }
      const { row, left } = await readPackage(format, from, options)
      const [result] = await courses.importCourses([row], { ...options, assumed })
      if (!result) throw new Error('a row has no result')
      return { ...result, notices: [...left, ...result.notices] }
    } catch (error) {
      if (!(error instanceof PackageUnreadable)) throw error
      return invalid(null, [{ path: '', code: error.code, message: error.message }])
    }
  }

  return { ...emptyFace, importPackage, openPackage: needs.coursePackages.open }
}

export type Imports = ReturnType<typeof createImports>

export const importsDomain = { collections: [], create: createImports }
