import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables } from '../../test/config/reading.ts'
import { readConfig } from './config.ts'

const turn = {
  TURN_URL: 'turn:turn.example.org:3478, turns:turn.example.org:443?transport=tcp',
  TURN_SECRET: 'marker-of-16-chars',
}

test('calls go from device to device, and with a TURN server through it alone unless that is switched off', () => {
  expect(configOf({}).mediaRooms).toEqual({ kind: 'mesh', turnUrls: [], isRelayOnly: true })
  expect(configOf(turn).mediaRooms).toEqual({
    kind: 'mesh',
    turnUrls: ['turn:turn.example.org:3478', 'turns:turn.example.org:443?transport=tcp'],
    isRelayOnly: true,
  })
  expect(configOf({ ...turn, TURN_RELAY_ONLY: 'off' }).mediaRooms.isRelayOnly).toBe(false)
  expect(readConfig(turn).secrets.turnSecret).toBe('marker-of-16-chars')
  expect(JSON.stringify(readConfig(turn).config)).not.toContain('marker')
})

test.each<[Variables, readonly string[]]>([
  [{ TURN_URL: turn.TURN_URL }, ['TURN_URL and TURN_SECRET']],
  [{ TURN_SECRET: turn.TURN_SECRET }, ['TURN_URL and TURN_SECRET']],
  [{ ...turn, TURN_SECRET: 'short' }, ['TURN_SECRET']],
  [{ ...turn, TURN_URL: 'https://turn.example.org' }, ['TURN_URL']],
  [{ ...turn, TURN_URL: 'stun:turn.example.org' }, ['TURN_URL']],
  [{ ...turn, TURN_URL: 'turn:user:password@turn.example.org' }, ['TURN_URL']],
  [{ ...production, MEDIA_ROOMS: 'memory' }, ['MEDIA_ROOMS']],
])('what calls cannot use stops the start: %j', (environment, names) =>
  expect(namesOf(environment)).toEqual(names),
)
