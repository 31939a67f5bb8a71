import type { SQLInputValue } from 'node:sqlite'
import {
  submissionColumns as columns,
  countedVersion,
  submissionFields as fields,
  urgencyOf,
  waitingSql,
  waitingStatuses,
} from '../../dialects/submission-columns.ts'
import type { AuditKey, AuditKeys } from '../../ports/audit-keys.ts'
import { decodeCursor } from '../../ports/cursor.ts'
import {
  type Alongside,
  placeOf,
  type Submission,
  SubmissionChanged,
  type SubmissionFilter,
  type SubmissionReport,
  type Submissions,
  trackingNumberOf,
  type WaitingCount,
} from '../../ports/submissions.ts'
import { appendAudit } from './audit.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase, SqlRow } from './database.ts'
import { insertMail } from './mail-queue.ts'

const port = 'submissions'

const inserted = [...Object.values(columns), 'urgency', 'idempotency_key', 'version']
const insertSql = `insert into form_submissions (${inserted.join(', ')}) values (${inserted.map(() => '?').join(', ')})`

const toSql = (value: unknown): SQLInputValue =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as SQLInputValue)

const load = (row: SqlRow): Submission => ({
  ...(Object.fromEntries(fields.map((field) => [field, row[columns[field]]])) as unknown as Submission),
  attachments: JSON.parse(row['attachments'] as string),
  metadata: JSON.parse(row['metadata'] as string),
  version: String(row['version']),
})

/** Each part of a filter with its condition and values; where to begin is said by `sourceOf`. */
const conditions = {
  type: (type) => ['form_type = ?', type],
  status: (status) => ['status = ?', status],
  assignedTo: (userId) => ['assigned_to = ?', userId],
  trackingNumber: (number) => ['tracking_number = ?', number],
  urgency: (urgency) => ['urgency = ?', urgency],
  updatedSince: (time) => ['updated_at >= ?', time],
  isWaiting: () => [waitingSql],
  dueUntil: (time) => ['due_at <= ?', time],
  retainedUntil: (time) => ['retain_until <= ?', time],
  isEscalated: (is) => [`escalated_at is ${is ? 'not ' : ''}null`],
  isErased: (is) => [`erased_at is ${is ? 'not ' : ''}null`],
  keyIdOtherThan: (keyId) => ['key_id <> ?', keyId],
} satisfies {
  [K in Exclude<keyof SubmissionFilter, 'contactHashes'>]-?: (
    value: NonNullable<SubmissionFilter[K]>,
  ) => [string, ...SQLInputValue[]]
}

/** A cross join keeps its order: from the few with an address, not through all in the order of the answer. */
const sourceOf = (contactHashes: readonly string[] | undefined): string =>
  contactHashes === undefined
    ? 'form_submissions'
    : `(select distinct submission_id from submission_contacts
         where contact_hash in (${contactHashes.map(() => '?').join(', ')}))
       cross join form_submissions on id = submission_id`

const metadataOf = ({ metadata }: Pick<Submission, 'metadata'>): Submission['metadata'] =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  )

/** Texts and numbers, and one list. */
const copyOf = ({ audit, mails }: Alongside): Alongside => ({
  audit: { ...audit, changedFields: [...audit.changedFields] },
  mails: mails.map((mail) => ({ ...mail })),
})

export function createSqliteSubmissions({
  database,
  keys,
}: {
  readonly database: SqliteDatabase
  readonly keys: AuditKeys
}): Submissions {
  const selectOne = (column: string, value: string): Submission | null => {
    const row = database.get(port, `select * from form_submissions where ${column} = ?`, value)
    return row ? load(row) : null
  }
  /** Most people are new, and looking here costs a tenth of asking for their forms in order. */
  const isAnyKnown = (hashes: readonly string[]): boolean =>
    database.get(
      port,
      `select 1 from submission_contacts where contact_hash in (${hashes.map(() => '?').join(', ')}) limit 1`,
      ...hashes,
    ) !== undefined
  const insertContacts = (id: string, hashes: readonly string[]): void => {
    const different = [...new Set(hashes)]
    if (different.length === 0) return
    database.run(
      `insert into submission_contacts (contact_hash, submission_id) values ${different.map(() => '(?, ?)').join(', ')}`,
      ...different.flatMap((hash) => [hash, id]),
    )
  }
  const writeAlongside = (submission: Submission, { audit, mails }: Alongside, key: AuditKey): void => {
    appendAudit(database, audit, key)
    const reference = submission.trackingNumber ?? submission.id
    for (const mail of mails) insertMail(database, { ...mail, reference: mail.reference ?? reference })
  }
  const nextTrackingNumber = (series: string): string => {
    const row = database.get(
      port,
      `insert into tracking_numbers (series, last) values (?, 1)
       on conflict (series) do update set last = last + 1 returning last`,
      series,
    )
    return trackingNumberOf(series, Number(row?.['last']))
  }

  return {
    async store(given, givenAlongside) {
      const { trackingSeries, idempotencyKey, contactHashes: hashes, ...shared } = given
      // Lists are all in it that somebody could change meanwhile.
      const facts = {
        ...shared,
        attachments: [...shared.attachments],
        metadata: metadataOf(shared),
      }
      const contactHashes = [...hashes]
      const alongside = copyOf(givenAlongside)
      const key = await keys.active()
      return database.write(port, [], () => {
        const known = idempotencyKey === null ? null : selectOne('idempotency_key', idempotencyKey)
        if (known) return { submission: known, isNew: false }
        const trackingNumber = trackingSeries === null ? null : nextTrackingNumber(trackingSeries)
        const submission: Submission = { ...facts, trackingNumber, version: '1' }
        database.run(
          insertSql,
          ...fields.map((field) => toSql(submission[field])),
          urgencyOf(submission),
          idempotencyKey,
          1,
        )
        insertContacts(submission.id, contactHashes)
        writeAlongside(submission, alongside, key)
        return { submission, isNew: true }
      })
    },
    read: async (id) => selectOne('id', id),
    readByTrackingNumber: async (trackingNumber) => selectOne('tracking_number', trackingNumber),
    async change(id, version, given, givenAlongside) {
      const { contactHashes, ...change } = structuredClone(given)
      const alongside = structuredClone(givenAlongside)
      const key = await keys.active()
      const changed = fields.filter((field) => field in change)
      const counted = countedVersion(version)
      return database.write(
        port,
        [SubmissionChanged],
        () => {
          const row = database.get(
            port,
            `update form_submissions set ${changed.map((field) => `${columns[field]} = ?, `).join('')}${change.metadata ? 'urgency = ?, ' : ''}version = version + 1
           where id = ? and version = ? returning *`,
            ...changed.map((field) => toSql(change[field as keyof typeof change])),
            ...(change.metadata ? [urgencyOf({ metadata: change.metadata })] : []),
            id,
            counted,
          )
          if (!row) throw new SubmissionChanged()
          const submission = load(row)
          if (contactHashes) {
            database.run('delete from submission_contacts where submission_id = ?', id)
            insertContacts(id, contactHashes)
          }
          writeAlongside(submission, alongside, key)
          return submission
        },
        { refusesFirst: true },
      )
    },
    async list({ contactHashes, ...filter }, { order, after, limit }) {
      if (contactHashes && !isAnyKnown(contactHashes)) return { items: [] }
      const [column, operator, direction] =
        order === 'newest' ? (['created_at', '<', 'desc'] as const) : (['updated_at', '>', 'asc'] as const)
      const position = after === undefined ? undefined : decodeCursor(after)
      const parts = Object.entries(filter)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => conditions[name as keyof typeof conditions](value as never))
      const where = [
        ...parts.map(([condition]) => condition),
        ...(position ? [`(${column}, id) ${operator} (?, ?)`] : []),
      ]
      const rows = database.all(
        port,
        `select form_submissions.* from ${sourceOf(contactHashes)}
         ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
         order by ${column} ${direction}, id ${direction} ${limitedTo}`,
        ...(contactHashes ?? []),
        ...parts.flatMap(([, ...values]) => values),
        ...(position ?? []),
        limit + 1,
      )
      const items = rows.slice(0, limit).map(load)
      const last = items.at(-1)
      return last && rows.length > limit ? { items, next: placeOf(last, order) } : { items }
    },
    async countWaiting({ now, most, urgency }) {
      const [ofUrgency, order, urgencies] =
        urgency === undefined
          ? ['', 'due_at', []]
          : (['and urgency = ?', 'created_at, id', [urgency]] as const)
      return waitingStatuses.flatMap((status) => {
        const row = database.get(
          port,
          `select count(*) as submissions, sum(due_at <= ?) as overdue, min(created_at) as oldestAt
           from (select due_at, created_at from form_submissions where ${waitingSql} and status = ? ${ofUrgency}
                 order by ${order} ${limitedTo})`,
          now,
          status,
          ...urgencies,
          most,
        )
        return row?.['submissions'] ? [{ status, ...row } as unknown as WaitingCount] : []
      })
    },
    async report({ since, until, now, shifts: [first, ...later] }) {
      const latestFirst = later.toReversed()
      const wall = `case ${latestFirst.map(() => 'when created_at >= ? then ?').join(' ')} else ? end`
      const counts = database.all(
        port,
        `select form_type as type, status, date(created_at, ${latestFirst.length > 0 ? wall : '?'}, 'weekday 0', '-6 days') as week, count(*) as submissions,
                sum(${waitingSql} and due_at <= ?) as overdue
         from form_submissions where created_at >= ? and created_at < ? group by 1, 2, 3 order by 1, 2, 3`,
        ...latestFirst.flatMap(({ from, minutes }) => [from, `${minutes} minutes`]),
        `${first?.minutes ?? 0} minutes`,
        now,
        since,
        until,
      )
      const firstReviews = database.all(
        port,
        `select type, count(*) as reviewed, sum(reviewed_at > coalesce(first_due_at, due_at)) as late,
                cast(round(avg(took)) as integer) as averageMs, max(took) as longestMs
         from (select form_type as type, reviewed_at, due_at, first_due_at,
                      cast(round((julianday(reviewed_at) - julianday(created_at)) * 86400000) as integer) as took
               from form_submissions where created_at >= ? and created_at < ? and reviewed_at is not null)
         group by type order by type`,
        since,
        until,
      )
      return {
        counts: counts.map((row) => ({ ...row })),
        firstReviews: firstReviews.map((row) => ({ ...row })),
      } as unknown as SubmissionReport
    },
  }
}
