import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ClientAccess, Realtime } from '../../src/ports/realtime.ts'

/** One device, connected. */
export interface Device {
  readonly connectionId: string
  /** Every message published to it so far, oldest first. */
  readonly received: readonly unknown[]
  readonly isClosed: () => boolean
  readonly close: () => void
}

export interface OpenedRealtime {
  readonly realtime: Realtime
  /** Connects as a front end would, without connecting again by itself. */
  readonly connect: (access: ClientAccess) => Promise<Device>
  readonly eventHost: string
  readonly hub: string
  /** What the service sends as the signature of an event about this connection. */
  readonly sign: (connectionId: string) => Promise<string>
  readonly close?: () => unknown
}

export function realtimeContract(name: string, open: () => Promise<OpenedRealtime>) {
  describe(`realtime: ${name}`, () => {
    let opened: OpenedRealtime
    let r: Realtime
    const devices: Device[] = []
    beforeAll(async () => {
      opened = await open()
      r = opened.realtime
    })
    afterAll(async () => {
      for (const device of devices) device.close()
      await opened?.close?.()
    })

    const fresh = (kind: string) => `${kind}.${crypto.randomUUID()}`
    const connect = async (userId: string, groups: readonly string[] = []) => {
      const device = await opened.connect(await r.clientAccess({ userId, groups, ttlSeconds: 300 }))
      devices.push(device)
      return device
    }
    const expectReceived = (device: Device, messages: readonly unknown[]) =>
      vi.waitFor(() => expect(device.received).toEqual(messages), { timeout: 20_000, interval: 10 })
    /** Publishes to a group that the device is in alone: what it should not get would have come before. */
    const expectOnly = async (device: Device, mark: string, messages: readonly unknown[]) => {
      await r.publish(mark, { mark })
      await expectReceived(device, [...messages, { mark }])
    }

    test('an access says where, how and until when', async () => {
      const before = Date.now()
      const access = await r.clientAccess({ userId: fresh('u'), groups: [], ttlSeconds: 600 })
      expect(new URL(access.url).protocol).toMatch(/^wss?:$/)
      expect(access.protocol).toBe('json.reliable.webpubsub.azure.v1')
      expect(access.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Date.parse(access.expiresAt)).toBeLessThan(before + 700_000)
    })

    test('what is published to a group reaches everybody in it, as it was given, and nobody else', async () => {
      const [group, other] = [fresh('g'), fresh('g')]
      const [a, b, c] = await Promise.all([
        connect(fresh('u'), [group]),
        connect(fresh('u'), [group, other]),
        connect(fresh('u'), [other]),
      ])
      const message = {
        event: 'message.new',
        text: 'é😀 "quoted" \\ \n  ',
        n: 1.5,
        none: null,
        list: [1, {}],
      }
      await r.publish(group, message)
      await expectReceived(a, [message])
      await expectReceived(b, [message])
      await expectOnly(c, other, [])
    })

    test('messages published one after the other arrive in that order', async () => {
      const group = fresh('g')
      const device = await connect(fresh('u'), [group])
      const messages = Array.from({ length: 20 }, (_, seq) => ({ seq }))
      for (const message of messages) await r.publish(group, message)
      await expectReceived(device, messages)
    })

    test('a message with a time to live reaches who is there', async () => {
      const group = fresh('g')
      const device = await connect(fresh('u'), [group])
      await r.publish(group, { typing: true }, { ttlSeconds: 5 })
      await expectReceived(device, [{ typing: true }])
    })

    test('a user is added to a group with every device, once', async () => {
      const [user, group] = [fresh('u'), fresh('g')]
      const [phone, laptop, stranger] = await Promise.all([
        connect(user),
        connect(user),
        connect(fresh('u'), [group]),
      ])
      await r.addToGroup(user, group)
      await r.addToGroup(user, group)
      await r.publish(group, { n: 1 })
      await Promise.all([phone, laptop, stranger].map((device) => expectReceived(device, [{ n: 1 }])))
    })

    test('once removed from a group a user gets nothing more of it on any device; others still do', async () => {
      const [user, group, mark] = [fresh('u'), fresh('g'), fresh('g')]
      const [phone, laptop, other] = await Promise.all([
        connect(user, [group, mark]),
        connect(user, [group, mark]),
        connect(fresh('u'), [group]),
      ])
      await r.removeFromGroup(user, group)
      await r.publish(group, { n: 1 })
      await expectReceived(other, [{ n: 1 }])
      await r.publish(mark, { mark })
      await Promise.all([phone, laptop].map((device) => expectReceived(device, [{ mark }])))
    })

    test('a connection is put into exactly the groups named', async () => {
      const [user, before, kept, after] = [fresh('u'), fresh('g'), fresh('g'), fresh('g')]
      const [one, sibling] = await Promise.all([
        connect(user, [before, kept]),
        connect(user, [before, kept, after]),
      ])
      await r.setGroups(one.connectionId, [kept, after])
      for (const group of [before, kept]) await r.publish(group, { group })
      await expectOnly(one, after, [{ group: kept }])
      await expectReceived(sibling, [{ group: before }, { group: kept }, { mark: after }])
      await r.setGroups(one.connectionId, [])
      await r.publish(kept, { late: true })
      await expectReceived(sibling, [{ group: before }, { group: kept }, { mark: after }, { late: true }])
      expect(one.received).toHaveLength(2)
    })

    test('a user is disconnected on every device, others are not', async () => {
      const [user, group] = [fresh('u'), fresh('g')]
      const [phone, laptop, other] = await Promise.all([
        connect(user, [group]),
        connect(user, [group]),
        connect(fresh('u'), [group]),
      ])
      expect(await r.isConnected(user)).toBe(true)
      await r.disconnect(user, 'session revoked')
      await vi.waitFor(
        () => expect([phone, laptop].map((device) => device.isClosed())).toEqual([true, true]),
        {
          timeout: 20_000,
        },
      )
      expect(await r.isConnected(user)).toBe(false)
      await r.publish(group, { n: 1 })
      await expectReceived(other, [{ n: 1 }])
      expect([...phone.received, ...laptop.received]).toEqual([])
    })

    test('a group is disconnected, others of the same user are not', async () => {
      const [user, group, mark] = [fresh('u'), fresh('g'), fresh('g')]
      const [phone, laptop, other] = await Promise.all([
        connect(user, [group, mark]),
        connect(user, [mark]),
        connect(fresh('u'), [group]),
      ])
      await r.disconnectGroup(group, 'session ended')
      await vi.waitFor(
        () => expect([phone, other].map((device) => device.isClosed())).toEqual([true, true]),
        {
          timeout: 20_000,
        },
      )
      await expectOnly(laptop, mark, [])
      expect(await r.isConnected(user)).toBe(true)
    })

    test('nobody being there is no failure', async () => {
      const [user, group] = [fresh('u'), fresh('g')]
      await r.publish(group, { n: 1 })
      await r.addToGroup(user, group)
      await r.removeFromGroup(user, group)
      await r.setGroups(fresh('connection'), [group])
      await r.setGroups(fresh('connection'), [])
      await r.disconnect(user, 'nobody')
      await r.disconnectGroup(group, 'nobody')
      expect(await r.isConnected(user)).toBe(false)
    })

    test('a member who connects later is not in the groups added before', async () => {
      const [user, group, mark] = [fresh('u'), fresh('g'), fresh('g')]
      await connect(user)
      await r.addToGroup(user, group)
      const late = await connect(user, [mark])
      await r.publish(group, { n: 1 })
      await expectOnly(late, mark, [])
    })

    test('events come from the host of the service', () => {
      expect(r.isEventHost(opened.eventHost)).toBe(true)
      expect(r.isEventHost(opened.eventHost.toUpperCase())).toBe(true)
      for (const host of ['', '*', 'evil.example', `${opened.eventHost}.evil.example`])
        expect(r.isEventHost(host)).toBe(false)
    })

    test('only who knows a key signs for a connection', async () => {
      const connectionId = fresh('connection')
      const origin = { host: opened.eventHost, hub: opened.hub, connectionId }
      const signature = await opened.sign(connectionId)
      const forged = `sha256=${'0'.repeat(64)}`
      const [first = ''] = signature.split(',')
      for (const genuine of [signature, `${forged},${first}`, `${first}, ${forged}`])
        expect(await r.isGenuine({ ...origin, signature: genuine })).toBe(true)
      for (const wrong of ['', 'sha256=', forged, `${forged},${forged}`, first.slice(0, -1), `x${first}`])
        expect(await r.isGenuine({ ...origin, signature: wrong })).toBe(false)
      expect(await r.isGenuine({ ...origin, signature: [forged, forged, first].join(',') })).toBe(false)
    })

    test('a signature counts for its connection, our host and our hub alone', async () => {
      const connectionId = fresh('connection')
      const signature = await opened.sign(connectionId)
      const origin = { host: opened.eventHost, hub: opened.hub, connectionId, signature }
      expect(await r.isGenuine({ ...origin, connectionId: fresh('connection') })).toBe(false)
      expect(await r.isGenuine({ ...origin, host: 'evil.example' })).toBe(false)
      expect(await r.isGenuine({ ...origin, hub: 'other' })).toBe(false)
    })
  })
}
