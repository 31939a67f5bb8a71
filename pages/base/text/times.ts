const isToday = (date: Date): boolean => date.toDateString() === new Date().toDateString()

/** The hour today, the date before. */
export function timeOf(timestamp: string): string {
  const date = new Date(timestamp)
  return isToday(date)
    ? hourOf(timestamp)
    : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
}

export const hourOf = (timestamp: string): string =>
  new Date(timestamp).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })

export function dayOf(timestamp: string): string {
  const date = new Date(timestamp)
  if (isToday(date)) return 'Today'
  const yesterday = new Date(Date.now() - 86_400_000)
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday'
  const isThisYear = date.getFullYear() === new Date().getFullYear()
  return date.toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  })
}

export const wholeTime = (timestamp: string): string =>
  new Date(timestamp).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'short' })

/** The date and the hour, short. */
export const momentOf = (timestamp: string): string =>
  new Date(timestamp).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
