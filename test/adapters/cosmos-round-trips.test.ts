import { beforeAll, expect, test } from 'vitest'
import { type Measurement, measuredEndpoints, measureEndpoints } from './cosmos-round-trips.ts'

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

test('reading the profile asks the cache for the rate limit, and then for the list of ended tokens beside the documents', () => {
  const me = measurements.find(({ endpoint }) => endpoint.name === 'GET /users/me')
  expect(me?.cacheInARow).toBeLessThanOrEqual(2)
})
