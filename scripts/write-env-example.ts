import { readFile, writeFile } from 'node:fs/promises'
import { describeEnvironment, describeSettings } from '../src/config/config.ts'

const begin = '<!-- settings:begin -->'
const end = '<!-- settings:end -->'

/** `page`, written by hand, with the tables of the settings between its two marks. */
export function withSettings(page: string): string {
  const [before, rest = ''] = page.split(begin)
  const [, after] = rest.split(end)
  if (before === undefined || after === undefined) throw new Error(`the page needs ${begin} and ${end}`)
  return `${before}${begin}\n\n${describeSettings()}\n\n${end}${after}`
}

if (import.meta.main) {
  const page = new URL('../docs/configuration.md', import.meta.url)
  await writeFile(new URL('../.env.example', import.meta.url), describeEnvironment())
  await writeFile(page, withSettings(await readFile(page, 'utf8')))
}
