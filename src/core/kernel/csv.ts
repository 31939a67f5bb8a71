/** What a spreadsheet takes for the beginning of a formula, in its wide, small and raised forms too. */
const sign = String.raw`=+\-@|%\u207A\u207B\u207C\u208A\u208B\u208C\u2212\uFE62\uFE63\uFE66\uFE6A\uFE6B\uFF05\uFF0B\uFF0D\uFF1D\uFF20\uFF5C`
/** Where a cell may begin: at the start of a line, and behind whatever somebody's spreadsheet divides cells by. */
const begin = String.raw`^|[,;|\t\r\n\v\f\u0085\u2028\u2029\uFF0C\uFF1B\uFF5C]`
/** What a spreadsheet passes over before it looks. */
const skipped = String.raw`[\s\p{Cf}'"\u2018\u2019\u201C\u201D\uFF02\uFF07]`

const cellBegin = new RegExp(`(?=[${sign}])(?<=(?:${begin})${skipped}*)`, 'gu')
const oddBegin = new RegExp(String.raw`^${skipped}+[${sign}]|^[\t\r\n]`, 'u')

/**
 * Text that stays text wherever it is opened. In another country, or in another program, a cell may be divided at a semicolon, a tab,
 * a bar or a line break inside of it, where quotation marks protect nothing: an apostrophe stands before each sign with which such a
 * part would become a formula.
 */
export function inert(text: string): string {
  const marked = text.replaceAll(cellBegin, "'")
  return oddBegin.test(text) && !marked.startsWith("'") ? `'${marked}` : marked
}

function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : Array.isArray(value) ? value.join('; ') : String(value)
  const safe = inert(text)
  return /[",\r\n;|\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line of RFC 4180, for people with a spreadsheet. */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

/** Says that it is UTF-8 to Excel, which else takes it for the letters of its own country. */
export const csvStart = '\uFEFF'
