import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables, webPubSub } from '../../test/config/reading.ts'
import { InvalidConfiguration, readConfig } from './config.ts'

test('devices are delivered to by what is there', () => {
  const kindOf = (environment: Variables, runtime: 'node' | 'functions' = 'node') =>
    configOf(environment, runtime).realtime.kind
  expect(kindOf({})).toBe('local')
  expect(kindOf({}, 'functions')).toBe('memory')
  expect(kindOf(webPubSub)).toBe('web-pubsub')
  expect(kindOf(webPubSub, 'functions')).toBe('web-pubsub')
  expect(() => kindOf({ REALTIME: 'local' }, 'functions')).toThrow(InvalidConfiguration)
})

test('events may be signed with the key of the connection string and with the other one', () => {
  const { secrets } = readConfig({ ...webPubSub, WEB_PUBSUB_EVENT_KEYS: 'marker-other, marker-old' })
  expect(secrets.webPubSubEventKeys).toEqual(['marker-key==', 'marker-other', 'marker-old'])
})

test.each<[Variables, readonly string[]]>([
  [{ ...production, REALTIME: 'memory' }, ['REALTIME']],
  [{ REALTIME: 'web-pubsub' }, ['WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS']],
  [{ WEB_PUBSUB_ENDPOINT: 'https://x.webpubsub.azure.com' }, ['WEB_PUBSUB_EVENT_KEYS']],
  [{ WEB_PUBSUB_EVENT_KEYS: 'a' }, ['WEB_PUBSUB_ENDPOINT']],
  [{ WEB_PUBSUB_CONNECTION_STRING: 'Endpoint=https://x.example' }, ['WEB_PUBSUB_CONNECTION_STRING']],
  [{ ...webPubSub, WEB_PUBSUB_ENDPOINT: 'https://x.webpubsub.azure.com' }, ['WEB_PUBSUB_ENDPOINT']],
])('half of what delivery needs stops the start: %j', (environment, names) =>
  expect(namesOf(environment)).toEqual(names),
)
