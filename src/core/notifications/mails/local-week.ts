import { dayNumber } from '../../kernel/active-days.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Each person is written to at a time of their own, within what people call a working day. */
const firstMinute = 9 * 60
const minutesADay = 8 * 60
const daysOfWeek = 5
const rememberedZones = 500

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    if (formats.size >= rememberedZones) formats.clear()
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-GB', { timeZone, ...time })
    formats.set(timeZone, format)
  }
  return format
}

/** What calendar and clock on the wall there say, as if it were UTC. */
function wallMs(ms: number, timeZone: string): number {
  const [hours = 0, minutes = 0] = formatOf(timeZone).format(ms).split(':').map(Number)
  return dayNumber(ms, timeZone) * dayMs + (hours * 60 + minutes) * minuteMs
}

/** When the wall there shows this; where clocks leap over it, as long after the leap. */
function momentOf(wall: number, timeZone: string): number {
  const guess = wall - (wallMs(wall, timeZone) - wall)
  return guess + (wall - wallMs(guess, timeZone))
}

/** The Monday of the ISO week that the moment is in, in UTC, as an ISO day: it names the week in every zone. */
export function weekOf(ms: number): string {
  const day = Math.floor(ms / dayMs)
  // 1970-01-01 was a Thursday.
  const monday = day - ((((day + 3) % 7) + 7) % 7)
  return new Date(monday * dayMs).toISOString().slice(0, 10)
}

export const weekAfter = (week: string, weeks = 1): string =>
  new Date(Date.parse(week) + weeks * 7 * dayMs).toISOString().slice(0, 10)

/** When somebody is written to in a week: the same minute of every week, by their own calendar and clock. `seed` is a whole number. */
export function momentInWeek(week: string, timeZone: string, seed: number): number {
  const slot = seed % (daysOfWeek * minutesADay)
  const [day, minute] = [Math.floor(slot / minutesADay), firstMinute + (slot % minutesADay)]
  return momentOf(Date.parse(week) + day * dayMs + minute * minuteMs, timeZone)
}
