import { addRanges, type Range } from './ranges.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
/** Runs of days that are remembered: enough for what arrives late to close a gap. */
const rememberedRuns = 20
const rememberedZones = 500

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** The minute that was asked for last, and its day: no zone changes its day in the middle of one. */
  minute: number
  day: number
}

const zones = new Map<string, Zone>()

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone)
  if (!zone) {
    if (zones.size >= rememberedZones) zones.clear()
    const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, ...day })
    zone = { format, minute: Number.NaN, day: Number.NaN }
    zones.set(timeZone, zone)
  }
  return zone
}

export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/** The day of the calendar on the wall of that zone, counted from 1970-01-01: days are whole, whatever the clocks do. */
export function dayNumber(ms: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  const minute = Math.floor(ms / minuteMs)
  if (zone.minute !== minute) {
    zone.day = Date.parse(`${zone.format.format(ms)}T00:00:00.000Z`) / dayMs
    zone.minute = minute
  }
  return zone.day
}

/** Days on which somebody was active, as runs of day numbers, and the longest run there ever was. */
export interface ActiveDays {
  readonly runs: readonly Range[]
  readonly longest: number
}

export const noActiveDays: ActiveDays = { runs: [], longest: 0 }

export const wasActiveOn = ({ runs }: ActiveDays, day: number): boolean =>
  runs.some(([from, to]) => from <= day && day < to)

/** Also for a day that is over: what arrives late may join two runs. */
export function withActiveDay(days: ActiveDays, day: number): ActiveDays {
  if (wasActiveOn(days, day)) return days
  const runs = addRanges(days.runs, [[day, day + 1]]).slice(-rememberedRuns)
  return { runs, longest: Math.max(days.longest, ...runs.map(([from, to]) => to - from)) }
}

/** Days in a row up to today, or up to yesterday while today is still open. */
export function streakOn({ runs }: ActiveDays, today: number): number {
  const run = runs.find(([from, to]) => from <= today && today <= to)
  return run ? Math.min(run[1], today + 1) - run[0] : 0
}
