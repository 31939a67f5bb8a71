import { type PackageFiles, type PackageFormat, PackageUnreadable } from '../../../ports/course-packages.ts'
import type { Courses } from '../courses/courses.ts'
import type { ImportedPackageOptions } from './imports.model.ts'
import type { ReadPackage } from './package-row.ts'

type Options = NonNullable<Parameters<Courses['importCourses']>[1]>
type Row = Awaited<ReturnType<Courses['importCourses']>>[number]

/** Losses that are no loss of content: a heading is one of words that stand elsewhere. */
const isLoss = ({ code }: { readonly code: string }): boolean => code !== 'heading'

/** No package says where in the catalogue its course belongs. */
const assumed = { category: 'education', level: 'beginner' }

/** One course of another system. What is not taken is named; strictly, then nothing is. */
export const createImportPackage =
  ({
    courses,
    readPackage,
  }: {
    readonly courses: Pick<Courses, 'importCourses'>
    readonly readPackage: ReadPackage
  }) =>
  async (
    format: PackageFormat,
    from: PackageFiles | (() => Promise<PackageFiles>),
    options: Options & ImportedPackageOptions = {},
  ): Promise<Row> => {
    const invalid = (key: string | null, problems: Row['problems']): Row => ({
      row: 1,
      key,
      outcome: 'invalid',
      problems,
      notices: [],
    })
    try {
      const files = typeof from === 'function' ? await from() : from
      if (options.isStrict) {
        const { row, left } = await readPackage(format, files, { ...options, isDryRun: true })
        const lost = left.filter(isLoss)
        if (lost.length > 0) return invalid((row as { key: string }).key, lost)
      }
      const { row, left } = await readPackage(format, files, options)
      const [result] = await courses.importCourses([row], { ...options, assumed })
      if (!result) throw new Error('a row has no result')
      return { ...result, notices: [...left, ...result.notices] }
    } catch (error) {
      if (!(error instanceof PackageUnreadable)) throw error
      return invalid(null, [{ path: '', code: error.code, message: error.message }])
    }
  }

export type ImportPackage = ReturnType<typeof createImportPackage>
