import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type MediaAccess,
  type MediaRights,
  MediaRoomGone,
  type MediaRooms,
} from '../../src/ports/media-rooms.ts'

export interface OpenedMediaRooms {
  readonly rooms: MediaRooms
  /** The clock of the adapter, and of what stands behind it. */
  readonly now: () => number
  /** Lets this much time pass for both; null where it is a real service, which has its own. */
  readonly pass: ((ms: number) => unknown) | null
  /** Joins as a device would; false when it is not let in. Not asked of a mesh. */
  readonly join: (access: MediaAccess) => Promise<boolean>
  /** What somebody who is in may send; null for whoever is not in. Not asked of a mesh. */
  readonly rightsOf: (room: string, seat: string) => Promise<MediaRights | null>
  /** Where a service lets nobody have less: the least that an access lasts. */
  readonly leastSeconds?: number
  readonly close?: () => unknown
}

const all: MediaRights = { canSpeak: true, canShareScreen: true }
const listening: MediaRights = { canSpeak: false, canShareScreen: false }
const hourMs = 3_600_000

export function mediaRoomsContract(
  name: string,
  kind: MediaRooms['kind'],
  open: () => Promise<OpenedMediaRooms>,
) {
  describe(`media rooms: ${name}`, () => {
    let opened: OpenedMediaRooms
    let rooms: MediaRooms
    beforeAll(async () => {
      opened = await open()
      rooms = opened.rooms
    })
    afterAll(async () => {
      await opened?.close?.()
    })

    const fresh = (): string => crypto.randomUUID()
    const openRoom = (maxParticipants = 4) =>
      rooms.open({
        name: fresh(),
        maxParticipants,
        endsAt: new Date(opened.now() + hourMs).toISOString(),
      })
    const seatIn = (room: string, rights = all, participant = fresh()) =>
      rooms.access({ room, participant, seat: null, rights, ttlSeconds: 600 })

    test('says what it is and how many fit', () => {
      expect(rooms.kind).toBe(kind)
      expect(rooms.maxParticipants).toBeGreaterThanOrEqual(4)
    })

    test('a room of a name is opened again without harm', async () => {
      const room = {
        name: fresh(),
        maxParticipants: 2,
        endsAt: new Date(opened.now() + hourMs).toISOString(),
      }
      const answered = await Promise.all([rooms.open(room), rooms.open(room)])
      answered.push(await rooms.open(room))
      for (const one of answered) {
        expect(one).not.toBe('')
        await seatIn(one)
      }
      for (const one of answered) await rooms.close(one)
    })

    test.each([
      ['a name with a space', { name: 'a b' }],
      ['no name', { name: '' }],
      ['a long name', { name: 'a'.repeat(65) }],
      ['nobody', { maxParticipants: 0 }],
      ['half a person', { maxParticipants: 1.5 }],
      ['very many', { maxParticipants: 1_000_000 }],
    ])('%s opens nothing', async (_, wrong) => {
      const endsAt = new Date(opened.now() + hourMs).toISOString()
      await expect(rooms.open({ name: fresh(), maxParticipants: 2, endsAt, ...wrong })).rejects.toThrow(
        RangeError,
      )
    })

    test('an access ends when it says, and is for a participant with a plain name', async () => {
      const room = await openRoom()
      const before = opened.now()
      const { seat, expiresAt } = await seatIn(room)
      expect(seat).not.toBe('')
      expect(Date.parse(expiresAt)).toBeGreaterThan(before)
      const mostMs = Math.max(600, opened.leastSeconds ?? 0) * 1000
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(opened.now() + mostMs + 1_000)
      expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      await expect(seatIn(room, all, 'Ann Example')).rejects.toThrow(RangeError)
      const request = { room, participant: fresh(), seat: null, rights: all }
      for (const ttlSeconds of [0, 3_601, 0.5])
        await expect(rooms.access({ ...request, ttlSeconds })).rejects.toThrow(RangeError)
    })

    test('asked again with its seat a device has the same seat', async () => {
      const room = await openRoom()
      const participant = fresh()
      const { seat } = await seatIn(room, all, participant)
      const again = await rooms.access({ room, participant, seat, rights: listening, ttlSeconds: 60 })
      expect(again.seat).toBe(seat)
      expect((await seatIn(room)).seat).not.toBe(seat)
    })

    test('what is gone is no failure to close, expel or allow', async () => {
      const room = await openRoom()
      const { seat } = await seatIn(room)
      for (let i = 0; i < 2; i++) {
        await rooms.expel(room, seat)
        await rooms.allow(room, seat, all)
      }
      for (let i = 0; i < 2; i++) await rooms.close(room)
      await rooms.expel(room, seat)
      await rooms.allow(room, seat, listening)
    })

    test('what nobody signed was not heard', async () => {
      for (const authorization of [null, '', 'Bearer x', 'eyJhbGciOiJub25lIn0.e30.'])
        for (const body of ['', '{}', '{"event":"room_finished"}', '\u0000'])
          expect(await rooms.heard({ body, authorization })).toBeNull()
    })

    if (kind === 'mesh') return

    test('a device is in when it joined, with its rights, and not before', async () => {
      const room = await openRoom()
      const { seat, access } = await seatIn(room, listening)
      expect(await opened.rightsOf(room, seat)).toBeNull()
      expect(await opened.join(access)).toBe(true)
      expect(await opened.rightsOf(room, seat)).toEqual(listening)
      await rooms.allow(room, seat, all)
      expect(await opened.rightsOf(room, seat)).toEqual(all)
      await rooms.allow(room, seat, listening)
      expect(await opened.rightsOf(room, seat)).toEqual(listening)
    })

    test('whoever is expelled is out, and what they were given opens nothing', async () => {
      const room = await openRoom()
      const participant = fresh()
      const [one, other] = [await seatIn(room), await seatIn(room, all, participant)]
      expect(await opened.join(one.access)).toBe(true)
      expect(await opened.join(other.access)).toBe(true)
      await rooms.expel(room, one.seat)
      expect(await opened.rightsOf(room, one.seat)).toBeNull()
      expect(await opened.join(one.access)).toBe(false)
      if ((await opened.rightsOf(room, other.seat)) === null) {
        const request = { room, participant, seat: other.seat, rights: all, ttlSeconds: 600 }
        const again = await rooms.access(request)
        expect(again.seat).toBe(other.seat)
        expect(await opened.join(again.access)).toBe(true)
        expect(await opened.join(one.access)).toBe(false)
      }
      expect(await opened.rightsOf(room, other.seat)).toEqual(all)
    })

    test('two are expelled at once, and both are out', async () => {
      const room = await openRoom()
      const seats = [await seatIn(room), await seatIn(room)]
      for (const { access } of seats) expect(await opened.join(access)).toBe(true)
      await Promise.all(seats.map(({ seat }) => rooms.expel(room, seat)))
      for (const { seat, access } of seats) {
        expect(await opened.rightsOf(room, seat)).toBeNull()
        expect(await opened.join(access)).toBe(false)
      }
      expect(await opened.join((await seatIn(room)).access)).toBe(true)
    })

    test('a closed room has nobody in it, lets nobody in and gives no access', async () => {
      const room = await openRoom()
      const [one, other] = [await seatIn(room), await seatIn(room)]
      expect(await opened.join(one.access)).toBe(true)
      await rooms.close(room)
      expect(await opened.rightsOf(room, one.seat)).toBeNull()
      expect(await opened.join(other.access)).toBe(false)
      await expect(seatIn(room)).rejects.toThrow(MediaRoomGone)
    })

    test('there is no access to a room that never was', async () => {
      await expect(seatIn(fresh())).rejects.toThrow(MediaRoomGone)
    })

    test('one more than fit is not let in', async () => {
      const room = await openRoom(2)
      const seats = [await seatIn(room), await seatIn(room), await seatIn(room)]
      const joined: boolean[] = []
      for (const { access } of seats) joined.push(await opened.join(access))
      expect(joined).toEqual([true, true, false])
    })

    test('an access that has ended lets nobody in', async ({ skip }) => {
      if (!opened.pass) return skip('time does not pass faster for a real service')
      const room = await openRoom()
      const { access } = await seatIn(room)
      await opened.pass(Math.max(600, opened.leastSeconds ?? 0) * 1000 + 100_000)
      expect(await opened.join(access)).toBe(false)
    })

    test('there is no access to a room whose end has come, and what was given opens nothing', async ({
      skip,
    }) => {
      if (!opened.pass) return skip('time does not pass faster for a real service')
      const room = await openRoom()
      const { access } = await seatIn(room)
      await opened.pass(hourMs + 1_000)
      await expect(seatIn(room)).rejects.toThrow(MediaRoomGone)
      expect(await opened.join(access)).toBe(false)
    })
  })
}
