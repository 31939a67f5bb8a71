const minuteMs = 60_000
const minutesOfDay = 24 * 60
const rememberedZones = 500

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    if (formats.size >= rememberedZones) formats.clear()
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  return format
}

/** Minutes since midnight on the wall there. */
function wallMinute(ms: number, timeZone: string): number {
  const [hours = 0, minutes = 0] = formatOf(timeZone).format(ms).split(':').map(Number)
  return hours * 60 + minutes
}

const minuteOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Around the day: `from` belongs to it, `to` does not. */
const isBetween = (minute: number, from: number, to: number): boolean =>
  from <= to ? from <= minute && minute < to : from <= minute || minute < to

const ahead = (from: number, to: number): number => (to - from + minutesOfDay) % minutesOfDay

/** The first minute after `startMs`, up to `endMs`, at which the clocks there have been put forward or back. */
function whenChanged(startMs: number, endMs: number, timeZone: string): number | null {
  const isAsBefore = (ms: number) =>
    ahead(wallMinute(startMs, timeZone), wallMinute(ms, timeZone)) ===
    Math.round((ms - startMs) / minuteMs) % minutesOfDay
  if (isAsBefore(endMs)) return null
  let [before, after] = [startMs, endMs]
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs
    if (isAsBefore(middle)) before = middle
    else after = middle
  }
  return after
}

/** As the clock on the wall shows them: `22:00` to `07:00` goes through the night. */
export interface DailyHours {
  readonly from: string
  readonly to: string
}

/**
 * When these hours are over, in milliseconds since 1970; null when `nowMs` is not in them. They go by the wall: a `to` that the
 * clocks leap over in spring is the moment of the leap.
 */
export function endOf({ from, to }: DailyHours, timeZone: string, nowMs: number): number | null {
  const [first, last] = [minuteOf(from), minuteOf(to)]
  const isIn = (ms: number) => isBetween(wallMinute(ms, timeZone), first, last)
  if (!isIn(nowMs)) return null
  let at = Math.floor(nowMs / minuteMs) * minuteMs
  // No zone puts its clocks more than once in a day.
  for (let changes = 0; changes <= 2; changes++) {
    const end = at + ahead(wallMinute(at, timeZone), last) * minuteMs
    const changedAt = whenChanged(at, end, timeZone)
    if (changedAt === null) return end
    if (!isIn(changedAt)) return changedAt
    at = changedAt
  }
  return at
}
