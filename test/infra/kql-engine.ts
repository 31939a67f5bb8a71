import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TableName, tables, type Workspace } from '../stand-ins/log-analytics.ts'

/*
 * Runs queries in KQL by `duckdb-kql` (PyPI): KQL_PYTHON names a Python that has it, or `python3` does. Elsewhere it is not there, and
 * says so; with KQL_REQUIRED that is a failure.
 */

const python = process.env['KQL_PYTHON'] ?? 'python3'
const isThere = spawnSync(python, ['-c', 'import duckdb, duckdb_kql'], { timeout: 120_000 }).status === 0
if (!isThere && process.env['KQL_REQUIRED']) throw new Error(`${python} has no duckdb-kql`)

/** Null where there is one. */
export const whyNotRun = isThere ? null : 'no duckdb-kql: neither KQL_PYTHON nor python3 has it'

export interface World {
  readonly workspace: Workspace
  readonly queries: readonly { readonly query: string; readonly windowMinutes: number }[]
}

/** For each world the rows that each of its queries answers at `nowMs`, each value as text. */
export async function runQueries(
  worlds: readonly World[],
  nowMs: number,
): Promise<readonly (readonly (readonly Readonly<Record<string, string>>[])[])[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kql-'))
  try {
    const given = {
      now: new Date(nowMs).toISOString(),
      tables,
      worlds: worlds.map(({ workspace, queries }, at) => ({
        rows: Object.fromEntries(
          (Object.keys(tables) as TableName[]).map((name) => {
            const rows = workspace[name]
            if (rows.length === 0) return [name, null]
            const file = join(directory, `${at}-${name}.jsonl`)
            writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
            return [name, file]
          }),
        ),
        queries: queries.map(({ query, windowMinutes }) => ({
          query,
          since: new Date(nowMs - windowMinutes * 60_000).toISOString().replace('Z', ''),
        })),
      })),
    }
    const running = spawn(python, [join(import.meta.dirname, 'run-kql.py')])
    const ended = new Promise<number | null>((resolve, reject) => {
      running.on('error', reject)
      running.on('close', resolve)
    })
    running.stdin.end(JSON.stringify(given))
    const [out, complaints, code] = await Promise.all([text(running.stdout), text(running.stderr), ended])
    if (code !== 0) throw new Error(complaints)
    return JSON.parse(out)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
