import { readFile } from 'node:fs/promises'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'

/*
 * Brings the catalogue into line with a JSON file: a list of courses, or an object with such a list as `courses`.
 * `--dry-run` says what it would do. Ends with 1 when a row is not valid; the other rows are imported all the same.
 */

const isDryRun = process.argv.includes('--dry-run')
const [path] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

async function readRows(file: string): Promise<readonly unknown[]> {
  const content: unknown = JSON.parse(await readFile(file, 'utf8'))
  const rows = Array.isArray(content) ? content : (content as { courses?: unknown } | null)?.courses
  if (!Array.isArray(rows)) throw new Error('the file is neither a list of courses nor has one as "courses"')
  return rows
}

if (path === undefined) {
  console.error('Usage: npm run import:courses -- file.json [--dry-run]')
  process.exit(1)
}
const rows = await readRows(path).catch((error: Error) => {
  console.error(`${path} cannot be read: ${error.message}`)
  process.exit(1)
})
const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const results = await createApp(ports, config.app).courses.importCourses(rows, { isDryRun })
await defer.settled()
await close()

for (const { row, key, outcome, problems } of results) {
  console.log(`row ${row}${key === null ? '' : ` (${key})`}: ${outcome}`)
  for (const problem of problems)
    console.log(`  ${problem.path || 'row'}: ${problem.message} [${problem.code}]`)
}
const count = (wanted: string) => results.filter(({ outcome }) => outcome === wanted).length
console.log(
  `${isDryRun ? 'Would be: ' : ''}${count('created')} created, ${count('updated')} updated, ${count('unchanged')} unchanged, ${count('invalid')} invalid.`,
)
if (count('invalid') > 0) process.exitCode = 1
