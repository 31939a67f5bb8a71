import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/*
 * Microsoft's own parser of the T-SQL of Azure SQL, as a program `tsql-check`: one statement a line as a JSON string on its
 * standard input, one line of JSON for each thing it refuses.
 */

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Named by `TSQL_CHECK`, on the path, or beside the checkout. */
function findJudge(): string | null {
  const named = process.env['TSQL_CHECK']
  if (named) {
    if (!isProgram(named)) throw new Error('TSQL_CHECK names no program')
    return named
  }
  const beside = resolve(import.meta.dirname, '../../../shared/tools/tsql-check')
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'tsql-check'))
  return [...onPath, beside].find(isProgram) ?? null
}

/** Null where there is none on this machine. */
export const judge = findJudge()
export const judgeIsMissing = 'no tsql-check in TSQL_CHECK, on the PATH or in ../shared/tools'

export interface Refused {
  readonly statement: string
  readonly said: string
}

/** What of it is not T-SQL to the parser; nothing where there is no parser. */
export function findRefused(statements: readonly string[]): readonly Refused[] {
  if (judge === null || statements.length === 0) return []
  const input = statements.map((statement) => JSON.stringify(statement)).join('\n')
  const { error, status, stdout, stderr } = spawnSync(judge, { input, encoding: 'utf8' })
  if (error || (status !== 0 && status !== 1))
    throw new Error(`tsql-check did not end well: ${error ?? stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { source, line: at, column, message } = JSON.parse(line)
      const statement = statements[Number(/\d+/.exec(source)?.[0]) - 1] ?? ''
      return { statement, said: `line ${at}, column ${column}: ${message}` }
    })
}

const judged = new Set<string>()

/** Throws for the first of what was sent that is not T-SQL. */
export function judgeSent(statements: readonly string[]): void {
  const fresh = [...new Set(statements)].filter((statement) => !judged.has(statement))
  for (const statement of fresh) judged.add(statement)
  const [first] = findRefused(fresh)
  if (first) throw new Error(`Azure SQL would refuse this (${first.said}): ${first.statement}`)
}
