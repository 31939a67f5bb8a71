import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent } from '../../../ports/traceparent.ts'
import type { Files } from '../../files/files.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError, notFound } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import { asImportProblem, importedId } from '../courses/importer.model.ts'
import type { ImportPackage } from './import-package.ts'
import {
  courseImportRows,
  courseImportRuns,
  type ImportedItem,
  type ImportProgress,
  type ImportRow,
  type ImportRun,
  queue,
  type StartImport,
  tooManyImports,
} from './imports.model.ts'

const minuteMs = 60_000
const leaseMs = 5 * minuteMs
const keptMs = 30 * 24 * 60 * minuteMs
const maxAttempts = 5
const maxWaiting = 20
/** One row with all that is said about it fits a document. */
const maxNotices = 2_000

/** Imports that the API was asked for: written down first, then done, by whichever process comes to it. */
export function createRunImports(
  needs: Needs<'coursePackages' | 'clock' | 'defer' | 'documents' | 'ids' | 'log' | 'telemetry'>,
  domain: {
    readonly courses: Pick<Courses, 'importCourses'>
    readonly files: Pick<Files, 'stored'>
    readonly audit: Recording
    readonly importPackage: ImportPackage
  },
) {
  const { clock, coursePackages, defer, documents, ids, log, telemetry } = needs
  const { courses, files, audit, importPackage } = domain
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const keyOf = (id: string) => ({ partition: queue, id })

  const inState = (state: ImportRun['state']) =>
    walk<ImportRun>((after) =>
      documents.query(courseImportRuns, {
        path: 'byState',
        partition: queue,
        equals: { state },
        limit: 100,
        ...after,
      }),
    )
  const rowsOf = (importId: string) =>
    walk<ImportRow>((after) =>
      documents.query(courseImportRows, {
        path: 'byNumber',
        partition: importId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )

  /** The work, when it is this process's turn. One that was cut off too often has failed. */
  async function claim(id: string): Promise<ImportRun | null> {
    let claimed: ImportRun | null = null
    await put(courseImportRuns, keyOf(id), (known): ImportRun | null => {
      claimed = null
      const isOver = !known || known.state === 'finished' || known.state === 'failed'
      if (isOver || Date.parse(known.leasedUntil) > clock.now()) return known
      if (known.attempts >= maxAttempts) return { ...known, state: 'failed', finishedAt: iso(clock.now()) }
      claimed = {
        ...known,
        state: 'running',
        attempts: known.attempts + 1,
        leasedUntil: iso(clock.now() + leaseMs),
      }
      return claimed
    })
    return claimed
  }
  const note = (id: string, change: Partial<ImportRun>) =>
    put(courseImportRuns, keyOf(id), (known) =>
      known && known.state === 'running' ? { ...known, ...change } : known,
    )

  async function importRow(work: ImportRun, row: unknown): Promise<ImportedItem> {
    const { package: packed, options, actorId } = work
    let result: Awaited<ReturnType<ImportPackage>> | undefined
    if (!packed) [result] = await courses.importCourses([row], options)
    else
      try {
        const archive = await files.stored.openPackage(actorId, packed.fileId)
        result = await importPackage(packed.format, () => coursePackages.open(archive), {
          ...packed,
          ...options,
        })
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'scan_pending') throw error
        const { code, said: message, details = [{ path: '', code, message }] } = error
        return { row: 1, key: null, outcome: 'invalid', problems: details.map(asImportProblem), notices: [] }
      }
    if (!result) throw new Error('a row has no result')
    const { problems, notices } = result
    const beyond = notices.length - maxNotices
    return {
      ...result,
      problems: problems.slice(0, maxNotices).map(({ path, code, message }) => ({ path, code, message })),
      notices: [
        ...notices.slice(0, maxNotices),
        ...(beyond > 0
          ? [
              {
                lesson: null,
                path: '',
                code: 'more',
                message: `And ${beyond} more; the command line lists all.`,
              },
            ]
          : []),
      ],
    }
  }

  async function work(run: ImportRun): Promise<void> {
    let done = 0
    const seen = new Set<string>()
    for await (const { value } of rowsOf(run.id)) {
      if (value.result === null) {
        const key = (value.row as { readonly key?: unknown } | null)?.key
        const isSecond = typeof key === 'string' && seen.has(key)
        const result: ImportedItem = isSecond
          ? {
              row: value.number,
              key,
              outcome: 'invalid',
              problems: [{ path: 'key', code: 'used_twice', message: 'Another row has this key.' }],
              notices: [],
            }
          : { ...(await importRow(run, value.row)), row: value.number }
        const isChange = result.outcome === 'created' || result.outcome === 'updated'
        if (isChange && !run.options.isDryRun && result.key !== null)
          await audit.record(null, {
            event: 'course.import',
            actorId: run.actorId,
            resource: { type: 'course', id: await importedId(result.key) },
            reason: result.outcome,
          })
        await put(
          courseImportRows,
          { partition: run.id, id: value.id },
          (known) => known && { ...known, result },
        )
        if (result.key !== null && result.outcome !== 'invalid') seen.add(result.key)
      } else if (value.result.key !== null && value.result.outcome !== 'invalid') seen.add(value.result.key)
      done++
      await note(run.id, { done, leasedUntil: iso(clock.now() + leaseMs) })
    }
    await note(run.id, { state: 'finished', done, finishedAt: iso(clock.now()) })
  }

  /** What throws waits for its lease to end, and is begun again where it stopped. */
  async function runOne(id: string): Promise<void> {
    const claimed = await claim(id)
    if (!claimed) return
    try {
      await telemetry.trace('import', {}, { from: ownTraceParent(claimed.trace) }, () => work(claimed))
    } catch (error) {
      log.error('course_import_cut_off', error, { importId: id })
    }
  }

  return {
    async start(actor: Actor, given: StartImport, caller: Caller): Promise<Pick<ImportRun, 'id' | 'state'>> {
      const { courses: list, fileId, format, key, category, level, ...options } = given
      if (fileId !== undefined) await files.stored.openPackage(actor.userId, fileId)
      let waiting = 0
      for await (const _ of inState('waiting')) if (++waiting >= maxWaiting) throw tooManyImports()
      const id = ids.next()
      const now = clock.now()
      const expiresAt = iso(now + keptMs)
      const rows = list ?? [null]
      await audit.record(caller, {
        event: 'course.import',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'course-import', id },
      })
      for (const [i, row] of rows.entries()) {
        const number = i + 1
        const document = { id: String(number), importId: id, number, row, result: null, expiresAt }
        await documents.insert(courseImportRows, document)
      }
      const trace = telemetry.context()
      const run: ImportRun = {
        id,
        queue,
        state: 'waiting',
        actorId: actor.userId,
        rows: rows.length,
        done: 0,
        package:
          fileId !== undefined && format !== undefined ? { fileId, format, key, category, level } : null,
        options,
        attempts: 0,
        leasedUntil: iso(now),
        createdAt: iso(now),
        finishedAt: null,
        expiresAt,
        ...(trace === null ? {} : { trace }),
      }
      try {
        await documents.insert(courseImportRuns, run)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
      defer.run('import_courses', () => runOne(id))
      return { id, state: 'waiting' }
    },

    async read(id: string): Promise<ImportProgress> {
      const stored = await documents.read(courseImportRuns, keyOf(id))
      if (!stored) throw notFound()
      const { state, rows, done, options, createdAt, finishedAt } = stored.value
      const items: ImportedItem[] = []
      for await (const { value } of rowsOf(id)) if (value.result) items.push(value.result)
      return { id, state, rows, done, isDryRun: options.isDryRun, createdAt, finishedAt, items }
    },

    /** Those that wait, and those that were cut off. */
    async runAll(): Promise<void> {
      for (const state of ['running', 'waiting'] as const)
        for await (const { value } of inState(state)) await runOne(value.id)
    },

    async *askedBy(actorId: string): AsyncGenerator<ImportRun> {
      for (const state of ['waiting', 'running', 'finished', 'failed'] as const)
        for await (const { value } of inState(state)) if (value.actorId === actorId) yield value
    },

    forget: (id: string) =>
      put(courseImportRuns, keyOf(id), (known) => {
        if (!known) return known
        const { trace: _, ...rest } = known
        return { ...rest, actorId: '' }
      }),
  }
}

export type RunImports = ReturnType<typeof createRunImports>
