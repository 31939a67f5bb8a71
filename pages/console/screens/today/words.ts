import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

type Status = Of<(typeof v1)['admin']['today']['$get']>['health']['status']

export const healthWords: Readonly<
  Record<Status, { readonly look: 'good' | 'warn' | 'bad'; readonly text: string }>
> = {
  ready: { look: 'good', text: 'Everything works' },
  degraded: { look: 'warn', text: 'It serves, and somebody has to look at it' },
  not_ready: { look: 'bad', text: 'Something that it stands on is down' },
  stopping: { look: 'warn', text: 'It is being stopped' },
}
export const concernWords: Readonly<Record<string, string>> = {
  mail_stands_still: 'Mail has waited for 15 minutes.',
  jobs_stand_still: 'Jobs stand still: see below.',
  clock_behind_keys: 'The clock of the server is behind its keys.',
  client_address_unknown: 'Requests come of which nobody says who sent them, so that no limit counts them.',
}

/** `90`: 90 seconds; `3600`: 60 minutes; a day and more: days. */
export function everyWords(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}
