import { expect, test } from 'vitest'
import { addBusinessTime, type BusinessHours, yearIn } from './business-hours.ts'

const hourMs = 60 * 60_000
const wholeDays: BusinessHours = {
  timeZone: 'America/Los_Angeles',
  days: new Set([1, 2, 3, 4, 5]),
  opensAt: 0,
  closesAt: 24 * 60,
  holidays: new Set(['12-25', '2026-11-26']),
}
const officeHours = { ...wholeDays, opensAt: 9 * 60, closesAt: 17 * 60 }
const after = (start: string, hours: number, calendar: BusinessHours) =>
  new Date(addBusinessTime(Date.parse(start), hours * hourMs, calendar)).toISOString()

test.each([
  ['on working days they pass as they do', '2026-11-23T18:00:00.000Z', '2026-11-25T18:00:00.000Z'],
  ['Friday evening, over the weekend', '2026-11-21T02:00:00.000Z', '2026-11-25T02:00:00.000Z'],
  ['Saturday counts from Monday', '2026-11-21T20:00:00.000Z', '2026-11-25T08:00:00.000Z'],
  ['Thanksgiving, once, and the weekend after', '2026-11-25T20:00:00.000Z', '2026-11-30T20:00:00.000Z'],
  ['Christmas, every year', '2026-12-24T20:00:00.000Z', '2026-12-29T20:00:00.000Z'],
  ['over the end of summer time', '2026-10-30T19:00:00.000Z', '2026-11-03T20:00:00.000Z'],
  ['over its beginning', '2026-03-06T20:00:00.000Z', '2026-03-10T19:00:00.000Z'],
])('48 hours on whole working days: %s', (_, start, due) => expect(after(start, 48, wholeDays)).toBe(due))

test.each([
  ['within a day', '2026-11-23T18:00:00.000Z', 3, '2026-11-23T21:00:00.000Z'],
  ['into the next morning', '2026-11-24T00:00:00.000Z', 2, '2026-11-24T18:00:00.000Z'],
  ['from the night on', '2026-11-24T08:00:00.000Z', 8, '2026-11-25T01:00:00.000Z'],
  ['days of eight hours', '2026-11-23T17:00:00.000Z', 16, '2026-11-25T01:00:00.000Z'],
])('office hours: %s', (_, start, hours, due) => expect(after(start, hours, officeHours)).toBe(due))

test('a calendar without business hours is said to be one', () => {
  expect(() => after('2026-11-23T18:00:00.000Z', 1, { ...wholeDays, days: new Set() })).toThrow(RangeError)
})

test('the year changes at midnight where the organisation is', () => {
  expect(yearIn(Date.parse('2027-01-01T07:59:59.999Z'), 'America/Los_Angeles')).toBe(2026)
  expect(yearIn(Date.parse('2027-01-01T08:00:00.000Z'), 'America/Los_Angeles')).toBe(2027)
})
