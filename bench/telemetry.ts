import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { row } from './measure.ts'
import type { Costs, Ways } from './read-costs.ts'

/*
 * What telemetry costs of reading one's profile: the processor time of a request on SQLite, with a line in the log, once
 * by the app alone and once with sockets, as `bench/run.ts` reads it. All ways are in one process and take their turns
 * in short rounds, since two processes of the same program differ by more than what is looked for. How a process lies
 * in memory is chance as well: so there are many, in which the ways are opened in another order, and each gives one
 * figure. `off, once more` shows what this way of measuring finds where there is nothing.
 */

const starts = Number(process.argv[2] ?? 12)
const ways: Ways = {
  off: { TELEMETRY: 'off' },
  'off, once more': { TELEMETRY: 'off' },
  'ids in the log, and metrics': { TELEMETRY: 'on' },
  '5 % of traces sent': { TELEMETRY: 'on', TELEMETRY_SAMPLE_RATE: '0.05' },
}
/** Of Student's distribution, for 95 % on both sides, by degrees of freedom. */
const student = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13]

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Of the middle four fifths: what else is done on the machine falls on single rounds. */
function middle(values: readonly number[]): number {
  const cut = Math.floor(values.length / 10)
  return mean(values.toSorted((a, b) => a - b).slice(cut, values.length - cut))
}

/** The mean of these, and how far off it may be: 95 % of such intervals hold the true one. */
function estimate(values: readonly number[]): { readonly mean: number; readonly within: number } {
  const center = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1)
  const t = student[values.length - 2] ?? 2
  return { mean: center, within: t * Math.sqrt(variance / values.length) }
}

async function start(order: number): Promise<readonly Costs[]> {
  const names = Object.keys(ways)
  const turned = [...names.slice(order % names.length), ...names.slice(0, order % names.length)]
  const child = fork(join(import.meta.dirname, 'read-costs.ts'), { execArgv: ['--max-semi-space-size=4'] })
  child.send(Object.fromEntries(turned.map((name) => [name, ways[name]])))
  child.once('exit', (code) => {
    if (code !== 0) process.exit(1)
  })
  const [costs] = (await once(child, 'message')) as [readonly Costs[]]
  return costs
}

const measured: (readonly Costs[])[] = []
for (let n = 0; n < starts; n++) measured.push(await start(n))

function told(way: string, kind: 'alone' | 'served'): string {
  const [off, more] = ['off', way].map((name) =>
    measured.map((costs) => costs.find((each) => each.way === name)?.[kind] ?? []),
  )
  const base = (off ?? []).map(middle)
  if (way === 'off') return `${mean(base).toFixed(1)} µs`
  const added = (off ?? []).map((rounds, at) =>
    middle(rounds.map((took, round) => (more?.[at]?.[round] ?? Number.NaN) - took)),
  )
  const microseconds = estimate(added)
  const share = estimate(added.map((one, at) => (one / (base[at] ?? Number.NaN)) * 100))
  const shown = (of: typeof share, digits: number) =>
    `${of.mean.toFixed(digits)} ± ${of.within.toFixed(digits)}`
  return `${shown(microseconds, 2)} µs, ${shown(share, 1)} %`
}

row('telemetry', 'by the app alone', 'with sockets')
row('---', '---', '---')
for (const way of Object.keys(ways)) row(way, told(way, 'alone'), told(way, 'served'))
process.exit(0)
