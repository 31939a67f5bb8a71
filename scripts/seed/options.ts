import { parseArgs } from 'node:util'
import { InvalidSizes, type SizeName, type Sizes, sizeNames } from './sizes.ts'

export interface SeedOptions {
  readonly isHelpWanted: boolean
  /** Null: the demonstration alone. */
  readonly given: Partial<Sizes> | null
  readonly seed: string
  /** The first moment of a day, UTC; undefined for today. */
  readonly untilMs: number | undefined
}

const dayMs = 24 * 60 * 60_000

/** Reads the command line. Throws `InvalidSizes` with everything that is wrong with it. */
export function readOptions(args: readonly string[], nowMs: number): SeedOptions {
  const text = { type: 'string' } as const
  const options = {
    ...(Object.fromEntries(sizeNames.map((name) => [name, text])) as Record<SizeName, typeof text>),
    seed: text,
    at: text,
    help: { type: 'boolean' },
  } as const
  const problems: string[] = []
  const values = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: false }).values
    } catch (error) {
      throw new InvalidSizes([(error as Error).message])
    }
  })()
  const given: { [N in SizeName]?: number } = {}
  for (const name of sizeNames) {
    const value = values[name]
    if (value === undefined) continue
    if (/^\d{1,12}$/.test(value)) given[name] = Number(value)
    else problems.push(`--${name} must be a whole number, such as 1000.`)
  }
  const { seed = '1', at } = values
  if (!/^[a-z0-9]{1,20}$/.test(seed)) problems.push('--seed must be 1 to 20 lower case letters and digits.')
  const untilMs = at === undefined ? undefined : Date.parse(`${at}T00:00:00.000Z`)
  if (untilMs !== undefined && (!/^\d{4}-\d\d-\d\d$/.test(at ?? '') || Number.isNaN(untilMs)))
    problems.push('--at must be a day, such as 2026-11-27.')
  else if (untilMs !== undefined && untilMs > nowMs) problems.push('--at must not lie ahead.')
  const hasSizes = Object.keys(given).length > 0
  const isAlone = !hasSizes && (values.seed !== undefined || at !== undefined)
  if (isAlone && problems.length === 0)
    problems.push('--seed and --at go with a size, such as --people 1000.')
  if (problems.length > 0) throw new InvalidSizes(problems)
  return { isHelpWanted: values.help === true, given: hasSizes ? given : null, seed, untilMs }
}

/** The first moment of the day, UTC. */
export const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs
