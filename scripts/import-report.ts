import type { ImportedRow } from '../src/core/learning/courses/import-courses.ts'

/** What an import did, a line each. */
export function* reportOf(results: readonly ImportedRow[], isDryRun: boolean): Generator<string> {
  for (const { row, key, outcome, problems, notices } of results) {
    yield `row ${row}${key === null ? '' : ` (${key})`}: ${outcome}`
    for (const { path, message, code, ...rest } of [...problems, ...notices]) {
      const lesson = 'lesson' in rest && typeof rest.lesson === 'string' ? `lesson ${rest.lesson}` : ''
      const place = [lesson, path].filter((part) => part !== '').join(', ')
      yield `  ${place || 'course'}: ${message} [${code}]`
    }
  }
  const count = (wanted: ImportedRow['outcome']) => results.filter(({ outcome }) => outcome === wanted).length
  const noticed = results.reduce((sum, { notices }) => sum + notices.length, 0)
  yield `${isDryRun ? 'Would be: ' : ''}${count('created')} created, ${count('updated')} updated, ${count('unchanged')} unchanged, ${count('invalid')} invalid.${noticed === 0 ? '' : ` ${noticed} to look at, see above.`}`
}
