export interface BusinessHours {
  /** IANA name. */
  readonly timeZone: string
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>
  /** Minutes after midnight; 1440 is the next midnight. */
  readonly opensAt: number
  readonly closesAt: number
  /**
   * `2026-11-26`; every year `12-25`, observed on the nearest working day where it falls on a weekend; `11-Thu-4` the fourth
   * Thursday of November, `05-Mon-last` the last Monday of May.
   */
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

/** So many days after this one, or before. */
export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

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

/** When the day begins where the organisation is. */
export const startOfDay = (date: string, timeZone: string): number =>
  instantOf(Date.parse(`${date}T00:00:00.000Z`), timeZone)

/** The day, such as `2026-11-26`, that it is where the organisation is. */
export const dateIn = (ms: number, timeZone: string): string =>
  new Date(wallMs(ms, timeZone)).toISOString().slice(0, 10)

/** How far the clock on the wall is ahead of UTC from `sinceMs` on, and when that changes before `untilMs`. */
export function wallClockShifts(sinceMs: number, untilMs: number, timeZone: string) {
  const shiftAt = (ms: number) => ({
    from: new Date(ms).toISOString(),
    minutes: Math.round(offsetMs(ms, timeZone) / minuteMs),
  })
  const shifts = [shiftAt(sinceMs)]
  for (let day = sinceMs; day < untilMs; day += dayMs) {
    let [before, after] = [day, day + dayMs]
    if (offsetMs(before, timeZone) === offsetMs(after, timeZone)) continue
    while (after - before > minuteMs) {
      const middle = before + Math.floor((after - before) / 2)
      if (offsetMs(middle, timeZone) === offsetMs(day, timeZone)) before = middle
      else after = middle
    }
    shifts.push(shiftAt(Math.floor(after / minuteMs) * minuteMs))
  }
  return shifts
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Whether the day is in the list, by its own date or by its place in the month. */
function isListed(midnight: number, holidays: ReadonlySet<string>): boolean {
  const day = new Date(midnight)
  const date = day.toISOString().slice(0, 10)
  const inMonth = `${date.slice(5, 7)}-${weekdays[day.getUTCDay()]}`
  const isLast = new Date(midnight + 7 * dayMs).getUTCMonth() !== day.getUTCMonth()
  return (
    holidays.has(date) ||
    holidays.has(date.slice(5)) ||
    holidays.has(`${inMonth}-${Math.ceil(day.getUTCDate() / 7)}`) ||
    (isLast && holidays.has(`${inMonth}-last`))
  )
}

/** A yearly date on a Saturday is observed the day before, on a Sunday the day after, unless that is a working day. */
function isHoliday(midnight: number, { days, holidays }: BusinessHours): boolean {
  const isMovedFrom = (neighbor: number, weekday: number) =>
    new Date(neighbor).getUTCDay() === weekday &&
    !days.has(weekday) &&
    holidays.has(new Date(neighbor).toISOString().slice(5, 10))
  return isListed(midnight, holidays) || isMovedFrom(midnight + dayMs, 6) || isMovedFrom(midnight - dayMs, 0)
}

/** When business time begins and ends on a day; null where it has none. Remembered: every form asks about the same days. */
const openings = new WeakMap<BusinessHours, Map<number, { opens: number; closes: number } | null>>()

function openingOn(midnight: number, hours: BusinessHours) {
  let known = openings.get(hours)
  if (!known) {
    known = new Map()
    openings.set(hours, known)
  }
  let opening = known.get(midnight)
  if (opening === undefined) {
    const { timeZone, days, opensAt, closesAt } = hours
    opening =
      days.has(new Date(midnight).getUTCDay()) && !isHoliday(midnight, hours)
        ? {
            opens: instantOf(midnight + opensAt * minuteMs, timeZone),
            closes: instantOf(midnight + closesAt * minuteMs, timeZone),
          }
        : null
    if (known.size >= maxDays) known.clear()
    known.set(midnight, opening)
  }
  return opening
}

/** The moment by which `durationMs` of business time has passed since `startMs`. */
export function addBusinessTime(startMs: number, durationMs: number, hours: BusinessHours): number {
  let remainingMs = durationMs
  let midnight = Math.floor(wallMs(startMs, hours.timeZone) / dayMs) * dayMs
  for (let day = 0; day < maxDays; day++, midnight += dayMs) {
    const opening = openingOn(midnight, hours)
    if (!opening) continue
    const { closes } = opening
    const opens = Math.max(startMs, opening.opens)
    if (closes <= opens) continue
    if (remainingMs <= closes - opens) return opens + remainingMs
    remainingMs -= closes - opens
  }
  throw new RangeError('there are no business hours')
}
