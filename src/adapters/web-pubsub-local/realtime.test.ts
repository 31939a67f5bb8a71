import { realtimeContract } from '../../../test/contracts/realtime.contract.ts'
import { connectDevice, startWebPubSub } from '../../../test/stand-ins/web-pubsub.ts'
import { systemClock } from '../system/clock.ts'
import { createLocalRealtime } from './realtime.ts'

realtimeContract('web-pubsub-local', async () => {
  const { server, origin, host, stop } = await startWebPubSub()
  return {
    realtime: createLocalRealtime({ server, hub: 'mackchat', origin: () => origin, clock: systemClock }),
    connect: connectDevice,
    eventHost: host,
    hub: 'mackchat',
    sign: server.signatures.sign,
    close: stop,
  }
})
