import { ANTLRInputStream, CommonTokenStream } from 'antlr4ts'
import { TSqlLexer } from 'antlr4ts-sql/dist/src/grammar-output/tsql/TSqlLexer.js'
import { TSqlParser } from 'antlr4ts-sql/dist/src/grammar-output/tsql/TSqlParser.js'
import { CaseChangingStream } from 'antlr4ts-sql/dist/src/models/CaseChangingStream.js'

/** What T-SQL has and the grammar has not. The replacement has the same form. */
const unknownToGrammar: readonly (readonly [RegExp, string])[] = [
  [/ with \(ledger = on \(append_only = on\)\)$/, ''],
  [/^grant view definition on /, 'grant select on '],
  [/^(?:grant|deny) (?:(?:select|insert|update|delete)(?:, )?)+ on /, 'grant select on '],
]

const checked = new Map<string, string | undefined>()

/** Where a statement of T-SQL is not one, by its grammar alone: whether tables and columns exist nobody asks here. */
export function findSyntaxError(statement: string): string | undefined {
  if (checked.has(statement)) return checked.get(statement)
  let found: string | undefined
  const listener = {
    syntaxError: (_: unknown, __: unknown, line: number, column: number, message: string) => {
      found ??= `line ${line}, column ${column}: ${message.slice(0, 100)}`
    },
  }
  const text = unknownToGrammar.reduce((sql, [pattern, same]) => sql.replace(pattern, same), statement)
  const lexer = new TSqlLexer(new CaseChangingStream(new ANTLRInputStream(text), true))
  const parser = new TSqlParser(new CommonTokenStream(lexer))
  for (const recognizer of [lexer, parser]) {
    recognizer.removeErrorListeners()
    recognizer.addErrorListener(listener)
  }
  parser.tsql_file()
  checked.set(statement, found)
  return found
}
