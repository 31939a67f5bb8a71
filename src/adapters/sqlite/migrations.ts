import type { SqliteDriver } from './driver.ts'
import { formsAndMailsInRows } from './forms-in-rows.migration.ts'

/** Numbered from 1. A landed migration is never edited: the next one corrects it. */
export const migrations: readonly string[] = [
  `create table documents (
     collection text not null,
     partition text not null,
     id text not null,
     version text not null,
     expires_at integer,
     body text not null,
     primary key (collection, partition, id)
   ) strict, without rowid;
   create index documents_expiry on documents (expires_at) where expires_at is not null;`,

  `create table audit_logs (
     partition text not null,
     sequence integer not null,
     id text not null unique,
     event_type text not null,
     actor_id text,
     on_behalf_of text,
     resource_type text not null,
     resource_id text,
     outcome text not null,
     reason text,
     request_id text,
     session_id text,
     ip_hmac text,
     user_agent_class text,
     changed_fields text not null,
     created_at text not null,
     previous_hash text not null,
     hash text not null,
     primary key (partition, sequence)
   ) strict, without rowid;
   create index audit_logs_actor on audit_logs (actor_id, created_at, id);
   create trigger audit_logs_no_update before update on audit_logs
     begin select raise(abort, 'audit_logs is append only'); end;
   create trigger audit_logs_no_delete before delete on audit_logs
     begin select raise(abort, 'audit_logs is append only'); end;`,

  `create table mail_outbox (
     id text not null primary key,
     occasion text not null unique,
     template text not null,
     priority integer not null,
     reference text,
     sealed text not null,
     state text not null default 'waiting' check (state in ('waiting', 'sent', 'expired', 'dead')),
     attempts integer not null default 0,
     reason text,
     lease text,
     lease_until text,
     created_at text not null,
     due_at text not null,
     expires_at text,
     settled_at text
   ) strict, without rowid;
   create index mail_outbox_turn on mail_outbox (priority, due_at, id) where state = 'waiting';
   create index mail_outbox_lease on mail_outbox (lease) where lease is not null;
   create index mail_outbox_settled on mail_outbox (state, settled_at) where state <> 'waiting';`,

  `create table form_submissions (
     id text not null primary key,
     form_type text not null,
     status text not null,
     tracking_number text unique,
     idempotency_key text unique,
     receipt_hash text,
     sealed_key text,
     key_id text,
     data text,
     information text,
     notes text,
     attachments text not null check (json_valid(attachments)),
     metadata text not null check (json_valid(metadata)),
     assigned_to text,
     due_at text not null,
     reviewed_at text,
     resolved_at text,
     escalated_at text,
     erased_at text,
     retain_until text not null,
     created_at text not null,
     updated_at text not null,
     version integer not null
   ) strict, without rowid;
   create index form_submissions_newest on form_submissions (created_at, id);
   create index form_submissions_changed on form_submissions (updated_at, id);
   create index form_submissions_type on form_submissions (form_type, created_at, id);
   create index form_submissions_status on form_submissions (status, created_at, id);
   create index form_submissions_due on form_submissions (due_at) where status = 'pending' and escalated_at is null;
   create index form_submissions_retention on form_submissions (retain_until) where erased_at is null;
   create table submission_contacts (
     contact_hash text not null,
     submission_id text not null references form_submissions (id),
     primary key (contact_hash, submission_id)
   ) strict, without rowid;
   create index submission_contacts_submission on submission_contacts (submission_id);
   create table tracking_numbers (
     series text not null primary key,
     last integer not null
   ) strict, without rowid;`,

  `create table indexed_messages (
     rowid integer primary key,
     conversation_id text not null,
     message_id text not null,
     sender_id text not null,
     seq integer not null,
     written_at text not null,
     expires_at integer,
     unique (conversation_id, message_id)
   ) strict;
   create virtual table message_words using fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
   create trigger documents_message_added after insert on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message'
     begin
       insert into indexed_messages (conversation_id, message_id, sender_id, seq, written_at, expires_at)
         values (new.partition, new.id, new.body ->> '$.senderId', new.body ->> '$.seq', new.body ->> '$.at', new.expires_at);
       insert into message_words (rowid, text)
         select rowid, new.body ->> '$.text' from indexed_messages
         where conversation_id = new.partition and message_id = new.id;
     end;
   create trigger documents_message_changed after update on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message'
     begin
       update indexed_messages
         set seq = new.body ->> '$.seq', written_at = new.body ->> '$.at', expires_at = new.expires_at
         where conversation_id = new.partition and message_id = new.id;
       delete from message_words where rowid =
         (select rowid from indexed_messages where conversation_id = new.partition and message_id = new.id);
       insert into message_words (rowid, text)
         select rowid, new.body ->> '$.text' from indexed_messages
         where conversation_id = new.partition and message_id = new.id;
     end;
   create trigger documents_message_removed after delete on documents
     when old.collection = 'Messages' and old.body ->> '$.kind' = 'message'
     begin
       delete from message_words where rowid =
         (select rowid from indexed_messages where conversation_id = old.partition and message_id = old.id);
       delete from indexed_messages where conversation_id = old.partition and message_id = old.id;
     end;`,
  `create index audit_logs_resource on audit_logs (resource_type, resource_id, created_at, id);`,
  `alter table mail_outbox add column recipient text not null default '';
   create index mail_outbox_recipient on mail_outbox (recipient);`,

  // Nobody finds a deleted message: neither its words nor who wrote it when is kept for looking.
  `drop trigger documents_message_changed;
   create trigger documents_message_changed after update on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message' and new.body ->> '$.deletedAt' is null
     begin
       update indexed_messages
         set seq = new.body ->> '$.seq', written_at = new.body ->> '$.at', expires_at = new.expires_at
         where conversation_id = new.partition and message_id = new.id;
       delete from message_words where rowid =
         (select rowid from indexed_messages where conversation_id = new.partition and message_id = new.id);
       insert into message_words (rowid, text)
         select rowid, new.body ->> '$.text' from indexed_messages
         where conversation_id = new.partition and message_id = new.id;
     end;
   create trigger documents_message_deleted after update on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message' and new.body ->> '$.deletedAt' is not null
     begin
       delete from message_words where rowid =
         (select rowid from indexed_messages where conversation_id = new.partition and message_id = new.id);
       delete from indexed_messages where conversation_id = new.partition and message_id = new.id;
     end;
   create temporary table deleted_messages as
     select indexed.rowid as place from indexed_messages as indexed
     join documents on documents.collection = 'Messages'
       and documents.partition = indexed.conversation_id and documents.id = indexed.message_id
     where documents.body ->> '$.deletedAt' is not null;
   delete from message_words where rowid in (select place from deleted_messages);
   delete from indexed_messages where rowid in (select place from deleted_messages);
   drop table deleted_messages;`,

  // Words are folded by the program, which no trigger can ask (`message-index.ts`). What something else wrote waits here until
  // the program comes to it, and what was there before until its walk does.
  `drop trigger documents_message_added;
   drop trigger documents_message_changed;
   drop trigger documents_message_deleted;
   drop trigger documents_message_removed;
   drop table message_words;
   drop table indexed_messages;
   create table indexed_messages (
     rowid integer primary key,
     conversation_id text not null,
     message_id text not null,
     sender_id text not null,
     seq integer not null,
     expires_at integer,
     unique (conversation_id, message_id)
   ) strict;
   create virtual table message_words using fts5 (text, content = '', contentless_delete = 1, detail = none,
     tokenize = 'ascii', prefix = '13 14 15 16 17 18 19 20 21 22 23 24');
   create table unindexed_messages (
     conversation_id text not null,
     message_id text not null,
     primary key (conversation_id, message_id)
   ) strict, without rowid;
   create table message_index_walk (conversation_id text not null, seq integer not null) strict;
   insert into message_index_walk select '', 0 where exists (select 1 from documents where collection = 'Messages');
   create trigger documents_message_added after insert on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message'
     begin insert or ignore into unindexed_messages values (new.partition, new.id); end;
   create trigger documents_message_changed after update on documents
     when new.collection = 'Messages' and new.body ->> '$.kind' = 'message'
     begin insert or ignore into unindexed_messages values (new.partition, new.id); end;
   create trigger documents_message_removed after delete on documents
     when old.collection = 'Messages' and old.body ->> '$.kind' = 'message'
     begin
       delete from message_words where rowid =
         (select rowid from indexed_messages where conversation_id = old.partition and message_id = old.id);
       delete from indexed_messages where conversation_id = old.partition and message_id = old.id;
       delete from unindexed_messages where conversation_id = old.partition and message_id = old.id;
     end;`,

  `alter table audit_logs add column key_id text;
   create index audit_logs_time on audit_logs (created_at, id);
   create index audit_logs_event on audit_logs (event_type, created_at, id);
   create index audit_logs_refused on audit_logs (outcome, created_at, id) where outcome <> 'success';`,

  // Two parts of the index are enough to merge them when somebody asks for it: each part is a look more for each search.
  `insert into message_words (message_words, rank) values ('usermerge', 2);`,

  // What staff put aside as spam has been looked at; what a machine put aside has not.
  `alter table form_submissions add column first_due_at text;
   update form_submissions set reviewed_at = updated_at
     where status = 'spam' and reviewed_at is null and metadata like '%"spamSignals":[]%';
   drop index form_submissions_due;
   create index form_submissions_waiting on form_submissions (status, due_at)
     where erased_at is null and status in ('pending', 'spam') and (status = 'pending' or reviewed_at is null);`,

  `alter table mail_outbox add column waiting_since text;
   alter table mail_outbox add column code text;
   create index mail_outbox_waiting on mail_outbox (coalesce(waiting_since, created_at)) where state = 'waiting';`,

  // Staff ask for what is urgent, what is theirs, and what of a type is in a state. Each index is along the order of the list.
  `alter table form_submissions add column urgency text;
   update form_submissions set urgency = metadata ->> '$.urgency' where metadata ->> '$.urgency' is not null;
   create index form_submissions_urgency on form_submissions (urgency, created_at, id) where urgency is not null;
   create index form_submissions_urgent on form_submissions (status, urgency, created_at, id) where urgency is not null;
   create index form_submissions_assigned on form_submissions (assigned_to, created_at, id) where assigned_to is not null;
   create index form_submissions_queue on form_submissions (status, form_type, created_at, id);`,

  formsAndMailsInRows,
]

/** Brings the file to the newest schema, once, also when two processes start together. */
export function migrate(database: SqliteDriver): void {
  database.exec('begin immediate')
  try {
    const { user_version: applied } = database.prepare('pragma user_version').get() as {
      user_version: number
    }
    if (applied > migrations.length)
      throw new Error(
        `the database has schema ${applied}, but this program knows only ${migrations.length}: update the program first`,
      )
    for (const migration of migrations.slice(applied)) database.exec(migration)
    database.exec(`pragma user_version = ${migrations.length}`)
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
