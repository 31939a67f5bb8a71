import {
  submissionColumns as columns,
  countedVersion,
  type SubmissionField as Field,
  submissionFields as fields,
  submissionTimes,
  urgencyOf,
  waitingSql,
  waitingStatuses,
} from '../../dialects/submission-columns.ts'
import type { AuditKey, AuditKeys } from '../../ports/audit-keys.ts'
import {
  type Alongside,
  placeOf,
  type Submission,
  SubmissionChanged,
  type SubmissionFilter,
  type Submissions,
  trackingNumberOf,
  type WallClockShift,
} from '../../ports/submissions.ts'
import { appendAudit } from './audit.ts'
import {
  type AzureSqlDatabase,
  decodeTimeCursor,
  fromSql,
  type Run,
  type SqlRow,
  toTime,
} from './database.ts'
import { insertMail } from './mail-queue.ts'
import { listOf, type SqlValue, type SqlValues, textsOf } from './parameters.ts'

const port = 'submissions'

const selected = [...Object.values(columns), 'version'].join(', ')

function toSql(field: Field, value: unknown): SqlValue {
  if (value === null) return null
  if (submissionTimes.has(field)) return toTime(value as string)
  return typeof value === 'object' ? JSON.stringify(value) : (value as SqlValue)
}

const valuesOf = (facts: Partial<Submission>, named: readonly Field[]): SqlValues =>
  Object.fromEntries(named.map((field) => [field, toSql(field, facts[field])]))

const load = (row: SqlRow): Submission => ({
  ...(Object.fromEntries(
    fields.map((field) => [field, fromSql(row[columns[field]])]),
  ) as unknown as Submission),
  attachments: JSON.parse(row['attachments'] as string),
  metadata: JSON.parse(row['metadata'] as string),
  version: String(row['version']),
})

const insertSql = `insert into form_submissions (${selected}, urgency, idempotency_key)
  values (${fields.map((field) => `@${field}`).join(', ')}, 1, @urgency, @idempotencyKey)`

/** Each part of a filter with its condition and its value. */
const conditions = {
  type: (type) => ['form_type = @type', type],
  status: (status) => ['status = @status', status],
  assignedTo: (userId) => ['assigned_to = @assignedTo', userId],
  trackingNumber: (number) => ['tracking_number = @trackingNumber', number],
  urgency: (urgency) => ['urgency = @urgency', urgency],
  contactHashes: (hashes) => [
    `id in (select submission_id from submission_contacts
       where contact_hash in (${textsOf('contactHashes')}))`,
    listOf(hashes),
  ],
  updatedSince: (time) => ['updated_at >= @updatedSince', toTime(time)],
  isWaiting: () => [waitingSql],
  dueUntil: (time) => ['due_at <= @dueUntil', toTime(time)],
  retainedUntil: (time) => ['retain_until <= @retainedUntil', toTime(time)],
  isEscalated: (is) => [`escalated_at is ${is ? 'not ' : ''}null`],
  isErased: (is) => [`erased_at is ${is ? 'not ' : ''}null`],
  keyIdOtherThan: (keyId) => ['key_id <> @keyIdOtherThan', keyId],
} satisfies {
  [K in keyof SubmissionFilter]-?: (value: NonNullable<SubmissionFilter[K]>) => [string, SqlValue?]
}

/** The Monday on or before which the days are counted from, as the database counts them. */
const firstMonday = '1900-01-01'
const mondayOf = (week: number): string =>
  new Date(Date.parse(firstMonday) + week * 7 * 86_400_000).toISOString().slice(0, 10)

const countsSql = (latestFirst: readonly WallClockShift[]) => `with weeks as (
    select form_type, status,
      datediff(day, '${firstMonday}', dateadd(minute, case
        ${latestFirst.map((_, i) => `when created_at >= @from${i} then @minutes${i}`).join(' ')}
        when 1 = 1 then @minutes else 0 end, created_at)) / 7 as week,
      case when ${waitingSql} and due_at <= @now then 1 else 0 end as is_overdue
    from form_submissions where created_at >= @since and created_at < @until
  )
  select form_type, status, week, count(*) as submissions, sum(is_overdue) as overdue
  from weeks group by form_type, status, week order by form_type, status, week`

const waitingCountSql = (isOfUrgency: boolean) => `with waiting as (
    select top (@most) due_at, created_at from form_submissions where ${waitingSql} and status = @status
    ${isOfUrgency ? 'and urgency = @urgency order by created_at, id' : 'order by due_at'}
  )
  select count(*) as submissions, sum(case when due_at <= @now then 1 else 0 end) as overdue,
    min(created_at) as oldest_at
  from waiting`

const firstReviewsSql = `select form_type, count(*) as reviewed,
    sum(case when reviewed_at > coalesce(first_due_at, due_at) then 1 else 0 end) as late,
    round(avg(cast(took as float)), 0) as average_ms, max(took) as longest_ms
  from (
    select form_type, reviewed_at, due_at, first_due_at, datediff_big(millisecond, created_at, reviewed_at) as took
    from form_submissions where created_at >= @since and created_at < @until and reviewed_at is not null
  ) as reviews
  group by form_type order by form_type`

/**
 * The row of the series is locked from here to the commit: the next number waits for it, and a number whose submission
 * does not commit is taken again.
 */
async function nextTrackingNumber(run: Run, series: string): Promise<string> {
  const { rows } = await run(
    `update tracking_numbers with (updlock, holdlock) set last = last + 1 output inserted.last
     where series = @series`,
    { series },
  )
  if (rows[0] === undefined)
    await run('insert into tracking_numbers (series, last) values (@series, 1)', { series })
  return trackingNumberOf(series, Number(rows[0]?.['last'] ?? 1))
}

async function insertContacts(run: Run, id: string, hashes: readonly string[]): Promise<void> {
  if (hashes.length > 0)
    await run(
      `insert into submission_contacts (contact_hash, submission_id)
       select contact_hash, @id from (${textsOf('hashes')}) as contacts (contact_hash)`,
      { id, hashes: listOf(hashes) },
    )
}

async function writeAlongside(
  run: Run,
  submission: Submission,
  { audit, mails }: Alongside,
  key: AuditKey,
): Promise<void> {
  const reference = submission.trackingNumber ?? submission.id
  for (const mail of mails) await insertMail(run, { ...mail, reference: mail.reference ?? reference })
  await appendAudit(run, audit, key)
}

export function createAzureSqlSubmissions({
  database,
  keys,
}: {
  readonly database: AzureSqlDatabase
  readonly keys: AuditKeys
}): Submissions {
  async function selectOne(
    run: Run,
    by: 'id' | 'trackingNumber' | 'idempotencyKey',
    value: string,
  ): Promise<Submission | null> {
    const column = by === 'idempotencyKey' ? 'idempotency_key' : columns[by]
    const { rows } = await run(`select ${selected} from form_submissions where ${column} = @${by}`, {
      [by]: value,
    })
    return rows[0] ? load(rows[0]) : null
  }
  const runAlone: Run = (...statement) => database.run(port, ...statement)

  return {
    async store(given, givenAlongside) {
      const { trackingSeries, idempotencyKey, contactHashes, ...facts } = structuredClone(given)
      const alongside = structuredClone(givenAlongside)
      const key = await keys.active()
      return database.write(port, [], async (run) => {
        const known = idempotencyKey === null ? null : await selectOne(run, 'idempotencyKey', idempotencyKey)
        if (known) return { submission: known, isNew: false }
        const trackingNumber = trackingSeries === null ? null : await nextTrackingNumber(run, trackingSeries)
        const submission: Submission = { ...facts, trackingNumber, version: '1' }
        await run(insertSql, {
          ...valuesOf(submission, fields),
          urgency: urgencyOf(submission),
          idempotencyKey,
        })
        await insertContacts(run, submission.id, contactHashes)
        await writeAlongside(run, submission, alongside, key)
        return { submission, isNew: true }
      })
    },
    read: (id) => selectOne(runAlone, 'id', id),
    readByTrackingNumber: (trackingNumber) => selectOne(runAlone, 'trackingNumber', trackingNumber),
    async change(id, version, given, givenAlongside) {
      const { contactHashes, ...change } = structuredClone(given)
      const alongside = structuredClone(givenAlongside)
      const key = await keys.active()
      const changed = fields.filter((field) => field in change)
      const counted = countedVersion(version)
      return database.write(port, [SubmissionChanged], async (run) => {
        const { rows } = await run(
          `update form_submissions
           set ${changed.map((field) => `${columns[field]} = @${field}, `).join('')}${change.metadata ? 'urgency = @urgency, ' : ''}version = version + 1
           output ${[...Object.values(columns), 'version'].map((column) => `inserted.${column}`).join(', ')}
           where id = @id and version = @version`,
          {
            ...valuesOf(change, changed),
            ...(change.metadata ? { urgency: urgencyOf({ metadata: change.metadata }) } : {}),
            id,
            version: counted,
          },
        )
        if (!rows[0]) throw new SubmissionChanged()
        const submission = load(rows[0])
        if (contactHashes) {
          await run('delete from submission_contacts where submission_id = @id', { id })
          await insertContacts(run, id, contactHashes)
        }
        await writeAlongside(run, submission, alongside, key)
        return submission
      })
    },
    async list(filter, { order, after, limit }) {
      const [time, operator, direction] =
        order === 'newest' ? (['createdAt', '<', 'desc'] as const) : (['updatedAt', '>', 'asc'] as const)
      const column = columns[time]
      const position = after === undefined ? undefined : decodeTimeCursor(after)
      const values: { -readonly [name in keyof SqlValues]: SqlValue } = { limit: limit + 1, ...position }
      const where: string[] = []
      for (const [name, wanted] of Object.entries(filter)) {
        if (wanted === undefined) continue
        const [condition, value] = conditions[name as keyof SubmissionFilter](wanted as never)
        where.push(condition)
        if (value !== undefined) values[name as keyof SubmissionFilter & keyof SqlValues] = value
      }
      if (position)
        where.push(`${column} ${operator}= @time and (${column} ${operator} @time or id ${operator} @lastId)`)
      const { rows } = await database.run(
        port,
        `select top (@limit) ${selected} from form_submissions
         ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
         order by ${column} ${direction}, id ${direction}`,
        values,
      )
      const items = rows.slice(0, limit).map(load)
      const last = items.at(-1)
      return last && rows.length > limit ? { items, next: placeOf(last, order) } : { items }
    },
    async countWaiting({ now, most, urgency }) {
      const ofUrgency = urgency === undefined ? {} : { urgency }
      const values = { now: toTime(now), most, ...ofUrgency }
      const sql = waitingCountSql(urgency !== undefined)
      const counts = await Promise.all(
        waitingStatuses.map(async (status) => {
          const { rows } = await database.run(port, sql, { ...values, status })
          const [row] = rows
          return {
            status,
            submissions: Number(row?.['submissions']),
            overdue: Number(row?.['overdue']),
            oldestAt: fromSql(row?.['oldest_at']) as string,
          }
        }),
      )
      return counts.filter(({ submissions }) => submissions > 0)
    },
    async report({ since, until, now, shifts: [first, ...later] }) {
      const period = { since: toTime(since), until: toTime(until) }
      const latestFirst = later.toReversed()
      const shifts = latestFirst.flatMap(({ from, minutes }, i) => [
        [`from${i}`, toTime(from)] as const,
        [`minutes${i}`, minutes] as const,
      ])
      const [counts, firstReviews] = await Promise.all([
        database.run(port, countsSql(latestFirst), {
          ...period,
          now: toTime(now),
          minutes: first?.minutes ?? 0,
          ...Object.fromEntries(shifts),
        }),
        database.run(port, firstReviewsSql, period),
      ])
      return {
        counts: counts.rows.map((row) => ({
          type: row['form_type'] as string,
          status: row['status'] as string,
          week: mondayOf(Number(row['week'])),
          submissions: Number(row['submissions']),
          overdue: Number(row['overdue']),
        })),
        firstReviews: firstReviews.rows.map((row) => ({
          type: row['form_type'] as string,
          reviewed: Number(row['reviewed']),
          late: Number(row['late']),
          averageMs: Number(row['average_ms']),
          longestMs: Number(row['longest_ms']),
        })),
      }
    },
  }
}
