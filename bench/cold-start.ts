import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const starts = 9
const root = resolve(import.meta.dirname, '..')

function startOnce(entry: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'cold-start-'))
  try {
    const printed = execFileSync(process.execPath, [join(root, 'bench/first-answer.ts'), entry], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', DATA_DIR: directory, LOG_FORMAT: 'json' },
    })
    const [, status, ms] = /"event":"first_answer","status":(\d+),"ms":([\d.]+)/.exec(printed) ?? []
    if (status !== '200') throw new Error(`the first answer of ${entry} was ${status}`)
    return Number(ms)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Import to first answer of a Node entry, in milliseconds: the median and the slowest of several processes, each with
 * a folder of its own, so that making the database and the keys is part of it.
 */
export function measureColdStart(entry: string): { readonly median: number; readonly slowest: number } {
  const times = Array.from({ length: starts }, () => startOnce(entry)).sort((a, b) => a - b)
  return { median: Math.round(times[starts >> 1] ?? 0), slowest: Math.round(times.at(-1) ?? 0) }
}

if (import.meta.main) {
  console.log('| import to first answer | median | slowest | wanted |\n| --- | --- | --- | --- |')
  for (const [name, entry] of [
    ['built: `dist/entry/node.js`', 'dist/entry/node.js'],
    ['source: `entry/node.ts`', 'entry/node.ts'],
  ] as const) {
    const { median, slowest } = measureColdStart(join(root, entry))
    console.log(`| ${name} | ${median} ms | ${slowest} ms | < 300 ms |`)
  }
}
