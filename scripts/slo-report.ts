import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createReport } from './slo/report.ts'

/*
 * What of docs/slo.md was kept, by the JSON lines of one machine's log: `npm run slo:report -- api.log …`, or `-` for standard input.
 * Ends with 1 where a promise was broken, with 2 where there is nothing to tell by.
 */

const files = process.argv.slice(2)
const report = createReport()

async function read(file: string): Promise<void> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) report.take(line)
}

try {
  if (files.length === 0) throw new Error('which log? npm run slo:report -- api.log')
  for (const file of files) await read(file)
  const { told, unreadable, from, until, kept } = report.results()
  if (told === 0)
    throw new Error(`no line of ${files.join(', ')} is JSON with a time and an event: LOG_FORMAT=json`)
  console.log(
    `${told} lines from ${from} to ${until}${unreadable > 0 ? `, ${unreadable} others were not read` : ''}\n`,
  )
  for (const { name, objective, broken, says } of kept) {
    const state = broken === null ? 'untold' : broken ? 'BROKEN' : 'kept'
    console.log(`${state.padEnd(7)} ${name.padEnd(13)} ${objective.padEnd(26)} ${says}`)
  }
  if (kept.some(({ broken }) => broken)) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
