import { expect, test } from 'vitest'
import {
  type Circumstances,
  type Decision,
  decide,
  silenceOf,
} from '../../../src/core/notifications/notices/decide.model.ts'
import { Channel, NoticeKind, standards } from '../../../src/core/notifications/notices/kinds.model.ts'
import {
  NotificationPreferences,
  shownPreferences,
  type TellingPreferences,
} from '../../../src/core/notifications/notices/preferences.model.ts'
import { endOf } from '../../../src/core/notifications/notices/quiet-hours.model.ts'

const noon = Date.parse('2026-07-15T12:00:00.000Z')
const untouched: TellingPreferences = { isPushOn: true, timeZone: 'America/Los_Angeles' }
const at = (preferences: Partial<TellingPreferences>, more: Partial<Circumstances> = {}): Circumstances => ({
  preferences: { ...untouched, ...preferences },
  mutedUntil: null,
  nowMs: noon,
  ...more,
})
/** Between 5 and 6 in the morning in Los Angeles. */
const quiet = { quietHours: { from: '22:00', to: '07:00' } }
const endOfQuiet = '2026-07-15T14:00:00.000Z'

const all = NoticeKind.options.flatMap((kind) => Channel.options.map((channel) => ({ kind, channel })))

test('an account that never said anything is told by the standards of each kind', () => {
  for (const { kind, channel } of all) {
    const told = ['always', 'on'].includes(standards[kind][channel])
    expect([kind, channel, decide({ kind }, channel, at({})).outcome]).toEqual([
      kind,
      channel,
      told ? 'told' : 'not_told',
    ])
  }
  const shown = shownPreferences({}, noon)
  expect(NotificationPreferences.parse(shown)).toEqual(shown)
})

test('whatever can be switched off is, and what is switched on is told', () => {
  for (const { kind, channel } of all) {
    const standard = standards[kind][channel]
    const off = decide({ kind }, channel, at({ kinds: { [kind]: { [channel]: false } } }))
    const on = decide({ kind }, channel, at({ kinds: { [kind]: { [channel]: true } } }))
    if (standard === 'always') expect([off.rule, on.rule]).toEqual(['always_told', 'always_told'])
    else if (standard === 'never')
      expect([off.rule, on.rule]).toEqual(['never_told_there', 'never_told_there'])
    else expect([off.rule, on.rule]).toEqual(['switched_off', 'switched_on'])
  }
})

test('with notifications off in the profile no device is woken, whatever the kind', () => {
  for (const { kind, channel } of all) {
    const kinds = { [kind]: { [channel]: true } }
    const decision = decide({ kind }, channel, at({ isPushOn: false, kinds }))
    if (channel === 'push') expect(decision).toEqual({ outcome: 'not_told', rule: 'push_off' })
    else expect(decision.rule).not.toBe('push_off')
  }
})

test('in quiet hours only the list goes on, and what nothing switches off, and nothing more comes on a screen', () => {
  for (const { kind, channel } of all) {
    const on = { kinds: { [kind]: { [channel]: true } } }
    const usual = decide({ kind }, channel, at(on))
    const decision = decide({ kind }, channel, at({ ...on, ...quiet }))
    if (usual.outcome === 'not_told' || channel === 'list') expect(decision).toEqual(usual)
    else if (standards[kind][channel] === 'always') expect(decision).toEqual(usual)
    else expect(decision).toEqual({ outcome: 'later', rule: 'quiet_hours', at: endOfQuiet })
  }
})

test('do not disturb ends into quiet hours, and both into the morning', () => {
  const doNotDisturbUntil = '2026-07-15T12:30:00.000Z'
  const {
    outcome,
    rule,
    at: when,
  } = decide({ kind: 'message' }, 'push', at({ doNotDisturbUntil })) as Extract<
    Decision,
    { outcome: 'later' }
  >
  expect([outcome, rule, when]).toEqual(['later', 'do_not_disturb', doNotDisturbUntil])
  expect(decide({ kind: 'message' }, 'push', at({ doNotDisturbUntil, ...quiet }))).toEqual({
    outcome: 'later',
    rule: 'do_not_disturb',
    at: endOfQuiet,
  })
  const over = '2026-07-15T11:59:59.999Z'
  expect(decide({ kind: 'message' }, 'push', at({ doNotDisturbUntil: over })).outcome).toBe('told')
})

test('what is muted makes no noise; that somebody was addressed is listed', () => {
  const muted = at({}, { mutedUntil: '2026-07-16T00:00:00.000Z' })
  const told = (kind: NoticeKind, channel: Channel) => decide({ kind }, channel, muted).rule
  expect([told('message', 'push'), told('message', 'list')]).toEqual(['muted', 'muted'])
  expect([told('mention', 'push'), told('mention', 'list')]).toEqual(['muted', 'switched_on'])
  expect(
    decide({ kind: 'message' }, 'push', at({}, { mutedUntil: '2026-07-15T12:00:00.000Z' })).outcome,
  ).toBe('told')
})

const end = (from: string, to: string, timeZone: string, now: string): string | null => {
  const ms = endOf({ from, to }, timeZone, Date.parse(now))
  return ms === null ? null : new Date(ms).toISOString()
}

test.each([
  ['through the night', '22:00', '07:00', '2026-01-15T08:00:00.000Z', '2026-01-15T15:00:00.000Z'],
  ['in the middle of a minute', '22:00', '07:00', '2026-01-15T14:59:59.999Z', '2026-01-15T15:00:00.000Z'],
  ['`to` does not belong to them', '22:00', '07:00', '2026-01-15T15:00:00.000Z', null],
  ['`from` does', '22:00', '07:00', '2026-01-16T06:00:00.000Z', '2026-01-16T15:00:00.000Z'],
  ['one minute before', '22:00', '07:00', '2026-01-16T05:59:59.999Z', null],
  ['within a day', '13:00', '15:30', '2026-01-15T22:00:00.000Z', '2026-01-15T23:30:00.000Z'],
  // Clocks go forward at 2:00 on March 8, 2026 (10:00 UTC): the night is an hour shorter.
  ['the short night', '22:00', '07:00', '2026-03-08T08:00:00.000Z', '2026-03-08T14:00:00.000Z'],
  ['an end that is leapt over', '22:00', '02:30', '2026-03-08T08:00:00.000Z', '2026-03-08T10:00:00.000Z'],
  // Clocks go back at 2:00 on November 1, 2026 (9:00 UTC): the night is an hour longer.
  ['the long night', '22:00', '07:00', '2026-11-01T06:00:00.000Z', '2026-11-01T15:00:00.000Z'],
  ['an end that comes twice', '22:00', '01:30', '2026-11-01T06:00:00.000Z', '2026-11-01T08:30:00.000Z'],
  ['and its second time', '22:00', '01:30', '2026-11-01T09:10:00.000Z', '2026-11-01T09:30:00.000Z'],
])('quiet hours go by the wall: %s', (_, from, to, now, expected) => {
  expect(end(from, to, 'America/Los_Angeles', now)).toBe(expected)
})

test('wherever and whenever it is asked, quiet hours end at the first minute that is not in them', () => {
  const zones = [
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'UTC',
    'Asia/Kathmandu',
  ]
  const hours = [
    { from: '22:00', to: '07:00' },
    { from: '01:15', to: '02:45' },
    { from: '23:59', to: '00:01' },
    { from: '07:00', to: '06:59' },
  ]
  const starts = [
    '2026-03-07T20:00:00.000Z',
    '2026-10-31T20:00:00.000Z',
    '2026-04-04T08:00:00.000Z',
    '2026-02-14T18:00:00.000Z',
  ]
  for (const timeZone of zones)
    for (const daily of hours)
      for (const start of starts)
        for (let step = 0; step < 12; step++) {
          const now = Date.parse(start) + step * 127 * 60_000
          const found = endOf(daily, timeZone, now)
          if (found === null) continue
          expect(found).toBeGreaterThan(now)
          expect([timeZone, daily, found, endOf(daily, timeZone, found)]).toEqual([
            timeZone,
            daily,
            found,
            null,
          ])
          expect(endOf(daily, timeZone, found - 60_000)).not.toBe(null)
        }
})

test('silence says until when, also for longer than a day', () => {
  const until = '2026-07-20T09:00:00.000Z'
  expect(silenceOf({ ...untouched, doNotDisturbUntil: until }, noon)?.untilMs).toBe(Date.parse(until))
})
