import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { Category, Level } from '../src/core/learning/courses/courses.model.ts'
import { packageFormats } from '../src/ports/course-packages.ts'
import { reportOf } from './import-report.ts'
import { openPackage } from './open-package.ts'

/*
 * Brings the catalogue into line with a JSON file: a list of courses, or an object with such a list as `courses`; or
 * with a package of another system. Ends with 1 when a row is not valid; the other rows are imported all the same.
 */

const usage = `Usage: npm run import:courses -- file.json [--dry-run] [--strict] [--draft] [--overwrite]
  --dry-run    says what it would do
  --strict     refuses a course of which something would be left out
  --draft      leaves new courses as drafts
  --overwrite  what was changed both here and in the file becomes as it is in the file

       npm run import:courses -- --from common-cartridge file.imscc
       npm run import:courses -- --from olx folder, or file.tar.gz
  --key        names the course in every import of it; otherwise by what it calls itself
  --category   ${Category.options.join(', ')}; otherwise education
  --level      ${Level.options.join(', ')}; otherwise beginner`

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
        from: { type: 'string' },
        key: { type: 'string' },
        category: { type: 'string' },
        level: { type: 'string' },
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
const oneOf = <T extends string>(
  name: string,
  options: readonly T[],
  given: string | undefined,
): T | undefined => {
  if (given === undefined) return undefined
  return options.find((option) => option === given) ?? refuse(`--${name} is one of ${options.join(', ')}`)
}
const format = oneOf('from', packageFormats, values.from)
const [category, level] = [
  oneOf('category', Category.options, values.category),
  oneOf('level', Level.options, values.level),
]
const cannotRead = (error: Error): never => refuse(`${path} cannot be read: ${error.message}`)
const rows = format === undefined ? await readRows(path).catch(cannotRead) : []
const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { courses, imports } = createApp(ports, config.app)
const options = {
  isDryRun: values['dry-run'],
  isStrict: values.strict,
  isDraft: values.draft,
  isOverwriting: values.overwrite,
}
async function importPackage() {
  if (format === undefined || path === undefined) return []
  const files = await openPackage(path, imports.openPackage).catch(cannotRead)
  return [await imports.importPackage(format, files, { ...options, key: values.key, category, level })]
}
const results = format === undefined ? await courses.importCourses(rows, options) : await importPackage()
await defer.settled()
await close()

for (const line of reportOf(results, values['dry-run'])) console.log(line)
if (results.some(({ outcome }) => outcome === 'invalid')) process.exitCode = 1
