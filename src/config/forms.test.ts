import { expect, test } from 'vitest'
import { configOf, namesOf, type Variables } from '../../test/config/reading.ts'

test('business hours, holidays and retention are read, or refused', () => {
  const formsOf = (environment: Variables) => configOf(environment).app.forms
  expect(formsOf({ FORMS_BUSINESS_HOURS: 'Mon-Thu,Sat 09:00-17:30' }).businessHours).toMatchObject({
    days: new Set([1, 2, 3, 4, 6]),
    opensAt: 540,
    closesAt: 1050,
    timeZone: 'America/Los_Angeles',
  })
  expect(formsOf({ FORMS_BUSINESS_HOURS: 'Fri-Mon 00:00-24:00' }).businessHours.days).toEqual(
    new Set([5, 6, 0, 1]),
  )
  expect(formsOf({ FORMS_NOTIFY: 'a@example.org, b@example.org' })).toMatchObject({
    notify: ['a@example.org', 'b@example.org'],
    escalate: ['a@example.org', 'b@example.org'],
    retentionDays: { contact: 2557, interest: 2557, referral: 2557 },
  })
  for (const [name, values] of Object.entries({
    FORMS_BUSINESS_HOURS: ['always', 'Mon-Fri 17:00-09:00', 'Mon-Fri 9-17', 'Mon-Fri 09:00-25:00'],
    FORMS_TIME_ZONE: ['Mars/Olympus'],
    FORMS_HOLIDAYS: ['13-01', '12-32', 'Christmas'],
    FORMS_RETENTION_DAYS: ['contact:10', 'contact:0,interest:1,referral:1', 'all:10'],
    FORMS_NOTIFY: ['nobody', 'a@b, c@example.org'],
  }))
    for (const value of values) expect([value, namesOf({ [name]: value })]).toEqual([value, [name]])
})
