import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import autocannon from 'autocannon'

/*
 * Ratios of two servers measured in turn, in one run, on one machine: A B A B …, medians. What is compared runs in
 * processes of its own; the load comes from this one.
 */

const rounds = 9

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

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

async function requestsPerSecond(options: autocannon.Options): Promise<number> {
  const result = await autocannon({ duration: 2, ...options })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${options.url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result['2xx'] / result.duration
}

export async function compare(
  a: autocannon.Options,
  b: autocannon.Options,
): Promise<{ a: number; b: number; ratio: number }> {
  await requestsPerSecond({ ...a, duration: 1 })
  await requestsPerSecond({ ...b, duration: 1 })
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round++)
    pairs.push({ a: await requestsPerSecond(a), b: await requestsPerSecond(b) })
  return {
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
  }
}

export type Comparison = Awaited<ReturnType<typeof compare>>

export const row = (name: string, value: string, wanted: string) =>
  console.log(`| ${name} | ${value} | ${wanted} |`)

export const inRequests = ({ a, b, ratio }: Comparison) =>
  `${ratio.toFixed(2)} (${Math.round(a)} ÷ ${Math.round(b)} req/s)`
