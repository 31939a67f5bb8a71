import { describe, expect, test } from 'vitest'
import { realtimeContract } from '../../../test/contracts/realtime.contract.ts'
import { accessKeys, connectDevice, startWebPubSub } from '../../../test/stand-ins/web-pubsub.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { systemClock } from '../system/clock.ts'
import { createWebPubSubRealtime } from './realtime.ts'

const connected = (connectionString: string, eventKeys: readonly string[] = [accessKeys[0]]) =>
  createWebPubSubRealtime({ access: { connectionString }, hub: 'mackchat', eventKeys, clock: systemClock })

realtimeContract('web-pubsub, through the service SDK', async () => {
  const { server, host, connectionString, stop } = await startWebPubSub()
  return {
    realtime: connected(connectionString),
    connect: connectDevice,
    eventHost: host,
    hub: 'mackchat',
    sign: server.signatures.sign,
    close: stop,
  }
})

describe('the keys of events', () => {
  test('either key of the service is enough', async () => {
    const { server, host, connectionString, stop } = await startWebPubSub()
    const connectionId = 'x'
    const event = {
      host,
      hub: 'mackchat',
      connectionId,
      signature: await server.signatures.sign(connectionId),
    }
    for (const key of accessKeys)
      expect(await connected(connectionString, ['an-older-key', key]).isGenuine(event)).toBe(true)
    expect(await connected(connectionString, ['an-older-key']).isGenuine(event)).toBe(false)
    await stop()
  })
})

describe('a service that cannot be used', () => {
  test.each([
    ['is not there', 'Endpoint=http://127.0.0.1:9;AccessKey=k;Version=1.0;'],
    ['is not to be reached without TLS', 'Endpoint=http://realtime.example.org;AccessKey=k;Version=1.0;'],
  ])('%s', async (_, connectionString) => {
    const realtime = connected(connectionString)
    await expect(realtime.publish('g', {})).rejects.toThrow(PortUnavailable)
    await expect(realtime.isConnected('u')).rejects.toThrow(PortUnavailable)
  })

  test('knows another key', async () => {
    const { connectionString, stop } = await startWebPubSub()
    const realtime = connected(connectionString.replace('primary', 'another'))
    for (const call of [
      () => realtime.publish('g', {}),
      () => realtime.addToGroup('u', 'g'),
      () => realtime.removeFromGroup('u', 'g'),
      () => realtime.setGroups('c', ['g']),
      () => realtime.disconnect('u', 'r'),
      () => realtime.disconnectGroup('g', 'r'),
    ])
      await expect(call()).rejects.toThrow(PortUnavailable)
    await stop()
  })
})
