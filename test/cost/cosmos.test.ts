import { beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { messages } from '../../src/core/messaging/chat/entries.model.ts'
import { openCountedCosmos } from './counted-cosmos.ts'
import { disagreements, growthsOf, tableOf } from './growth.ts'
import { type Measured, measureAll, openCostApp } from './measure.ts'
import { fillCostStore } from './store.ts'
import { whatGrows } from './what-grows.ts'

const startAt = Date.UTC(2026, 10, 24)
/** A stand-in answers a thousand requests in a second or two: 20,000 of each thing would take ten minutes to write. */
const sizes = { small: 10, large: 1_000 }

let [small, large]: (Measured | undefined)[] = []

async function measure(n: number): Promise<Measured> {
  const counted = await openCountedCosmos()
  const testApp = await openCostApp(startAt, (given) => {
    const documents = counted.documents(given)
    return { documents, messageSearch: documents.createMessageSearch(messages) }
  })
  const settings = readConfig({ NODE_ENV: 'test' }).config.app
  const scene = await fillCostStore(testApp.ports, settings, n, { isElsewhere: true })
  const measured = await measureAll(testApp, scene, counted.take)
  await counted.close()
  return measured
}

beforeAll(async () => {
  small = await measure(sizes.small)
  large = await measure(sizes.large)
}, 600_000)

test('nothing grows with what is in Cosmos DB but what is in the list, by the number there', () => {
  if (!small || !large) throw new Error('nothing was measured')
  console.log(
    `Work in Cosmos DB with ${sizes.small} and ${sizes.large} of each thing\n${tableOf(small, large)}`,
  )
  expect(disagreements(growthsOf(small, large), whatGrows.cosmos)).toEqual([])
})
