import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLiveKitMediaRooms } from '../../src/adapters/livekit/media-rooms.ts'
import type { MediaReport, MediaRooms } from '../../src/ports/media-rooms.ts'
import { mediaRoomsContract } from '../contracts/media-rooms.contract.ts'
import { createLiveKitDevices } from '../stand-ins/livekit-devices.ts'
import { liveKitServerMissing, startLiveKitServer } from '../stand-ins/livekit-server.ts'

const speaking = { canSpeak: true, canShareScreen: false }

/** What the stand-in for LiveKit says, said by LiveKit: run where the program is found. */
describe.skipIf(liveKitServerMissing)('a real LiveKit', () => {
  let service: Awaited<ReturnType<typeof startLiveKitServer>>
  let devices: ReturnType<typeof createLiveKitDevices>
  let rooms: MediaRooms
  const reports: MediaReport[] = []
  const listener = createServer(async (request, response) => {
    const body = await text(request)
    const report = await rooms.heard({ body, authorization: request.headers.authorization ?? null })
    if (report) reports.push(report)
    response.end()
  })

  beforeAll(async () => {
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    service = await startLiveKitServer({
      reportsTo: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`,
    })
    devices = createLiveKitDevices(service)
    rooms = createLiveKitMediaRooms({ clock: { now: () => Date.now() }, ...service })
  }, 60_000)
  afterAll(async () => {
    devices?.close()
    await service?.stop()
    listener.closeAllConnections()
    listener.close()
  })

  mediaRoomsContract('a real LiveKit', 'rooms', async () => ({
    rooms,
    now: () => Date.now(),
    pass: null,
    join: devices.join,
    rightsOf: devices.rightsOf,
  }))

  const openRoom = () =>
    rooms.open({
      name: crypto.randomUUID(),
      maxParticipants: 4,
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
  async function enter(room: string, participant: string) {
    const { access } = await rooms.access({
      room,
      participant,
      seat: null,
      rights: speaking,
      ttlSeconds: 600,
    })
    if (access.kind !== 'livekit') throw new Error('not of LiveKit')
    const entered = await devices.enter(access.url, access.token)
    return { url: access.url, token: access.token, handed: entered?.tokens[0] ?? '' }
  }

  test('the token that somebody was handed while they were in lets them in no more than their first one', async () => {
    const room = await openRoom()
    const { url, token, handed } = await enter(room, 'p1')
    expect(handed).not.toBe('')
    await rooms.expel(room, 'p1')
    expect(await devices.enter(url, handed)).toBeNull()
    expect(await devices.enter(url, token)).toBeNull()
  })

  test('a second presence of a device has what the device has, and goes when it goes', async () => {
    const room = await openRoom()
    const { url, token } = await enter(room, 'p1')
    expect(await devices.enter(url, token, '&publish=again')).not.toBeNull()
    expect((await devices.participant(room, 'p1#again'))?.permission?.canPublish).toBe(true)
    await rooms.allow(room, 'p1', { canSpeak: false, canShareScreen: false })
    expect((await devices.participant(room, 'p1#again'))?.permission?.canPublish).toBe(false)
    await rooms.expel(room, 'p1')
    expect(await devices.participant(room, 'p1#again')).toBeNull()
  })

  test('it says who left and what closed', async () => {
    const room = await openRoom()
    await enter(room, 'p1')
    await devices.client.removeParticipant(room, 'p1')
    await vi.waitFor(() => expect(reports).toContainEqual({ event: 'left', room, seat: 'p1' }), {
      timeout: 20_000,
    })
    await enter(room, 'p2')
    await rooms.close(room)
    await vi.waitFor(() => expect(reports).toContainEqual({ event: 'closed', room, seat: null }), {
      timeout: 20_000,
    })
  })
})
