import { slos } from './objectives.ts'
import { probes } from './queries.ts'

/** What became of a promise, as far as lines tell. `broken: null`: they do not tell. */
export interface Kept {
  readonly name: string
  readonly objective: string
  readonly broken: boolean | null
  readonly says: string
}

interface Line {
  readonly at: string
  readonly event: string
  readonly [field: string]: unknown
}

const logInPaths = ['/api/v1/auth/login', '/api/v1/auth/login/mfa', '/api/v1/auth/login/passkey']
const slowMs = 1_000
const longMs = 10 * 60_000
const fastBurn = 14.4
const fewest = 5

interface Counts {
  all: number
  bad: number
}

function lineOf(text: string): Line | null {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof read !== 'object' || read === null) return null
  const { at, event } = read as Partial<Line>
  return typeof at === 'string' && Number.isFinite(Date.parse(at)) && typeof event === 'string'
    ? (read as Line)
    : null
}

const percent = (share: number): string => `${Number((share * 100).toFixed(3))} %`
const budgetOf = (objective: number, { all, bad }: Counts): string =>
  `${bad} of ${all} (${percent(all === 0 ? 1 : 1 - bad / all)} kept), ${percent(bad / (all * (1 - objective)))} of what may go wrong`

/** What of the promises was kept, by the JSON lines of a log: it is read once, and nothing of it but counts stays. */
export function createReport() {
  const times = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
  const lines = { told: 0, unreadable: 0 }
  const requests: Counts = { all: 0, bad: 0 }
  const logins: Counts = { all: 0, bad: 0 }
  const byHour = new Map<number, Counts>()
  const events = new Map<string, number>()
  let slow = 0
  let longestMailMs = 0

  function takeRequest({ route, method, status, durationMs }: Line, atMs: number): void {
    if (typeof route !== 'string' || typeof status !== 'number' || probes.includes(route)) return
    const isBad = status >= 500
    const hour = Math.floor(atMs / 3_600_000)
    const inHour = byHour.get(hour) ?? { all: 0, bad: 0 }
    byHour.set(hour, inHour)
    const isLogin = method === 'POST' && logInPaths.includes(route)
    for (const counts of [requests, inHour, ...(isLogin && (status < 400 || isBad) ? [logins] : [])]) {
      counts.all++
      if (isBad) counts.bad++
    }
    if (typeof durationMs === 'number' && durationMs > slowMs) slow++
  }

  function judge(name: string, share: number): Omit<Kept, 'name' | 'objective'> {
    const count = (event: string) => events.get(event) ?? 0
    const seen = (event: string, what: string) => ({
      broken: count(event) > 0,
      says: `${count(event)} lines \`${event}\`${what}`,
    })
    const untold = (says: string) => ({ broken: null, says })
    const ofCounts = (counts: Counts, more = '') =>
      counts.all === 0
        ? untold('no line tells')
        : { broken: counts.bad > counts.all * (1 - share), says: `${budgetOf(share, counts)}${more}` }
    switch (name) {
      case 'availability':
        return ofCounts(requests, burntIn(share))
      case 'latency':
        return requests.all === 0
          ? untold('no line tells')
          : {
              broken: slow > 0.05 * requests.all,
              says: `${slow} of ${requests.all} took longer than 1 s (${percent(slow / requests.all)})`,
            }
      case 'logins':
        return ofCounts(logins)
      case 'messages':
        return untold(
          `how long they take is in no line; ${count('announcement_failed')} were not handed over at the first try`,
        )
      case 'mail':
        return {
          broken: longestMailMs > longMs,
          says: `waited for ${Math.round(longestMailMs / 1_000)} s at most, of what was said to wait; ${count('mail_dead_letters')} lines tell of dead letters`,
        }
      case 'forms':
        return seen('forms_overdue', '')
      case 'jobs':
        return untold(
          `${count('job_failed') + count('deferred_work_failed')} runs failed; that one did not run at all is in no line`,
        )
      case 'audit':
        return seen(
          'audit_damaged',
          `, ${count('audit_anchored')} lines tell that its heads were kept elsewhere`,
        )
      default:
        return untold('no line tells')
    }
  }

  function burntIn(share: number): string {
    const hours = [...byHour].filter(
      ([, { all, bad }]) => bad >= fewest && bad > fastBurn * (1 - share) * all,
    )
    return hours.length === 0
      ? ''
      : `; more than ${fastBurn} times too fast in ${hours
          .map(([hour]) => new Date(hour * 3_600_000).toISOString().slice(0, 13))
          .toSorted()
          .join(', ')}`
  }

  return {
    take(text: string): void {
      if (text.trim() === '') return
      const line = lineOf(text)
      if (line === null) {
        lines.unreadable++
        return
      }
      lines.told++
      const atMs = Date.parse(line.at)
      times.first = Math.min(times.first, atMs)
      times.last = Math.max(times.last, atMs)
      if (line.event === 'request') {
        takeRequest(line, atMs)
        return
      }
      events.set(line.event, (events.get(line.event) ?? 0) + 1)
      const { waitingSinceMs } = line
      if (line.event === 'mail_waits' && typeof waitingSinceMs === 'number')
        longestMailMs = Math.max(longestMailMs, waitingSinceMs)
    },
    /** In the order of the table. Times are ISO; null where there is no line. */
    results: () => ({
      ...lines,
      from: lines.told === 0 ? null : new Date(times.first).toISOString(),
      until: lines.told === 0 ? null : new Date(times.last).toISOString(),
      kept: slos.map(
        ({ name, objective, ratio }): Kept => ({ name, objective, ...judge(name, ratio?.objective ?? 1) }),
      ),
    }),
  }
}
