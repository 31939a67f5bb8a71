import { expect, test } from 'vitest'
import { realtimeContract } from '../../../test/contracts/realtime.contract.ts'
import { systemClock } from '../system/clock.ts'
import { createManualClock } from './clock.ts'
import { createMemoryRealtime, memoryEventHost, memoryHub } from './realtime.ts'

realtimeContract('memory', async () => {
  const realtime = createMemoryRealtime({ clock: systemClock })
  return {
    realtime,
    async connect({ url }) {
      const connection = realtime.connect(url)
      return { ...connection, isClosed: () => connection.closeReason() !== null }
    },
    eventHost: memoryEventHost,
    hub: memoryHub,
    sign: realtime.sign,
  }
})

test('an access opens nothing after its time', async () => {
  const clock = createManualClock()
  const realtime = createMemoryRealtime({ clock })
  const { url } = await realtime.clientAccess({ userId: 'u', groups: [], ttlSeconds: 60 })
  clock.advance(60_000)
  expect(() => realtime.connect(url)).toThrow()
})
