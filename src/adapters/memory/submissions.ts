import type { AuditLog } from '../../ports/audit.ts'
import { decodeCursor } from '../../ports/cursor.ts'
import type { QueuedMail } from '../../ports/mail-queue.ts'
import {
  type Alongside,
  isWaiting,
  type NewSubmission,
  placeOf,
  type Submission,
  SubmissionChanged,
  type SubmissionFilter,
  type Submissions,
  trackingNumberOf,
  type WallClockShift,
} from '../../ports/submissions.ts'

interface Row {
  readonly submission: Submission
  readonly idempotencyKey: string | null
  readonly contactHashes: readonly string[]
}

const dayMs = 86_400_000

/** 1970-01-01 was a Thursday. */
const mondayOf = (time: string, shifts: readonly WallClockShift[]): string => {
  const { minutes = 0 } = shifts.findLast(({ from }) => from <= time) ?? shifts[0] ?? {}
  const day = Math.floor((Date.parse(time) + minutes * 60_000) / dayMs)
  return new Date((day - ((day + 3) % 7)) * dayMs).toISOString().slice(0, 10)
}

const matches = ({ submission: s, contactHashes }: Row, filter: SubmissionFilter): boolean =>
  (filter.type === undefined || s.type === filter.type) &&
  (filter.status === undefined || s.status === filter.status) &&
  (filter.assignedTo === undefined || s.assignedTo === filter.assignedTo) &&
  (filter.trackingNumber === undefined || s.trackingNumber === filter.trackingNumber) &&
  (filter.urgency === undefined || s.metadata['urgency'] === filter.urgency) &&
  (filter.contactHashes?.some((hash) => contactHashes.includes(hash)) ?? true) &&
  (filter.updatedSince === undefined || s.updatedAt >= filter.updatedSince) &&
  (filter.isWaiting === undefined || isWaiting(s)) &&
  (filter.dueUntil === undefined || s.dueAt <= filter.dueUntil) &&
  (filter.retainedUntil === undefined || s.retainUntil <= filter.retainedUntil) &&
  (filter.isEscalated === undefined || (s.escalatedAt !== null) === filter.isEscalated) &&
  (filter.isErased === undefined || (s.erasedAt !== null) === filter.isErased) &&
  (filter.keyIdOtherThan === undefined || (s.keyId !== null && s.keyId !== filter.keyIdOtherThan))

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function createMemorySubmissions({
  audit,
  mailQueue,
}: {
  readonly audit: AuditLog
  readonly mailQueue: { enqueueNow(mail: QueuedMail): void }
}): Submissions {
  const rows = new Map<string, Row>()
  const numbers = new Map<string, number>()
  let versions = 0
  let tail: Promise<unknown> = Promise.resolve()

  /** One write after the other: what it found still holds when its audit entry has been appended. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = tail.then(work)
    tail = done.catch(() => {})
    return done
  }
  async function commit(row: Row, { audit: entry, mails }: Alongside): Promise<Submission> {
    await audit.append(entry)
    const { submission } = row
    rows.set(submission.id, row)
    const reference = submission.trackingNumber ?? submission.id
    for (const mail of mails) mailQueue.enqueueNow({ ...mail, reference: mail.reference ?? reference })
    return structuredClone(submission)
  }

  return {
    store(given: NewSubmission, givenAlongside) {
      const { trackingSeries, idempotencyKey, contactHashes, ...facts } = structuredClone(given)
      const alongside = structuredClone(givenAlongside)
      return inTurn(async () => {
        const known = [...rows.values()].find(
          (row) => idempotencyKey !== null && row.idempotencyKey === idempotencyKey,
        )
        if (known) return { submission: structuredClone(known.submission), isNew: false }
        const number = trackingSeries === null ? 0 : (numbers.get(trackingSeries) ?? 0) + 1
        const trackingNumber = trackingSeries === null ? null : trackingNumberOf(trackingSeries, number)
        const submission = { ...facts, trackingNumber, version: String(++versions) }
        const stored = await commit({ submission, idempotencyKey, contactHashes }, alongside)
        if (trackingSeries !== null) numbers.set(trackingSeries, number)
        return { submission: stored, isNew: true }
      })
    },
    async read(id) {
      const row = rows.get(id)
      return row ? structuredClone(row.submission) : null
    },
    async readByTrackingNumber(trackingNumber) {
      const row = [...rows.values()].find(({ submission }) => submission.trackingNumber === trackingNumber)
      return row ? structuredClone(row.submission) : null
    },
    change(id, version, given, givenAlongside) {
      const { contactHashes, ...change } = structuredClone(given)
      const alongside = structuredClone(givenAlongside)
      return inTurn(async () => {
        const row = rows.get(id)
        if (row?.submission.version !== version) throw new SubmissionChanged()
        const submission = { ...row.submission, ...change, version: String(++versions) }
        return commit({ ...row, submission, contactHashes: contactHashes ?? row.contactHashes }, alongside)
      })
    },
    async list(filter, { order, after, limit }) {
      const [time, sign] = order === 'newest' ? (['createdAt', -1] as const) : (['updatedAt', 1] as const)
      const compare = (a: Submission, b: Submission) =>
        sign * (byText(a[time], b[time]) || byText(a.id, b.id))
      const position = after === undefined ? undefined : decodeCursor(after)
      const found = [...rows.values()]
        .filter((row) => matches(row, filter))
        .map(({ submission }) => submission)
        .filter(
          (submission) =>
            !position ||
            sign * (byText(submission[time], String(position[0])) || byText(submission.id, position[1])) > 0,
        )
        .toSorted(compare)
      const items = found.slice(0, limit).map((submission) => structuredClone(submission))
      const last = items.at(-1)
      return last && found.length > limit ? { items, next: placeOf(last, order) } : { items }
    },
    async countWaiting({ now, most, urgency }) {
      const waiting = [...rows.values()]
        .map(({ submission }) => submission)
        .filter((each) => isWaiting(each) && (urgency === undefined || each.metadata['urgency'] === urgency))
      const first = urgency === undefined ? 'dueAt' : 'createdAt'
      return Object.entries(Object.groupBy(waiting, ({ status }) => status))
        .map(([status, all = []]) => {
          const counted = all.toSorted((a, b) => byText(a[first], b[first])).slice(0, most)
          return {
            status,
            submissions: counted.length,
            overdue: counted.filter(({ dueAt }) => dueAt <= now).length,
            oldestAt: counted.map(({ createdAt }) => createdAt).toSorted()[0] ?? '',
          }
        })
        .toSorted((a, b) => byText(a.status, b.status))
    },
    async report({ since, until, now, shifts }) {
      const all = [...rows.values()]
        .map(({ submission }) => submission)
        .filter(({ createdAt }) => createdAt >= since && createdAt < until)
      const groups = Object.values(
        Object.groupBy(
          all,
          ({ type, status, createdAt }) => `${type} ${status} ${mondayOf(createdAt, shifts)}`,
        ),
      )
      const counts = groups.flatMap((group) => {
        const first = group?.[0]
        return first
          ? {
              type: first.type,
              status: first.status,
              week: mondayOf(first.createdAt, shifts),
              submissions: group.length,
              overdue: group.filter((s) => isWaiting(s) && s.dueAt <= now).length,
            }
          : []
      })
      const reviewed = all.filter(({ reviewedAt }) => reviewedAt !== null)
      const firstReviews = Object.entries(Object.groupBy(reviewed, ({ type }) => type)).map(
        ([type, group = []]) => {
          const tookMs = group.map((s) => Date.parse(s.reviewedAt ?? '') - Date.parse(s.createdAt))
          return {
            type,
            reviewed: group.length,
            late: group.filter((s) => (s.reviewedAt ?? '') > (s.firstDueAt ?? s.dueAt)).length,
            averageMs: Math.round(tookMs.reduce((sum, ms) => sum + ms, 0) / group.length),
            longestMs: Math.max(...tookMs),
          }
        },
      )
      return {
        counts: counts.toSorted(
          (a, b) => byText(a.type, b.type) || byText(a.status, b.status) || byText(a.week, b.week),
        ),
        firstReviews: firstReviews.toSorted((a, b) => byText(a.type, b.type)),
      }
    },
  }
}
