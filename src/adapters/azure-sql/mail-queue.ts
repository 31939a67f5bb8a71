import { inSlices } from '../../dialects/in-slices.ts'
import {
  type ClaimedMail,
  type DeadMail,
  type MailQueue,
  probeMail,
  type QueuedMail,
} from '../../ports/mail-queue.ts'
import { type AzureSqlDatabase, fromSql, type Run, type SqlRow, toTime, toTimeOrNull } from './database.ts'
import { listOf, type SqlValues, textsOf } from './parameters.ts'

const port = 'mail-queue'

/** The fields of a mail and their columns. */
const columns = {
  id: 'id',
  key: 'occasion',
  template: 'template',
  recipient: 'recipient',
  priority: 'priority',
  reference: 'reference',
  sealed: 'sealed',
  createdAt: 'created_at',
  dueAt: 'due_at',
  expiresAt: 'expires_at',
} as const satisfies Record<keyof QueuedMail, string>

const fields = Object.keys(columns) as (keyof QueuedMail)[]

const insertSql = `insert into mail_outbox (${Object.values(columns).join(', ')}, waiting_since)
  select ${fields.map((field) => `@${field}`).join(', ')}, @dueAt
  where not exists (select 1 from mail_outbox where occasion = @key)`

/**
 * The rows are locked when they are chosen. Those that somebody else has locked are passed over, not waited for: they are being
 * claimed, or belong to a submission under way, and the next claim finds them. So a claim has no part in a deadlock.
 */
const claimSql = `with due as (
    select top (@limit) * from mail_outbox with (updlock, rowlock, readpast, readcommittedlock)
    where state = 'waiting' and due_at <= @now and (lease_until is null or lease_until <= @now)
      and priority between @leastPriority and @mostPriority
    order by priority, due_at, id
  )
  update due set lease = @lease, lease_until = @leaseUntil, attempts = attempts + 1
  output ${[...Object.values(columns), 'attempts'].map((column) => `inserted.${column}`).join(', ')}`

const revivedSql = `state = 'waiting', attempts = 0, reason = null, code = null, settled_at = null,
  due_at = @dueAt, waiting_since = @dueAt`

const theirs = `recipient in (${textsOf('recipients')})`

const load = (row: SqlRow): ClaimedMail =>
  ({
    ...Object.fromEntries(fields.map((field) => [field, fromSql(row[columns[field]])])),
    attempts: row['attempts'],
  }) as unknown as ClaimedMail

/** In the order of `claim`; an update answers in any. */
const inTurn = (a: ClaimedMail, b: ClaimedMail): number =>
  a.priority - b.priority || (`${a.dueAt} ${a.id}` < `${b.dueAt} ${b.id}` ? -1 : 1)

export async function insertMail(run: Run, mail: QueuedMail): Promise<void> {
  const { createdAt, dueAt, expiresAt, ...rest } = mail
  await run(insertSql, {
    ...rest,
    createdAt: toTime(createdAt),
    dueAt: toTime(dueAt),
    expiresAt: toTimeOrNull(expiresAt),
  })
}

/** Fewer than make the server lock the whole table: from 5,000 locks on an index on, it does. */
const rowsAtOnce = 1_000

export const createAzureSqlMailQueue = ({
  database,
  sliceRows = rowsAtOnce,
}: {
  readonly database: AzureSqlDatabase
  readonly sliceRows?: number
}): MailQueue => {
  /** `statement` changes at most `@limit` rows, and finds no row again that it has changed. */
  const changeMany = (statement: string, values: SqlValues) =>
    inSlices(sliceRows, async (limit) => (await database.run(port, statement, { ...values, limit })).changed)

  return {
    enqueue(given) {
      const mail = { ...given }
      return database.write(port, [], (run) => insertMail(run, mail))
    },
    probe: () =>
      database.write(port, [], async (run) => {
        await insertMail(run, probeMail)
        await run('delete from mail_outbox where id = @id', { id: probeMail.id })
      }),
    async claim({ lease, now, leaseUntil, limit, priorities: { least, most } }) {
      const values = {
        lease,
        limit,
        leastPriority: least,
        mostPriority: most,
        now: toTime(now),
        leaseUntil: toTime(leaseUntil),
      }
      return (await database.run(port, claimSql, values)).rows.map(load).toSorted(inTurn)
    },
    async settle(id, lease, outcome) {
      if (outcome.state === 'gone')
        return (
          (
            await database.run(
              port,
              `delete from mail_outbox where id = @id and state = 'waiting' and lease = @lease`,
              { id, lease },
            )
          ).changed > 0
        )
      const { changed } = await database.run(
        port,
        `update mail_outbox set state = @state, lease = null, lease_until = null,
         due_at = coalesce(@dueAt, due_at), reason = coalesce(@reason, reason), code = @code, settled_at = @settledAt,
         sealed = case when @isOver = 1 then '' else sealed end
       where id = @id and state = 'waiting' and lease = @lease`,
        {
          id,
          lease,
          state: outcome.state,
          dueAt: outcome.state === 'waiting' ? toTime(outcome.dueAt) : null,
          reason: 'reason' in outcome ? outcome.reason : null,
          code: 'reason' in outcome ? (outcome.code ?? null) : null,
          settledAt: 'at' in outcome ? toTime(outcome.at) : null,
          isOver: outcome.state === 'sent' || outcome.state === 'expired',
        },
      )
      return changed > 0
    },
    async counts() {
      const [row] = (
        await database.run(
          port,
          `select (select count(*) from mail_outbox where state = 'waiting') as waiting,
                (select count(*) from mail_outbox where state = 'dead') as dead,
                (select min(coalesce(waiting_since, created_at)) from mail_outbox
                   where state = 'waiting') as waiting_since`,
          {},
        )
      ).rows
      return {
        waiting: Number(row?.['waiting']),
        dead: Number(row?.['dead']),
        waitingSince: fromSql(row?.['waiting_since']) as string | null,
      }
    },
    async listDead(limit) {
      const { rows } = await database.run(
        port,
        `select top (@limit) id, template, reference, attempts, reason, code, created_at, settled_at
       from mail_outbox where state = 'dead' order by settled_at, id`,
        { limit },
      )
      return rows.map(
        ({ created_at: createdAt, settled_at: diedAt, ...rest }) =>
          ({ ...rest, createdAt: fromSql(createdAt), diedAt: fromSql(diedAt) }) as unknown as DeadMail,
      )
    },
    async countDead(most) {
      const { rows } = await database.run(
        port,
        `with dead as (
         select top (@most) coalesce(reason, '') as reason, settled_at from mail_outbox where state = 'dead'
         order by settled_at
       )
       select reason, count(*) as mails, min(settled_at) as oldest_at from dead group by reason order by reason`,
        { most },
      )
      return rows.map((row) => ({
        reason: row['reason'] as string,
        mails: Number(row['mails']),
        oldestAt: fromSql(row['oldest_at']) as string,
      }))
    },
    async revive(id, dueAt) {
      const { changed } = await database.run(
        port,
        `update mail_outbox set ${revivedSql} where id = @id and state = 'dead'`,
        { id, dueAt: toTime(dueAt) },
      )
      return changed > 0
    },
    async reviveAll(filter, dueAt) {
      const wanted = (['reason', 'code', 'template'] as const).filter(
        (column) => filter[column] !== undefined,
      )
      const values = {
        ...Object.fromEntries(wanted.map((column) => [column, filter[column] ?? null])),
        dueAt: toTime(dueAt),
      }
      return changeMany(
        `update top (@limit) mail_outbox set ${revivedSql} where state = 'dead'
       ${wanted.map((column) => `and ${column} = @${column}`).join(' ')}`,
        values,
      )
    },
    async forgetRecipients(recipients, now) {
      const values = { recipients: listOf(recipients), now: toTime(now) }
      await changeMany(
        `delete top (@limit) from mail_outbox where ${theirs}
         and (state <> 'waiting' or lease_until is null or lease_until <= @now)`,
        values,
      )
      const { rows } = await database.run(
        port,
        `select count(*) as leased from mail_outbox where ${theirs}
         and state = 'waiting' and lease_until > @now`,
        values,
      )
      return Number(rows[0]?.['leased'])
    },
    forget: (before) =>
      changeMany(
        `delete top (@limit) from mail_outbox where state in ('sent', 'expired') and settled_at < @before`,
        { before: toTime(before) },
      ),
  }
}
