import { z } from 'zod'
import { csv } from './schemas.ts'

export const timeZone = z.string().refine(
  (name) => {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
    } catch {
      return false
    }
  },
  { message: 'must be a time zone such as America/Los_Angeles' },
)

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const day = weekdays.join('|')
const daysAndHours = new RegExp(
  `^((?:${day})(?:-(?:${day}))?(?:,(?:${day})(?:-(?:${day}))?)*) ([01]\\d|2[0-3]):([0-5]\\d)-((?:[01]\\d|2[0-3]):[0-5]\\d|24:00)$`,
)

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** `Mon-Fri 09:00-17:00`: days from 0 for Sunday, minutes since midnight. */
export const BusinessHours = z.string().transform((text, context) => {
  const [, days = '', hour, minute, closes = ''] = daysAndHours.exec(text) ?? []
  const opensAt = minutesOf(`${hour}:${minute}`)
  const closesAt = minutesOf(closes)
  if (days === '' || closesAt <= opensAt) {
    context.addIssue('must be days and hours such as Mon-Fri 09:00-17:00')
    return z.NEVER
  }
  const open = days.split(',').flatMap((part) => {
    const [first = -1, last = first] = part.split('-').map((name) => weekdays.indexOf(name))
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, i) => (first + i) % 7)
  })
  return { days: new Set(open), opensAt, closesAt }
})

export const holidays = csv.pipe(
  z.array(
    z
      .string()
      .regex(
        new RegExp(
          `^(?:(?:\\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])|(?:0[1-9]|1[0-2])-(?:${day})-(?:[1-5]|last))$`,
        ),
        'must be dates such as 12-25, 2026-11-26, 11-Thu-4 or 05-Mon-last',
      ),
  ),
)
