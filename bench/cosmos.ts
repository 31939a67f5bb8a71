import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureEndpoints } from '../test/adapters/cosmos-round-trips.ts'

/*
 * `npm run bench:cosmos`: what each endpoint asks of Cosmos DB and of the cache. Counts, not times. The request units
 * are the stand-in's estimate for an account whose consistency is Strong; an account's own are in the log of the app.
 */

const headings = [
  'endpoint',
  'requests',
  'allowed',
  'in a row',
  'RU',
  'of them reading',
  'after the answer',
  'cache calls',
  'in a row',
]
const measurements = await measureEndpoints()
const rows = measurements.map(({ endpoint, ...measured }) => [
  endpoint.name,
  measured.requests,
  endpoint.limits.requests,
  measured.inARow,
  measured.charge.toFixed(1),
  measured.chargeOfReading.toFixed(1),
  measured.afterwards,
  measured.cacheCalls,
  measured.cacheInARow,
])
const lines = [headings, headings.map(() => '---'), ...rows]
for (const cells of lines) console.log(`| ${cells.join(' | ')} |`)

if (process.argv.includes('--keep')) {
  const units = measurements.map(({ endpoint, charge, chargeAfterwards }) => [
    endpoint.name,
    Math.round((charge + chargeAfterwards) * 100) / 100,
  ])
  const path = join(import.meta.dirname, 'request-units.json')
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(units), null, 2)}\n`)
}
