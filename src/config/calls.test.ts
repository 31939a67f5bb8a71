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
  expect(configOf({ ...turn, TURN_RELAY_ONLY: 'off' }).mediaRooms).toMatchObject({ isRelayOnly: false })
  expect(readConfig(turn).secrets.turnSecret).toBe('marker-of-16-chars')
  expect(JSON.stringify(readConfig(turn).config)).not.toContain('marker')
})

const liveKit = {
  LIVEKIT_URL: 'wss://livekit.example.org/',
  LIVEKIT_API_KEY: 'marker-key',
  LIVEKIT_API_SECRET: 'marker-of-thirty-two-characters-x',
}

test('LiveKit is chosen by its settings, and mesh can still be', () => {
  const { config, secrets } = readConfig(liveKit)
  expect(config.mediaRooms).toEqual({ kind: 'livekit', url: 'wss://livekit.example.org' })
  expect(secrets).toMatchObject({
    liveKitApiKey: liveKit.LIVEKIT_API_KEY,
    liveKitApiSecret: liveKit.LIVEKIT_API_SECRET,
  })
  expect(JSON.stringify(config)).not.toContain('marker')
  expect(configOf({ ...liveKit, MEDIA_ROOMS: 'mesh' }).mediaRooms.kind).toBe('mesh')
  expect(configOf({ ...liveKit, LIVEKIT_URL: 'ws://127.0.0.1:7880' }).mediaRooms.kind).toBe('livekit')
})

const acs = { COMMUNICATION_SERVICES_ENDPOINT: 'https://example.unitedstates.communication.azure.com' }

test('rooms of Azure Communication Services are chosen by name alone, whatever sends mail', () => {
  const mail = { ...acs, MAIL_FROM: 'no-reply@example.org' }
  expect(configOf({ ...mail, MEDIA_ROOMS: 'acs' }).mediaRooms).toEqual({
    kind: 'acs',
    endpoint: acs.COMMUNICATION_SERVICES_ENDPOINT,
  })
  expect(configOf({ ...acs, MAIL: 'outbox', MEDIA_ROOMS: 'acs' }).mediaRooms.kind).toBe('acs')
  expect(configOf(mail).mediaRooms.kind).toBe('mesh')
})

test.each<[Variables, readonly string[]]>([
  [{ TURN_URL: turn.TURN_URL }, ['TURN_URL and TURN_SECRET']],
  [{ TURN_SECRET: turn.TURN_SECRET }, ['TURN_URL and TURN_SECRET']],
  [{ ...turn, TURN_SECRET: 'short' }, ['TURN_SECRET']],
  [{ ...turn, TURN_URL: 'https://turn.example.org' }, ['TURN_URL']],
  [{ ...turn, TURN_URL: 'stun:turn.example.org' }, ['TURN_URL']],
  [{ ...turn, TURN_URL: 'turn:user:password@turn.example.org' }, ['TURN_URL']],
  [{ ...production, MEDIA_ROOMS: 'memory' }, ['MEDIA_ROOMS']],
  [{ MEDIA_ROOMS: 'acs' }, ['MEDIA_ROOMS']],
  [{ MEDIA_ROOMS: 'livekit' }, ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']],
  [{ LIVEKIT_URL: liveKit.LIVEKIT_URL }, ['LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']],
  [{ LIVEKIT_API_SECRET: liveKit.LIVEKIT_API_SECRET }, ['LIVEKIT_URL', 'LIVEKIT_API_KEY']],
  [{ ...liveKit, LIVEKIT_API_SECRET: 'secret' }, ['LIVEKIT_API_SECRET']],
  [{ ...liveKit, LIVEKIT_URL: 'https://livekit.example.org' }, ['LIVEKIT_URL']],
  [{ ...liveKit, LIVEKIT_URL: 'ws://livekit.example.org' }, ['LIVEKIT_URL']],
  [{ ...liveKit, LIVEKIT_URL: 'wss://user:password@livekit.example.org' }, ['LIVEKIT_URL']],
  [{ ...liveKit, LIVEKIT_URL: 'wss://livekit.example.org/path' }, ['LIVEKIT_URL']],
  [{ ...production, ...liveKit, LIVEKIT_URL: 'ws://127.0.0.1:7880' }, ['LIVEKIT_URL']],
])('what calls cannot use stops the start: %j', (environment, names) =>
  expect(namesOf(environment)).toEqual(names),
)
