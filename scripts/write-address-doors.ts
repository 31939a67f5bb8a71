import { readFile, writeFile } from 'node:fs/promises'
import { addressDoors, noAddressDoors } from '../src/routes/address-doors.ts'

const page = new URL('../docs/security.md', import.meta.url)
const begins = '<!-- places that are given an address: npm run docs:doors -->'
const ends = '<!-- end of the places -->'

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

/** The table of docs/security.md, from what the walking test walks. */
export const describeAddressDoors = (): string =>
  [
    begins,
    '',
    row('Place', 'Operations', '`open`', '`hidden`', 'How'),
    row('---', '---', '---', '---', '---'),
    ...addressDoors.map(({ place, operations, open, hidden, how }) =>
      row(place, operations.map((name) => `\`${name}\``).join(', then '), open, hidden, how),
    ),
    '',
    'No such places, and why:',
    '',
    ...Object.entries(noAddressDoors).map(([operation, reason]) => `- \`${operation}\`: ${reason}`),
    '',
    ends,
  ].join('\n')

if (import.meta.main) {
  const text = await readFile(page, 'utf8')
  const [before, rest = ''] = text.split(begins)
  const [, after] = rest.split(ends)
  if (after === undefined) throw new Error('docs/security.md has lost the place of the table')
  await writeFile(page, `${before}${describeAddressDoors()}${after}`)
}
