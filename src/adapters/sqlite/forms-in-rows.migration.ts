/**
 * In a table without row ids a row of more than 1,000 bytes has pages of its own beside it: each form one, and nearly each mail. With
 * them three forms share a page. The columns and indexes are those of before.
 */
export const formsAndMailsInRows = `create table form_submissions_in_rows (
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
     version integer not null,
     first_due_at text,
     urgency text
   ) strict;
   insert into form_submissions_in_rows select * from form_submissions order by created_at, id;
   create table contacts_of_rows (
     contact_hash text not null,
     submission_id text not null references form_submissions_in_rows (id),
     primary key (contact_hash, submission_id)
   ) strict, without rowid;
   insert into contacts_of_rows select * from submission_contacts;
   drop table submission_contacts;
   drop table form_submissions;
   alter table form_submissions_in_rows rename to form_submissions;
   alter table contacts_of_rows rename to submission_contacts;
   create index submission_contacts_submission on submission_contacts (submission_id);
   create index form_submissions_newest on form_submissions (created_at, id);
   create index form_submissions_changed on form_submissions (updated_at, id);
   create index form_submissions_type on form_submissions (form_type, created_at, id);
   create index form_submissions_status on form_submissions (status, created_at, id);
   create index form_submissions_queue on form_submissions (status, form_type, created_at, id);
   create index form_submissions_retention on form_submissions (retain_until) where erased_at is null;
   create index form_submissions_waiting on form_submissions (status, due_at)
     where erased_at is null and status in ('pending', 'spam') and (status = 'pending' or reviewed_at is null);
   create index form_submissions_urgency on form_submissions (urgency, created_at, id) where urgency is not null;
   create index form_submissions_urgent on form_submissions (status, urgency, created_at, id) where urgency is not null;
   create index form_submissions_assigned on form_submissions (assigned_to, created_at, id) where assigned_to is not null;
   create table mail_outbox_in_rows (
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
     settled_at text,
     recipient text not null default '',
     waiting_since text,
     code text
   ) strict;
   insert into mail_outbox_in_rows select * from mail_outbox order by created_at, id;
   drop table mail_outbox;
   alter table mail_outbox_in_rows rename to mail_outbox;
   create index mail_outbox_turn on mail_outbox (priority, due_at, id) where state = 'waiting';
   create index mail_outbox_lease on mail_outbox (lease) where lease is not null;
   create index mail_outbox_settled on mail_outbox (state, settled_at) where state <> 'waiting';
   create index mail_outbox_recipient on mail_outbox (recipient);
   create index mail_outbox_waiting on mail_outbox (coalesce(waiting_since, created_at)) where state = 'waiting';`
