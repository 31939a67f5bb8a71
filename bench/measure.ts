import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import autocannon from 'autocannon'

/*
 * Ratios of two servers measured in turn, in one run, on one machine: A B A B …, medians. What is compared runs in
 * processes of its own; the load comes from this one.
 */

export interface Target {
  readonly process: ChildProcess
  readonly url: string
}

export function start(file: string, environment: Record<string, string> = {}): Promise<Target> {
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=4', '--import', './entry/compile-cache.mjs', file],
    {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /"port":(\d+)/.exec(line)?.[1]
      if (port) resolve({ process: child, url: `http://127.0.0.1:${port}` })
    })
  })
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

async function requestsPerSecond(options: autocannon.Options): Promise<number> {
  const result = await autocannon({ duration: 2, ...options })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${options.url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result['2xx'] / result.duration
}

export interface Pair {
  readonly a: number
  readonly b: number
}

/** Until what is called most is compiled. */
const warmUpSeconds = 4

export async function measureInTurn(
  a: autocannon.Options,
  b: autocannon.Options,
  rounds = 9,
): Promise<readonly Pair[]> {
  for (const cold of [a, b]) await requestsPerSecond({ ...cold, duration: warmUpSeconds })
  const pairs: Pair[] = []
  for (let round = 0; round < rounds; round++)
    pairs.push({ a: await requestsPerSecond(a), b: await requestsPerSecond(b) })
  return pairs
}

export const row = (name: string, value: string, wanted: string) =>
  console.log(`| ${name} | ${value} | ${wanted} |`)

export function inRequests(pairs: readonly Pair[]): string {
  const of = (value: (pair: Pair) => number) => median(pairs.map(value))
  return `${of(({ a, b }) => a / b).toFixed(2)} (${Math.round(of(({ a }) => a))} ÷ ${Math.round(of(({ b }) => b))} req/s)`
}
