import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { mediaRoomsContract } from '../../../test/contracts/media-rooms.contract.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMeshMediaRooms } from './media-rooms.ts'

const turn = { urls: ['turn:turn.example.org:3478'], secret: 'a secret of coturn' }

for (const [name, server] of [
  ['mesh', null],
  ['mesh with a TURN server', turn],
] as const)
  mediaRoomsContract(name, 'mesh', async () => {
    const clock = createManualClock()
    return {
      rooms: createMeshMediaRooms({ clock, turn: server, isRelayOnly: true }),
      now: clock.now,
      pass: (ms) => clock.advance(ms),
      join: async () => true,
      rightsOf: async () => null,
    }
  })

const request = {
  room: 'r',
  participant: 'p1',
  seat: null,
  rights: { canSpeak: true, canShareScreen: true },
  ttlSeconds: 3_600,
}

test('a TURN server is entered by a name that ends, and its keyed hash as coturn makes it', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const { access, expiresAt } = await createMeshMediaRooms({ clock, turn, isRelayOnly: true }).access(request)
  expect(expiresAt).toBe('2026-01-01T01:00:00.000Z')
  const username = `${Date.UTC(2026, 0, 1, 1) / 1000}:p1`
  expect(access).toEqual({
    kind: 'mesh',
    isRelayOnly: true,
    iceServers: [
      {
        urls: turn.urls,
        username,
        credential: createHmac('sha1', turn.secret).update(username).digest('base64'),
      },
    ],
  })
})

test('without a TURN server nothing can go through it alone', async () => {
  const { access } = await createMeshMediaRooms({
    clock: createManualClock(),
    turn: null,
    isRelayOnly: true,
  }).access(request)
  expect(access).toEqual({ kind: 'mesh', isRelayOnly: false, iceServers: [] })
})
