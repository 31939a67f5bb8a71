import { expect, test } from 'vitest'
import { configOf, namesOf, production, type Variables } from '../../test/config/reading.ts'

const from = { MAIL_FROM: 'no-reply@example.org' }
const endpoint = { COMMUNICATION_SERVICES_ENDPOINT: 'https://example.communication.azure.com' }

test.each<[string, Variables]>([
  ['outbox', {}],
  ['smtp', { ...from, SMTP_HOST: 'smtp.example.org' }],
  ['acs', { ...from, ...endpoint }],
])('mail is sent by %s with %j', (kind, environment) => expect(configOf(environment).mail.kind).toBe(kind))

test.each<[Variables, readonly string[]]>([
  [{ ...endpoint }, ['MAIL_FROM']],
  [{ ...from, MAIL: 'smtp' }, ['SMTP_HOST']],
  [{ ...from, ...endpoint, SMTP_HOST: 'smtp.example.org' }, ['MAIL']],
  [{ ...from, SMTP_HOST: 'smtp.example.org', SMTP_USER: 'mailer' }, ['SMTP_USER and SMTP_PASSWORD']],
  [{ ...production, MAIL: 'outbox' }, ['MAIL']],
])('half of what mail needs stops the start: %j', (environment, names) =>
  expect(namesOf(environment)).toEqual(names),
)

test('who has not confirmed an address waits where mail is really sent, unless said otherwise', () => {
  const isWaiting = (environment: Variables) => configOf(environment).app.auth.isVerifiedEmailRequired
  expect(isWaiting({})).toBe(false)
  expect(isWaiting({ ...from, SMTP_HOST: 'smtp.example.org' })).toBe(true)
  expect(isWaiting({ ...from, SMTP_HOST: 'smtp.example.org', REQUIRE_VERIFIED_EMAIL: 'off' })).toBe(false)
  expect(isWaiting({ REQUIRE_VERIFIED_EMAIL: 'on' })).toBe(true)
})
