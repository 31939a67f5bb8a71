import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { tables } from '../stand-ins/log-analytics.ts'

/*
 * Microsoft's own language service for KQL: whether a query names tables, columns and functions that exist, with the types that
 * they have. Its files are scripts that share one global scope.
 */

const folder = dirname(createRequire(import.meta.url).resolve('@kusto/language-service-next'))
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js'])
  runInThisContext(readFileSync(join(folder, file), 'utf8'), { filename: file })

const { Symbols, GlobalState, KustoCode } = (globalThis as any).Kusto.Language

const database = new Symbols.DatabaseSymbol.ctor(
  'workspace',
  Object.entries(tables).map(([name, columns]) =>
    Symbols.TableSymbol.From(
      `(${Object.entries(columns)
        .map(([column, type]) => `${column}: ${type}`)
        .join(', ')})`,
    ).WithName(name),
  ),
)
const globals = GlobalState.Default.WithDatabase(database)

/** What is wrong with a query, each as code, message and place; empty where nothing is. */
export function faultsOf(query: string): readonly string[] {
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics()
  return Array.from({ length: found.Count as number }, (_, at) => found.getItem(at)).map(
    ({ Code, Message, Start }) => `${Code} ${Message} (${Start})`,
  )
}
