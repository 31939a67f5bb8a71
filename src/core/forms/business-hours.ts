export interface BusinessHours {
  /** IANA name. */
  readonly timeZone: string
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>
  /** Minutes after midnight; 1440 is the next midnight. */
  readonly opensAt: number
  readonly closesAt: number
  /** `2026-11-26`, or every year `12-25`. */
  readonly holidays: ReadonlySet<string>
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Further ahead nothing is due: there are no business hours. */
const maxDays = 1_000

const formatters = new Map<string, Intl.DateTimeFormat>()
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, formatter)
  return formatter
}

/** Clocks are set forward and back at quarters of an hour. */
const quarterMs = 15 * 60_000
const rememberedOffsets = 10_000
const offsets = new Map<string, number>()

/** How far the clock on the wall is ahead of UTC. */
function offsetMs(ms: number, timeZone: string): number {
  const quarter = Math.floor(ms / quarterMs)
  const name = `${timeZone} ${quarter}`
  let offset = offsets.get(name)
  if (offset === undefined) {
    const parts = Object.fromEntries(
      formatterOf(timeZone)
        .formatToParts(quarter * quarterMs)
        .map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
    const { year, month, day, hour, minute, second } = parts
    offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter * quarterMs
    if (offsets.size >= rememberedOffsets) offsets.clear()
    offsets.set(name, offset)
  }
  return offset
}

/** What a clock on the wall shows, as if it were UTC. */
const wallMs = (ms: number, timeZone: string): number => ms + offsetMs(ms, timeZone)

/** When the wall clock shows this. The offset is taken twice because it may change in between. */
function instantOf(wall: number, timeZone: string): number {
  const first = wall - (wallMs(wall, timeZone) - wall)
  return wall - (wallMs(first, timeZone) - first)
}

/** The calendar year where the organisation is. */
export const yearIn = (ms: number, timeZone: string): number =>
  new Date(wallMs(ms, timeZone)).getUTCFullYear()

/** The moment by which `durationMs` of business time has passed since `startMs`. */
export function addBusinessTime(startMs: number, durationMs: number, hours: BusinessHours): number {
  const { timeZone, days, opensAt, closesAt, holidays } = hours
  let remainingMs = durationMs
  let midnight = Math.floor(wallMs(startMs, timeZone) / dayMs) * dayMs
  for (let day = 0; day < maxDays; day++, midnight += dayMs) {
    const date = new Date(midnight).toISOString().slice(0, 10)
    const isOpen =
      days.has(new Date(midnight).getUTCDay()) && !holidays.has(date) && !holidays.has(date.slice(5))
    if (!isOpen) continue
    const opens = Math.max(startMs, instantOf(midnight + opensAt * minuteMs, timeZone))
    const closes = instantOf(midnight + closesAt * minuteMs, timeZone)
    if (closes <= opens) continue
    if (remainingMs <= closes - opens) return opens + remainingMs
    remainingMs -= closes - opens
  }
  throw new RangeError('there are no business hours')
}
