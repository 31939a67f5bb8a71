import { PortUnavailable } from '../../ports/unavailable.ts'
import type { AzureSqlDatabase, Run } from './database.ts'
import { AzureSqlFailure } from './failure.ts'
import { exactly } from './parameters.ts'

const port = 'migrations'

const text = (length: number) => `nvarchar(${length}) ${exactly}`

/**
 * Numbered from 1, each a list of batches, because some statements have to be alone in theirs. A landed migration is
 * never edited: the next one corrects it. `ledger` ends the statement of a table that nobody may change. What such a
 * table does by itself needs no trigger: where there is a ledger, databases from before have one beside it, others none.
 */
export const migrationsOf = ({ ledger }: { readonly ledger: string }): readonly (readonly string[])[] => [
  [
    `create table audit_logs (
       partition ${text(7)} not null,
       sequence int not null,
       id ${text(100)} not null constraint audit_logs_id unique,
       event_type ${text(100)} not null,
       actor_id ${text(200)} not null,
       on_behalf_of ${text(200)} null,
       resource_type ${text(100)} not null,
       resource_id ${text(200)} null,
       outcome ${text(20)} not null,
       reason ${text(100)} null,
       request_id ${text(200)} null,
       session_id ${text(100)} null,
       ip_hmac ${text(100)} null,
       user_agent_class ${text(50)} null,
       changed_fields nvarchar(max) not null constraint audit_logs_changed_fields check (isjson(changed_fields) = 1),
       created_at datetime2(3) not null,
       previous_hash ${text(100)} not null,
       hash ${text(100)} not null,
       constraint audit_logs_chain primary key (partition, sequence)
     )${ledger}`,
    'create index audit_logs_actor on audit_logs (actor_id, created_at, id)',
    'create index audit_logs_resource on audit_logs (resource_type, resource_id, created_at, id)',
    ...(ledger === ''
      ? [
          `create trigger audit_logs_append_only on audit_logs after update, delete as
     begin
       throw 51000, 'audit_logs is append only', 1;
     end`,
        ]
      : []),

    `create table mail_outbox (
       id ${text(100)} not null constraint mail_outbox_id primary key,
       occasion ${text(400)} not null constraint mail_outbox_occasion unique,
       template ${text(100)} not null,
       recipient ${text(100)} not null,
       priority int not null,
       reference ${text(100)} null,
       sealed nvarchar(max) not null,
       state ${text(20)} not null constraint mail_outbox_begins default 'waiting'
         constraint mail_outbox_state check (state in ('waiting', 'sent', 'expired', 'dead')),
       attempts int not null constraint mail_outbox_attempts default 0,
       reason ${text(100)} null,
       lease ${text(100)} null,
       lease_until datetime2(3) null,
       created_at datetime2(3) not null,
       due_at datetime2(3) not null,
       expires_at datetime2(3) null,
       settled_at datetime2(3) null
     )`,
    `create index mail_outbox_turn on mail_outbox (priority, due_at, id) where state = 'waiting'`,
    'create index mail_outbox_recipient on mail_outbox (recipient)',
    'create index mail_outbox_settled on mail_outbox (state, settled_at)',

    `create table form_submissions (
       id ${text(100)} not null constraint form_submissions_id primary key,
       form_type ${text(50)} not null,
       status ${text(50)} not null,
       tracking_number ${text(100)} null,
       idempotency_key ${text(200)} null,
       receipt_hash ${text(100)} null,
       sealed_key nvarchar(max) null,
       key_id ${text(200)} null,
       data nvarchar(max) null,
       information nvarchar(max) null,
       notes nvarchar(max) null,
       attachments nvarchar(max) not null constraint form_submissions_attachments check (isjson(attachments) = 1),
       metadata nvarchar(max) not null constraint form_submissions_metadata check (isjson(metadata) = 1),
       assigned_to ${text(100)} null,
       due_at datetime2(3) not null,
       reviewed_at datetime2(3) null,
       resolved_at datetime2(3) null,
       escalated_at datetime2(3) null,
       erased_at datetime2(3) null,
       retain_until datetime2(3) not null,
       created_at datetime2(3) not null,
       updated_at datetime2(3) not null,
       version int not null
     )`,
    `create unique index form_submissions_tracking_number on form_submissions (tracking_number)
       where tracking_number is not null`,
    `create unique index form_submissions_idempotency_key on form_submissions (idempotency_key)
       where idempotency_key is not null`,
    'create index form_submissions_newest on form_submissions (created_at, id)',
    'create index form_submissions_changed on form_submissions (updated_at, id)',
    'create index form_submissions_type on form_submissions (form_type, created_at, id)',
    'create index form_submissions_status on form_submissions (status, created_at, id)',
    'create index form_submissions_due on form_submissions (due_at) where escalated_at is null',
    'create index form_submissions_retention on form_submissions (retain_until) where erased_at is null',
    `create table submission_contacts (
       contact_hash ${text(100)} not null,
       submission_id ${text(100)} not null
         constraint submission_contacts_submission references form_submissions (id),
       constraint submission_contacts_contact primary key (contact_hash, submission_id)
     )`,
    'create index submission_contacts_by_submission on submission_contacts (submission_id)',
    `create table tracking_numbers (
       series ${text(50)} not null constraint tracking_numbers_series primary key,
       last int not null
     )`,

    // What the program may do, and no more: make its user a member of this role.
    `if database_principal_id('tools_inc_api') is null
       create role tools_inc_api`,
    'grant select, insert on audit_logs to tools_inc_api',
    'deny update, delete on audit_logs to public',
    ...['form_submissions', 'mail_outbox', 'submission_contacts', 'tracking_numbers'].map(
      (table) => `grant select, insert, update, delete on ${table} to tools_inc_api`,
    ),
  ],
  [
    `alter table audit_logs add key_id ${text(100)} null`,
    'create index audit_logs_time on audit_logs (created_at, id)',
    'create index audit_logs_event on audit_logs (event_type, created_at, id)',
    `create index audit_logs_refused on audit_logs (outcome, created_at, id) where outcome <> 'success'`,
  ],
  [
    'alter table form_submissions add first_due_at datetime2(3) null',
    // What staff put aside as spam has been looked at; what a machine put aside has not.
    `update form_submissions set reviewed_at = updated_at
     where status = 'spam' and reviewed_at is null and metadata like '%"spamSignals":[[]]%'`,
    'drop index form_submissions_due on form_submissions',
    `create index form_submissions_waiting on form_submissions (status, due_at) include (reviewed_at, created_at, escalated_at)
       where erased_at is null and status in ('pending', 'spam')`,
  ],
  [
    `alter table mail_outbox add waiting_since datetime2(3) null`,
    `alter table mail_outbox add code ${text(100)} null`,
    `create index mail_outbox_waiting on mail_outbox (waiting_since) include (created_at) where state = 'waiting'`,
  ],
  [
    `alter table form_submissions add urgency ${text(20)} null`,
    `update form_submissions set urgency = json_value(metadata, '$.urgency')
     where json_value(metadata, '$.urgency') is not null`,
    'create index form_submissions_urgency on form_submissions (urgency, created_at, id) where urgency is not null',
    `create index form_submissions_urgent on form_submissions (status, urgency, created_at, id)
       where urgency is not null`,
    `create index form_submissions_assigned on form_submissions (assigned_to, created_at, id)
       where assigned_to is not null`,
    'create index form_submissions_queue on form_submissions (status, form_type, created_at, id)',
  ],
  [
    // So that the program sees which schema it has before it.
    'grant select on schema_migrations to tools_inc_api',
    // So that it sees what protects the log.
    'grant view definition on audit_logs to tools_inc_api',
    // A table that another refers to is not truncated, which no trigger would see. It stays empty. A ledger refuses by itself.
    ...(ledger === ''
      ? [
          `create table audit_logs_kept (
             partition ${text(7)} not null,
             sequence int not null,
             constraint audit_logs_kept_row primary key (partition, sequence),
             constraint audit_logs_kept_log foreign key (partition, sequence)
               references audit_logs (partition, sequence)
           )`,
        ]
      : []),
  ],
]

/** The schema that the statements of this program are written for. */
export const newestSchema = migrationsOf({ ledger: '' }).length

export const schemaMigrationsSql = `create table schema_migrations (
    number int not null constraint schema_migrations_number primary key,
    applied_at datetime2(3) not null constraint schema_migrations_applied_at default sysutcdatetime()
  )`

const azureSqlEditions = [5, 8]
const firstWithLedger = 16

/** An append-only ledger table, where the server has those: then not even its administrator changes a row. */
async function ledgerClause(run: Run): Promise<string> {
  const { rows } = await run(
    `select cast(serverproperty('EngineEdition') as int) as edition,
       cast(serverproperty('ProductMajorVersion') as int) as major`,
    {},
  )
  const hasLedger =
    azureSqlEditions.includes(Number(rows[0]?.['edition'])) || Number(rows[0]?.['major']) >= firstWithLedger
  return hasLedger ? ' with (ledger = on (append_only = on))' : ''
}

const lockSql = `declare @outcome int
  exec @outcome = sp_getapplock @Resource = N'tools-inc-api migrations', @LockMode = N'Exclusive',
    @LockOwner = N'Transaction', @LockTimeout = 60000
  select @outcome as outcome`

export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
}

/** Says which migration it was, what the server said, and what to do. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed'
  constructor(what: string, cause: unknown) {
    super(`${what}\nNothing of this run was kept. When the cause is gone, run npm run migrate again.`, {
      cause,
    })
  }
}

const beginningOf = (batch: string): string => batch.trim().split(/\s*[(\n]/, 1)[0] ?? ''

async function apply(run: Run, number: number, batches: readonly string[]): Promise<void> {
  for (const [i, batch] of batches.entries())
    try {
      await run(batch, {})
    } catch (error) {
      if (!(error instanceof AzureSqlFailure) || error.isLostRace) throw error
      throw new MigrationFailed(
        `migration ${number}, batch ${i + 1} of ${batches.length} (${beginningOf(batch)}): ${error.message}`,
        error,
      )
    }
  await run('insert into schema_migrations (number) values (@number)', { number })
}

/**
 * Brings the database to the newest schema, once, also when two processes start together. Its number. Throws
 * `MigrationRefused` and `MigrationFailed`.
 */
export async function migrate(database: AzureSqlDatabase): Promise<number> {
  try {
    return await bringToNewest(database)
  } catch (error) {
    if (!(error instanceof PortUnavailable && error.cause instanceof AzureSqlFailure)) throw error
    throw new MigrationFailed(`the database cannot be migrated: ${error.cause.message}`, error)
  }
}

const bringToNewest = (database: AzureSqlDatabase): Promise<number> =>
  database.write(port, [MigrationRefused, MigrationFailed], async (run) => {
    const [lock] = (await run(lockSql, {})).rows
    if (!(Number(lock?.['outcome']) >= 0))
      throw new MigrationRefused('another process is at it for more than a minute')
    const [table] = (
      await run(
        `select count(*) as found from information_schema.tables
         where table_schema = schema_name() and table_name = 'schema_migrations'`,
        {},
      )
    ).rows
    if (Number(table?.['found']) === 0) await run(schemaMigrationsSql, {})
    const [last] = (await run('select coalesce(max(number), 0) as number from schema_migrations', {})).rows
    const applied = Number(last?.['number'])
    const migrations = migrationsOf({ ledger: await ledgerClause(run) })
    if (applied > migrations.length)
      throw new MigrationRefused(
        `the database has schema ${applied}, but this program knows only ${migrations.length}: update the program first`,
      )
    for (const [index, batches] of migrations.entries()) {
      if (index < applied) continue
      await apply(run, index + 1, batches)
    }
    return migrations.length
  })
