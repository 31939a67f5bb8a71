import { expect, test } from 'vitest'
import { readConfig } from '../../config/config.ts'
import {
  addBusinessTime,
  type BusinessHours,
  dateIn,
  startOfDay,
  wallClockShifts,
  yearIn,
} from './business-hours.ts'

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

/** Federal holidays as the Office of Personnel Management lists the days they are observed on. */
const observed: Readonly<Record<number, string>> = {
  2026: '01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25',
  2027: '01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31',
  2028: '01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25',
  2032: '01-01 01-19 02-16 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31',
}
const asConfigured = readConfig({ NODE_ENV: 'test' }).config.app.forms.businessHours

test.each(Object.entries(observed))('in %s no time passes on the days that are observed', (year, dates) => {
  const closed: string[] = []
  for (let ms = Date.parse(`${year}-01-01`); ms < Date.parse(`${Number(year) + 1}-01-01`); ms += 86_400_000) {
    const date = new Date(ms)
    if ([0, 6].includes(date.getUTCDay())) continue
    const midnight = startOfDay(date.toISOString().slice(0, 10), asConfigured.timeZone)
    if (addBusinessTime(midnight, hourMs, asConfigured) !== midnight + hourMs)
      closed.push(date.toISOString().slice(5, 10))
  }
  expect(closed.join(' ')).toBe(dates)
})

test('who works on Saturdays takes the day itself, and a date that is given once is not moved', () => {
  const days = new Set([1, 2, 3, 4, 5, 6])
  const hours = { ...wholeDays, days, holidays: new Set(['07-04']) }
  expect(after('2026-07-03T17:00:00.000Z', 1, hours)).toBe('2026-07-03T18:00:00.000Z')
  expect(after('2026-07-04T17:00:00.000Z', 1, hours)).toBe('2026-07-06T08:00:00.000Z')
  const once = { ...wholeDays, holidays: new Set(['2026-07-04']) }
  expect(after('2026-07-03T17:00:00.000Z', 1, once)).toBe('2026-07-03T18:00:00.000Z')
})

test('days begin at midnight where the organisation is, also when its clock is changed', () => {
  for (const [date, start] of [
    ['2026-11-01', '2026-11-01T07:00:00.000Z'],
    ['2026-11-02', '2026-11-02T08:00:00.000Z'],
    ['2027-03-14', '2027-03-14T08:00:00.000Z'],
    ['2027-03-15', '2027-03-15T07:00:00.000Z'],
  ] as const) {
    expect(new Date(startOfDay(date, 'America/Los_Angeles')).toISOString()).toBe(start)
    expect(dateIn(Date.parse(start), 'America/Los_Angeles')).toBe(date)
    expect(dateIn(Date.parse(start) - 1, 'America/Los_Angeles')).not.toBe(date)
  }
})

test.each([
  [
    'America/Los_Angeles',
    ['2026-01-01T00:00:00.000Z -480', '2026-03-08T10:00:00.000Z -420', '2026-11-01T09:00:00.000Z -480'],
  ],
  ['UTC', ['2026-01-01T00:00:00.000Z 0']],
  ['America/Phoenix', ['2026-01-01T00:00:00.000Z -420']],
  ['Asia/Kathmandu', ['2026-01-01T00:00:00.000Z 345']],
  [
    'Australia/Lord_Howe',
    ['2026-01-01T00:00:00.000Z 660', '2026-04-04T15:00:00.000Z 630', '2026-10-03T15:30:00.000Z 660'],
  ],
])('the clock on the wall in %s, over a year', (timeZone, expected) => {
  const shifts = wallClockShifts(Date.parse('2026-01-01'), Date.parse('2027-01-01'), timeZone)
  expect(shifts.map(({ from, minutes }) => `${from} ${minutes}`)).toEqual(expected)
})
