import { inSlices } from '../../dialects/in-slices.ts'
import {
  type ClaimedMail,
  type DeadCount,
  type DeadMail,
  type MailQueue,
  probeMail,
  type QueuedMail,
} from '../../ports/mail-queue.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase, SqlRow } from './database.ts'

const port = 'mail-queue'

const load = (row: SqlRow): ClaimedMail =>
  ({
    id: row['id'],
    key: row['occasion'],
    template: row['template'],
    recipient: row['recipient'],
    priority: row['priority'],
    reference: row['reference'],
    sealed: row['sealed'],
    createdAt: row['created_at'],
    dueAt: row['due_at'],
    expiresAt: row['expires_at'],
    attempts: row['attempts'],
  }) as ClaimedMail

const revivedSql = `state = 'waiting', attempts = 0, reason = null, code = null, settled_at = null, due_at = ?,
  waiting_since = ?`

/** Inside `write` only. */
export const insertMail = (database: SqliteDatabase, mail: QueuedMail): number =>
  database.run(
    `insert into mail_outbox (id, occasion, template, recipient, priority, reference, sealed, created_at, due_at, expires_at,
       waiting_since)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (occasion) do nothing`,
    mail.id,
    mail.key,
    mail.template,
    mail.recipient,
    mail.priority,
    mail.reference,
    mail.sealed,
    mail.createdAt,
    mail.dueAt,
    mail.expiresAt,
    mail.dueAt,
  )

/** So few that others do not wait for them. */
const rowsAtOnce = 500

export const createSqliteMailQueue = ({
  database,
  sliceRows = rowsAtOnce,
}: {
  readonly database: SqliteDatabase
  readonly sliceRows?: number
}): MailQueue => ({
  async enqueue(given) {
    const mail = { ...given }
    await database.write(port, [], () => insertMail(database, mail))
  },
  probe: () =>
    database.write(port, [], () => {
      insertMail(database, probeMail)
      database.run('delete from mail_outbox where id = ?', probeMail.id)
    }),
  claim: ({ lease, now, leaseUntil, limit, priorities: { least, most } }) =>
    database.write(port, [], () => {
      database.run(
        `update mail_outbox set lease = ?, lease_until = ?, attempts = attempts + 1
         where id in (select id from mail_outbox
           where state = 'waiting' and due_at <= ? and (lease_until is null or lease_until <= ?)
             and priority between ? and ?
           order by priority, due_at, id ${limitedTo})`,
        lease,
        leaseUntil,
        now,
        now,
        least,
        most,
        limit,
      )
      return database
        .all(
          port,
          `select * from mail_outbox where state = 'waiting' and lease = ? order by priority, due_at, id`,
          lease,
        )
        .map(load)
    }),
  settle: (id, lease, outcome) =>
    database.write(port, [], () => {
      if (outcome.state === 'gone')
        return (
          database.run(
            `delete from mail_outbox where id = ? and state = 'waiting' and lease = ?`,
            id,
            lease,
          ) > 0
        )
      const isOver = outcome.state === 'sent' || outcome.state === 'expired'
      const changes = database.run(
        `update mail_outbox set state = ?, lease = null, lease_until = null, due_at = ifnull(?, due_at),
           reason = ifnull(?, reason), code = ?, settled_at = ?, sealed = case when ? then '' else sealed end
         where id = ? and state = 'waiting' and lease = ?`,
        outcome.state,
        outcome.state === 'waiting' ? outcome.dueAt : null,
        'reason' in outcome ? outcome.reason : null,
        'reason' in outcome ? (outcome.code ?? null) : null,
        'at' in outcome ? outcome.at : null,
        Number(isOver),
        id,
        lease,
      )
      return changes > 0
    }),
  async counts() {
    const row = database.get(
      port,
      `select (select count(*) from mail_outbox where state = 'waiting') as waiting,
              (select count(*) from mail_outbox where state = 'dead') as dead,
              (select coalesce(waiting_since, created_at) from mail_outbox where state = 'waiting'
                 order by coalesce(waiting_since, created_at) limit 1) as oldest`,
    )
    return {
      waiting: Number(row?.['waiting']),
      dead: Number(row?.['dead']),
      waitingSince: (row?.['oldest'] ?? null) as string | null,
    }
  },
  async listDead(limit) {
    const rows = database.all(
      port,
      `select id, template, reference, attempts, reason, code, created_at as createdAt, settled_at as diedAt
       from mail_outbox where state = 'dead' order by settled_at, id ${limitedTo}`,
      limit,
    )
    return rows.map((row) => ({ ...row }) as unknown as DeadMail)
  },
  async countDead(most) {
    const rows = database.all(
      port,
      `select reason, count(*) as mails, min(settled_at) as oldestAt
       from (select coalesce(reason, '') as reason, settled_at from mail_outbox where state = 'dead'
             order by settled_at ${limitedTo})
       group by reason order by reason`,
      most,
    )
    return rows.map((row) => ({ ...row }) as unknown as DeadCount)
  },
  revive: (id, dueAt) =>
    database.write(
      port,
      [],
      () =>
        database.run(
          `update mail_outbox set ${revivedSql} where id = ? and state = 'dead'`,
          dueAt,
          dueAt,
          id,
        ) > 0,
    ),
  reviveAll(filter, dueAt) {
    const wanted = (['reason', 'code', 'template'] as const).flatMap((column) => {
      const value = filter[column]
      return value === undefined ? [] : [[column, value] as const]
    })
    const chosen = `select id from mail_outbox where state = 'dead'
      ${wanted.map(([column]) => `and ${column} = ?`).join(' ')} ${limitedTo}`
    return inSlices(sliceRows, (rows) =>
      database.write(port, [], () =>
        database.run(
          `update mail_outbox set ${revivedSql} where id in (${chosen})`,
          dueAt,
          dueAt,
          ...wanted.map(([, value]) => value),
          rows,
        ),
      ),
    )
  },
  async forgetRecipients(recipients, now) {
    const [theirs, isLeased] = [
      'recipient in (select value from json_each(?))',
      `(state = 'waiting' and lease_until is not null and lease_until > ?)`,
    ]
    const list = JSON.stringify(recipients)
    await inSlices(sliceRows, (rows) =>
      database.write(port, [], () =>
        database.run(
          `delete from mail_outbox where id in
             (select id from mail_outbox where ${theirs} and not ${isLeased} ${limitedTo})`,
          list,
          now,
          rows,
        ),
      ),
    )
    const left = database.get(
      port,
      `select count(*) as n from mail_outbox where ${theirs} and ${isLeased}`,
      list,
      now,
    )
    return Number(left?.['n'])
  },
  forget: (before) =>
    inSlices(sliceRows, (rows) =>
      database.write(port, [], () =>
        database.run(
          `delete from mail_outbox where id in (select id from mail_outbox
             where state in ('sent', 'expired') and settled_at < ? ${limitedTo})`,
          before,
          rows,
        ),
      ),
    ),
})
