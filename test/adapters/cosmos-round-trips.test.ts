import { beforeAll, expect, test } from 'vitest'
import requestUnits from '../../bench/request-units.json' with { type: 'json' }
import { type Measurement, measuredEndpoints, measureEndpoints } from './cosmos-round-trips.ts'

const kept: Readonly<Record<string, number>> = requestUnits
let measurements: readonly Measurement[]
beforeAll(async () => {
  measurements = await measureEndpoints()
})

test.each(measuredEndpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s asks no more of Cosmos DB than it may',
  (_, endpoint) => {
    const { status, requests, inARow } = measurements.find((measured) => measured.endpoint === endpoint)!
    expect(status).toBeLessThan(400)
    expect(requests).toBeLessThanOrEqual(endpoint.limits.requests)
    expect(inARow).toBeLessThanOrEqual(endpoint.limits.inARow ?? endpoint.limits.requests)
  },
)

test('no endpoint costs a tenth more than was kept, and what costs less is kept anew: npm run bench:cosmos -- --keep', () => {
  const now = measurements.map(
    ({ endpoint, charge, chargeAfterwards }) => [endpoint.name, charge + chargeAfterwards] as const,
  )
  expect(now.map(([name]) => name)).toEqual(Object.keys(kept))
  for (const [name, units] of now) {
    expect(units, name).toBeLessThanOrEqual((kept[name] ?? 0) * 1.1 + 0.1)
    expect(units, name).toBeGreaterThanOrEqual((kept[name] ?? 0) * 0.9 - 0.1)
  }
})

test('reading the profile asks the cache for the rate limit, and then for the list of ended tokens beside the documents', () => {
  const me = measurements.find(({ endpoint }) => endpoint.name === 'GET /users/me')
  expect(me?.cacheInARow).toBeLessThanOrEqual(2)
})
