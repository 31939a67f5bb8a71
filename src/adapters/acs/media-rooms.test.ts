import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { mediaRoomsContract } from '../../../test/contracts/media-rooms.contract.ts'
import { startAcsRooms } from '../../../test/stand-ins/acs-rooms.ts'
import { MediaRoomGone } from '../../ports/media-rooms.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createAcsMediaRooms, leastMinutes } from './media-rooms.ts'

const key = btoa('an access key of the service')
const token = 'a-token-of-a-managed-identity'
type Service = Awaited<ReturnType<typeof startAcsRooms>>

// The SDK signs with the time of day, and the stand-in reads it: the tests move that, and no timer.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterAll(() => void vi.useRealTimers())
/** A certificate is made and looked at by different clocks. */
const begin = () => vi.setSystemTime(vi.getRealSystemTime())
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

const scopes: unknown[] = []
const identity = {
  async getToken(scope: unknown) {
    scopes.push(scope)
    return { token, expiresOnTimestamp: Date.now() + 3_600_000 }
  },
}
const open = (
  { url, certificate }: Service,
  credential: Parameters<typeof createAcsMediaRooms>[0]['credential'] = { key },
  patienceMs = 10_000,
) =>
  createAcsMediaRooms({
    clock: { now: () => Date.now() },
    endpoint: url,
    credential,
    patienceMs,
    options: { tlsOptions: { ca: certificate } },
  })
const idOf = (room: string) => room.split('.')[1] ?? ''

for (const [name, credential] of [
  ['with its access key', { key }],
  ['as a managed identity', identity],
] as const)
  mediaRoomsContract(`Azure Communication Services ${name}`, 'rooms', async () => {
    begin()
    const service = await startAcsRooms({ key, token })
    return {
      rooms: open(service, credential),
      now: () => Date.now(),
      pass,
      leastSeconds: leastMinutes * 60,
      join: async (access) => access.kind === 'acs' && service.join(access.roomId, access.token),
      async rightsOf(room, seat) {
        const role = service.roleOf(idOf(room), seat)
        return (
          role && {
            canSpeak: role !== 'Consumer',
            canShareScreen: role === 'Collaborator' || role === 'Presenter',
          }
        )
      },
      close: service.stop,
    }
  })

let service: Service
let room: string
beforeEach(async () => {
  begin()
  service = await startAcsRooms({ key, token })
  room = await open(service).open({
    name: 'a-call',
    maxParticipants: 3,
    endsAt: new Date(Date.now() + 1_800_000).toISOString(),
  })
})
afterEach(() => service.stop())

const speaking = { canSpeak: true, canShareScreen: false }
const ask = (rights = speaking, seat: string | null = null) =>
  open(service).access({ room, participant: 'p1', seat, rights, ttlSeconds: 60 })
async function enter(rights = speaking) {
  const { seat, access } = await ask(rights)
  if (access.kind !== 'acs') throw new Error('not of Azure')
  expect(service.join(access.roomId, access.token)).toBe(true)
  return seat
}

test('it asks for a token for Azure Communication Services', () => {
  expect(new Set(scopes.flat())).toEqual(new Set(['https://communication.azure.com//.default']))
})

test.each([
  [{ canSpeak: true, canShareScreen: true }, 'Collaborator'],
  [{ canSpeak: true, canShareScreen: false }, 'Attendee'],
  [{ canSpeak: false, canShareScreen: true }, 'Consumer'],
  [{ canSpeak: false, canShareScreen: false }, 'Consumer'],
])('%j makes no more than %s', async (rights, role) => {
  expect(service.roleOf(idOf(room), await enter(rights))).toBe(role)
})

test('an access ends with its room, though the token would last', async () => {
  const { expiresAt } = await ask()
  expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 1_800_000)
})

test('of a call that is over nothing is left at the service', async () => {
  for (let i = 0; i < 3; i++) await enter()
  expect(service.identities.size).toBe(3)
  await open(service).close(room)
  expect([service.identities.size, service.rooms.size]).toEqual([0, 0])
})

test('of one more than fit nothing is left, and neither is of two who come at once', async () => {
  const seats = await Promise.all(Array.from({ length: 5 }, () => ask()))
  const joined = seats.filter(
    ({ access }) => access.kind === 'acs' && service.join(access.roomId, access.token),
  )
  expect(joined.length).toBeLessThanOrEqual(3)
  expect(service.identities.size).toBe(joined.length)
})

test('who is expelled is not listed again by what they are allowed, and comes back as somebody else alone', async () => {
  const seat = await enter()
  await open(service).expel(room, seat)
  await open(service).allow(room, seat, speaking)
  expect(service.identities.size).toBe(0)
  expect((await ask(speaking, seat)).seat).not.toBe(seat)
})

test('who cannot be listed leaves no identity behind', async () => {
  service.fail('none', 'none', 503)
  await expect(ask()).rejects.toThrow(PortUnavailable)
  expect(service.identities.size).toBe(0)
})

test('closing that was cut short is gone on with', async () => {
  await enter()
  await enter()
  service.fail('none', 503)
  await expect(open(service).close(room)).rejects.toThrow(PortUnavailable)
  await open(service).close(room)
  expect([service.identities.size, service.rooms.size]).toEqual([0, 0])
})

test.each([
  '',
  'a-call',
  'a.b.c.d',
  'a-call.9919.3',
  '../../identities.1.3.99999999999999',
  `${'a'.repeat(65)}.1.1.1`,
])('no room is called %j', async (name) => {
  const before = service.seen.length
  const rooms = open(service)
  await expect(
    rooms.access({ room: name, participant: 'p1', seat: null, rights: speaking, ttlSeconds: 60 }),
  ).rejects.toThrow(MediaRoomGone)
  await rooms.expel(name, 'x')
  await rooms.allow(name, 'x', speaking)
  await rooms.close(name)
  expect(service.seen).toHaveLength(before)
})

test.each(
  [
    { name: 'with its access key', credential: { key } },
    { name: 'as a managed identity', credential: identity },
  ].flatMap((given) => ([429, 500, 503, 'slow', 'cut'] as const).map((fault) => ({ ...given, fault }))),
)(
  '$fault, $name, is a failure that says no more than that, and nothing is asked twice',
  async ({ credential, fault }) => {
    const rooms = open(service, credential, fault === 'slow' ? 1_000 : 20_000)
    const before = service.seen.length
    for (const work of [
      () => rooms.access({ room, participant: 'p1', seat: null, rights: speaking, ttlSeconds: 60 }),
      () => rooms.close(room),
      () => rooms.expel(room, '8:acs:1'),
      () => rooms.allow(room, '8:acs:1', speaking),
    ]) {
      service.fail(fault)
      const error = await work().catch((each: unknown) => each)
      expect(error).toBeInstanceOf(PortUnavailable)
      expect(String((error as Error).cause)).toMatch(/^Error: Azure Communication Services: [\w ]+$/)
      expect((error as Error).cause).not.toHaveProperty('cause')
    }
    expect(service.seen).toHaveLength(before + 4)
  },
)

test('a key that is not the right one is for whoever runs this to correct', async () => {
  await expect(open(service, { key: btoa('another key') }).close(room)).rejects.toThrow(PortUnavailable)
})
