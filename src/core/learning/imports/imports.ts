import type { Needs } from '../../../ports/ports.ts'
import type { Files } from '../../files/files.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { nothingKept, nothingPersonal, type PersonalData } from '../../kernel/personal-data.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import { createImportPackage } from './import-package.ts'
import { courseImportRows, courseImportRuns } from './imports.model.ts'
import { createReadPackage } from './package-row.ts'
import { createRunImports } from './run-imports.ts'

/** Courses from elsewhere: lists of them, and packages of other systems. */
export function createImports(
  needs: Needs<'coursePackages' | 'clock' | 'defer' | 'documents' | 'ids' | 'log' | 'telemetry'>,
  {
    courses,
    files,
    audit,
  }: {
    readonly courses: Pick<Courses, 'importCourses'>
    readonly files: Pick<Files, 'courses' | 'stored'>
    readonly audit: Recording
  },
) {
  const importPackage = createImportPackage({ courses, readPackage: createReadPackage(needs, { files }) })
  const runs = createRunImports(needs, { courses, files, audit, importPackage })
  const jobs: readonly Job[] = [{ name: 'run-imports', everyMs: 60_000, run: runs.runAll }]
  const personalData: readonly PersonalData[] = [
    {
      store: courseImportRuns.name,
      dataClass: 'personal',
      fields: ['actorId', 'state', 'rows', 'createdAt'],
      purpose: 'Says how far an import of courses is, and who asked for it.',
      retention: '30 days.',
      async collect({ userId }) {
        const found: object[] = []
        for await (const { id, actorId, state, rows, createdAt } of runs.askedBy(userId))
          found.push({ id, actorId, state, rows, createdAt })
        return found
      },
      async erase({ userId }) {
        for await (const { id } of runs.askedBy(userId)) await runs.forget(id)
        return nothingKept
      },
    },
    nothingPersonal(courseImportRows.name, 'The courses of an import, and what became of each.', '30 days.'),
  ]

  return {
    ...emptyFace,
    jobs,
    personalData,
    importPackage,
    openPackage: needs.coursePackages.open,
    start: runs.start,
    read: runs.read,
    runAll: runs.runAll,
  }
}

export type Imports = ReturnType<typeof createImports>

export const importsDomain = { collections: [courseImportRuns, courseImportRows], create: createImports }
