import { writeFile } from 'node:fs/promises'
import { describePage } from './slo/page.ts'
import { describeRules } from './slo/rules.ts'
import { describeWorkbook } from './slo/workbook.ts'

/** Every file that is made of the table of promises, by its path in the project. */
export const sloFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ['infra/alerts.json', describeRules()],
    ['infra/workbook.json', describeWorkbook()],
    ['docs/slo.md', describePage()],
  ])

if (import.meta.main)
  for (const [path, text] of sloFiles()) await writeFile(new URL(`../${path}`, import.meta.url), text)
