import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { reportOf } from './import-report.ts'

/*
 * Brings the catalogue into line with a JSON file: a list of courses, or an object with such a list as `courses`. Ends
 * with 1 when a row is not valid; the other rows are imported all the same.
 */

const usage = `Usage: npm run import:courses -- file.json [--dry-run] [--strict] [--draft] [--overwrite]
  --dry-run    says what it would do
  --strict     refuses a course of which something would be left out
  --draft      leaves new courses as drafts
  --overwrite  what was changed both here and in the file becomes as it is in the file`

function refuse(message: string): never {
  console.error(message)
  process.exit(1)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        draft: { type: 'boolean', default: false },
        overwrite: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return refuse(`${(error as Error).message}\n${usage}`)
  }
}

async function readRows(file: string): Promise<readonly unknown[]> {
  const content: unknown = JSON.parse(await readFile(file, 'utf8'))
  const rows = Array.isArray(content) ? content : (content as { courses?: unknown } | null)?.courses
  if (!Array.isArray(rows)) throw new Error('the file is neither a list of courses nor has one as "courses"')
  return rows
}

const { values, positionals } = readArguments()
const [path] = positionals
if (path === undefined || positionals.length > 1) refuse(usage)
const rows = await readRows(path).catch((error: Error) => refuse(`${path} cannot be read: ${error.message}`))
const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const results = await createApp(ports, config.app).courses.importCourses(rows, {
  isDryRun: values['dry-run'],
  isStrict: values.strict,
  isDraft: values.draft,
  isOverwriting: values.overwrite,
})
await defer.settled()
await close()

for (const line of reportOf(results, values['dry-run'])) console.log(line)
if (results.some(({ outcome }) => outcome === 'invalid')) process.exitCode = 1
