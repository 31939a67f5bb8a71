import { saveFile } from '../../../src/client/fetch-file.ts'

/** A value as one cell: quoted, and with what a spreadsheet would take for a formula made harmless. */
const cellOf = (value: string | number): string => {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

export const tableText = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, ...rows].map((row) => row.map(cellOf).join(',')).join('\r\n')

/** Hands a table to the person as a file that spreadsheets open. `name` without its ending. */
export function saveTable(
  name: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  // Spreadsheets take a file for UTF-8 when it begins so.
  saveFile(
    new File([`\uFEFF${tableText(head, rows)}\r\n`], `${name}.csv`, { type: 'text/csv;charset=utf-8' }),
  )
}
