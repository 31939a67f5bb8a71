import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { mediaRoomsContract } from '../../../test/contracts/media-rooms.contract.ts'
import { startLiveKit } from '../../../test/stand-ins/livekit.ts'
import { createLiveKitDevices } from '../../../test/stand-ins/livekit-devices.ts'
import { MediaRoomGone } from '../../ports/media-rooms.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createLiveKitMediaRooms } from './media-rooms.ts'

type LiveKit = Awaited<ReturnType<typeof startLiveKit>>

// The SDK reads the time of day, and so does the stand-in: the tests move that, and no timer.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterAll(() => void vi.useRealTimers())
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

const open = (service: LiveKit, more: { readonly patienceMs?: number; readonly apiSecret?: string } = {}) =>
  createLiveKitMediaRooms({ clock: { now: () => Date.now() }, ...service, ...more })

mediaRoomsContract('LiveKit', 'rooms', async () => {
  const service = await startLiveKit()
  const devices = createLiveKitDevices(service)
  return {
    rooms: open(service),
    now: () => Date.now(),
    pass,
    join: devices.join,
    rightsOf: devices.rightsOf,
    async close() {
      devices.close()
      await service.stop()
    },
  }
})

let service: LiveKit
let devices: ReturnType<typeof createLiveKitDevices>
let room: string
beforeEach(async () => {
  service = await startLiveKit()
  devices = createLiveKitDevices(service)
  room = await open(service).open(newRoom())
})
afterEach(async () => {
  devices.close()
  await service.stop()
})

const speaking = { canSpeak: true, canShareScreen: false }
const newRoom = () => ({
  name: crypto.randomUUID(),
  maxParticipants: 4,
  endsAt: new Date(Date.now() + 3_600_000).toISOString(),
})
const ask = (participant: string, rights = speaking, seat: string | null = null) =>
  open(service).access({ room, participant, seat, rights, ttlSeconds: 600 })
async function enter(participant: string, rights = speaking) {
  const { access } = await ask(participant, rights)
  if (access.kind !== 'livekit') throw new Error('not of LiveKit')
  const entered = await devices.enter(access.url, access.token)
  if (!entered) throw new Error('not let in')
  return { url: access.url, token: access.token, handed: entered.tokens[0] ?? '' }
}

test('a token joins one room with the rights it was asked for, and has no other right', async () => {
  const { access } = await ask('p1')
  if (access.kind !== 'livekit') throw new Error('not of LiveKit')
  const claims = JSON.parse(Buffer.from(access.token.split('.')[1] ?? '', 'base64url').toString())
  expect(claims.sub).toBe('p1')
  expect(claims.video).toEqual({
    roomJoin: true,
    room,
    canSubscribe: true,
    canPublish: true,
    canPublishSources: ['camera', 'microphone'],
    canPublishData: false,
  })
  expect(Object.keys(claims).sort()).toEqual(['exp', 'iss', 'nbf', 'sub', 'video'])
})

test('the token that somebody was handed while they were in lets them in no more than their first one', async () => {
  const { url, handed } = await enter('p1')
  expect(handed).not.toBe('')
  await open(service).expel(room, 'p1')
  expect(await devices.enter(url, handed)).toBeNull()
})

test('a second presence of a device has what the device has, and goes when it goes', async () => {
  const { url, token } = await enter('p1')
  expect(await devices.enter(url, token, '&publish=again')).not.toBeNull()
  await open(service).allow(room, 'p1', { canSpeak: false, canShareScreen: false })
  expect((await devices.participant(room, 'p1#again'))?.permission?.canPublish).toBe(false)
  await open(service).expel(room, 'p1')
  expect(await devices.participant(room, 'p1#again')).toBeNull()
})

test('who asks again with a seat has the new rights at once', async () => {
  await enter('p1')
  await ask('p1', { canSpeak: true, canShareScreen: true }, 'p1')
  expect(await devices.rightsOf(room, 'p1')).toEqual({ canSpeak: true, canShareScreen: true })
})

test('a token is good until its access ends, with the time that the server adds, and no longer', async () => {
  const { access, expiresAt } = await ask('p1')
  if (access.kind !== 'livekit') throw new Error('not of LiveKit')
  pass(Date.parse(expiresAt) - Date.now() - 5_000)
  expect(await devices.join(access)).toBe(true)
  pass(6_000)
  expect(await devices.join(access)).toBe(false)
})

test('a room that stays empty for long is there until its end', async () => {
  pass(3_500_000)
  await ask('p1')
  const { url, token } = await enter('p2')
  expect(await devices.enter(url, token)).not.toBeNull()
})

test('a move that was cut short is gone on with', async () => {
  const { url, token } = await enter('p1')
  // The fifth call deletes the room that was left.
  service.fail('none', 'none', 'none', 'none', 503)
  await expect(open(service).expel(room, 'p1')).rejects.toThrow(PortUnavailable)
  expect(await devices.client.listRooms()).toHaveLength(2)
  await open(service).expel(room, 'p1')
  expect(await devices.enter(url, token)).toBeNull()
  expect(await devices.client.listRooms()).toHaveLength(1)
  await open(service).close(room)
  expect(await devices.client.listRooms()).toEqual([])
})

test('a room that has moved very often is closed', async () => {
  for (let i = 0; i <= 64; i++) await open(service).expel(room, 'p1')
  await expect(ask('p2')).rejects.toThrow(MediaRoomGone)
}, 60_000)

test('a server that makes rooms by itself is not used', async () => {
  const other = await startLiveKit({ isAutoCreating: true })
  const refused = await open(other)
    .open(newRoom())
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(PortUnavailable)
  expect(String((refused as Error).cause)).toContain('room.auto_create')
  expect(other.seen).toEqual(['/rtc/validate'])
  await other.stop()
})

test.each([
  ['429', 429],
  ['500', 500],
  ['503', 503],
  ['silence', 'slow'],
  ['a broken connection', 'cut'],
] as const)('%s is a failure that says no secret, and nothing is asked twice', async (_, fault) => {
  const rooms = open(service, { patienceMs: fault === 'slow' ? 1_000 : 20_000 })
  const before = service.seen.length
  for (const work of [
    () => rooms.access({ room, participant: 'p1', seat: null, rights: speaking, ttlSeconds: 60 }),
    () => rooms.close(room),
    () => rooms.expel(room, 'p1'),
    () => rooms.allow(room, 'p1', speaking),
  ]) {
    service.fail(fault)
    const error = await work().catch((each: unknown) => each)
    expect(error).toBeInstanceOf(PortUnavailable)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('eyJ')
    expect(String((error as Error).cause)).not.toContain('eyJ')
    expect((error as Error).cause).not.toHaveProperty('cause')
  }
  await vi.waitFor(() => expect(service.seen).toHaveLength(before + 4), { timeout: 20_000 })
})

test('a secret that is not the right one is not repeated', async () => {
  const wrong = open(service, { apiSecret: 'another secret of thirty-two characters' })
  const error = await wrong.close(room).catch((each: unknown) => each)
  expect(error).toBeInstanceOf(PortUnavailable)
  expect(String((error as Error).cause)).toBe('Error: LiveKit answered 401')
})

const heard = async (event: object) => open(service).heard(await service.report(event))
const about = async (event: string, identity = 'p1', name = room) => ({
  event,
  room: { name },
  participant: { identity, sid: (await devices.participant(room, identity))?.sid ?? 'PA_0' },
})

test('who came, who left and what closed is heard', async () => {
  await enter('p1')
  const joined = await about('participant_joined')
  expect(await heard(joined)).toEqual({ event: 'joined', room, seat: 'p1' })
  expect(await heard(await about('participant_left'))).toEqual({ event: 'left', room, seat: 'p1' })
  expect(await heard({ event: 'room_finished', room: { name: room } })).toBeNull()
  devices.close()
  await vi.waitFor(async () => expect(await devices.participant(room, 'p1')).toBeNull(), { timeout: 20_000 })
  expect(await heard(joined)).toBeNull()
  expect(await heard({ ...joined, event: 'participant_connection_aborted' })).toMatchObject({ event: 'left' })
  await open(service).close(room)
  expect(await heard({ event: 'room_finished', room: { name: room } })).toEqual({
    event: 'closed',
    room,
    seat: null,
  })
})

test('what was true once is not heard when it is said again', async () => {
  await enter('p1')
  const left = await service.report(await about('participant_left'))
  await enter('p1')
  expect(await open(service).heard(left)).toBeNull()
})

test('that a room moved is no end of it', async () => {
  await enter('p1')
  const left = await about('participant_left')
  await open(service).expel(room, 'p2')
  expect(await heard(left)).toBeNull()
  expect(await heard({ event: 'room_finished', room: { name: room } })).toBeNull()
  expect(await heard({ event: 'room_finished', room: { name: `${room}.1` } })).toBeNull()
})

test.each([
  ['a room of somebody else', { room: { name: 'a room' } }],
  ['no room', { room: undefined }],
  ['nobody', { participant: undefined }],
  ['a second presence', { participant: { identity: 'p1#again', sid: 'PA_0' } }],
  ['an event that we have no use for', { event: 'egress_started' }],
  ['a name that every object has', { event: 'constructor' }],
])('%s is not heard', async (_, more) => {
  expect(await heard({ ...(await about('participant_left')), ...more })).toBeNull()
})

test('a report with another body, of another secret, or of long ago is not heard, and neither is a token to join', async () => {
  const event = await about('participant_left')
  const rooms = open(service)
  const { body, authorization } = await service.report(event)
  expect(await rooms.heard({ body: body.replace('p1', 'p2'), authorization })).toBeNull()
  expect(await rooms.heard(await service.report(event, 300, new Uint8Array(32)))).toBeNull()
  const { access } = await ask('p1')
  expect(
    await rooms.heard({ body, authorization: access.kind === 'livekit' ? access.token : null }),
  ).toBeNull()
  expect(await rooms.heard({ body, authorization })).toEqual({ event: 'left', room, seat: 'p1' })
  pass(400_000)
  expect(await rooms.heard({ body, authorization })).toBeNull()
})
