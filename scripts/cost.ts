import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'
import { InvalidConfiguration } from '../src/config/config.ts'
import { billOf, notPriced, type RequestUnits, type Resource } from './cost/bill.ts'
import { prices } from './cost/prices.ts'

/*
 * What a month costs: `npm run cost -- --users 1000 --profile small` (or standard, regions), from what a profile makes
 * (infra/profiles), what one person does (scripts/cost/usage.ts), the request units that were counted (bench/request-units.json) and
 * list prices (`--prices` prints them with their sources).
 */

const root = join(import.meta.dirname, '..')
const profiles = ['small', 'standard', 'regions']
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))
const dollars = (amount: number) => `$${amount.toFixed(2)}`

try {
  const { values } = parseArgs({
    options: {
      users: { type: 'string', default: '1000' },
      profile: { type: 'string', default: 'small' },
      prices: { type: 'boolean', default: false },
    },
  })
  const users = Number(values.users)
  if (!(Number.isInteger(users) && users > 0))
    throw new InvalidConfiguration(['--users takes a whole number, 1 or more'])
  if (!profiles.includes(values.profile))
    throw new InvalidConfiguration([`--profile is one of ${profiles.join(', ')}`])
  if (values.prices)
    for (const [name, { dollars: each, per, from }] of Object.entries(prices))
      console.log(`${name}\t$${each} / ${per}\t${from}`)
  else {
    const { predictedResources } = readJson(`infra/profiles/${values.profile}.snapshot.json`) as {
      readonly predictedResources: readonly Resource[]
    }
    const units = readJson('bench/request-units.json') as RequestUnits
    const bill = billOf(predictedResources, users, units)
    console.log(
      `${users} people, profile ${values.profile}: ${dollars(bill.dollars)} a month (${(bill.calls / 1e6).toFixed(2)} M calls, ${(bill.requestUnits / 1e6).toFixed(1)} M request units, ${bill.logGigabytes.toFixed(1)} GB of logs)`,
    )
    for (const line of bill.lines) console.log(`${dollars(line.dollars).padStart(10)}  ${line.what}`)
    const missing = new Set(predictedResources.flatMap(({ type }) => notPriced[type] ?? []))
    for (const what of missing) console.log(`${'not in it'.padStart(10)}  ${what}`)
  }
} catch (error) {
  reportFailedStart(error)
}
