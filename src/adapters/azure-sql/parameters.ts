import sql from 'mssql'

export type SqlValue = string | number | boolean | Date | null

const text = (length: number) => ({ kind: 'text', length }) as const
/** Of any length. Nothing is compared with it. */
const longText = { kind: 'longText' } as const
const integer = { kind: 'integer' } as const
const truth = { kind: 'truth' } as const
const time = { kind: 'time' } as const

type Declaration = ReturnType<typeof text> | typeof longText | typeof integer | typeof truth | typeof time

/** The columns that a value is put into or compared with, and what they are. */
export const columnTypes = {
  audit_logs: {
    partition: text(7),
    sequence: integer,
    id: text(100),
    event_type: text(100),
    actor_id: text(200),
    on_behalf_of: text(200),
    resource_type: text(100),
    resource_id: text(200),
    outcome: text(20),
    reason: text(100),
    request_id: text(200),
    session_id: text(100),
    ip_hmac: text(100),
    user_agent_class: text(50),
    changed_fields: longText,
    created_at: time,
    previous_hash: text(100),
    hash: text(100),
    key_id: text(100),
  },
  mail_outbox: {
    id: text(100),
    occasion: text(400),
    template: text(100),
    recipient: text(100),
    priority: integer,
    reference: text(100),
    sealed: longText,
    state: text(20),
    attempts: integer,
    reason: text(100),
    lease: text(100),
    lease_until: time,
    created_at: time,
    due_at: time,
    expires_at: time,
    settled_at: time,
    waiting_since: time,
    code: text(100),
  },
  form_submissions: {
    id: text(100),
    form_type: text(50),
    status: text(50),
    tracking_number: text(100),
    idempotency_key: text(200),
    receipt_hash: text(100),
    sealed_key: longText,
    key_id: text(200),
    data: longText,
    information: longText,
    notes: longText,
    attachments: longText,
    metadata: longText,
    assigned_to: text(100),
    due_at: time,
    first_due_at: time,
    reviewed_at: time,
    resolved_at: time,
    escalated_at: time,
    erased_at: time,
    retain_until: time,
    created_at: time,
    updated_at: time,
    version: integer,
    urgency: text(20),
  },
  submission_contacts: { contact_hash: text(100), submission_id: text(100) },
  tracking_numbers: { series: text(50), last: integer },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Declaration>>>>

const { audit_logs, mail_outbox, form_submissions, tracking_numbers } = columnTypes

/** Each parameter has one name in all statements, and is declared as its column: never by the value of the day. */
const parameters = {
  id: form_submissions.id,
  lastId: form_submissions.id,
  reason: mail_outbox.reason,
  createdAt: time,
  dueAt: time,
  now: time,
  time,
  since: time,
  until: time,
  from: time,
  before: time,
  limit: integer,
  most: integer,
  number: integer,
  minutes: integer,
  /** Lists of texts, as JSON. */
  ids: longText,
  hashes: longText,
  contactHashes: longText,
  recipients: longText,

  partition: audit_logs.partition,
  afterPartition: audit_logs.partition,
  sequence: audit_logs.sequence,
  afterSequence: audit_logs.sequence,
  eventType: audit_logs.event_type,
  actorId: audit_logs.actor_id,
  onBehalfOf: audit_logs.on_behalf_of,
  resourceType: audit_logs.resource_type,
  resourceId: audit_logs.resource_id,
  outcome: audit_logs.outcome,
  requestId: audit_logs.request_id,
  sessionId: audit_logs.session_id,
  ipHmac: audit_logs.ip_hmac,
  userAgentClass: audit_logs.user_agent_class,
  changedFields: audit_logs.changed_fields,
  previousHash: audit_logs.previous_hash,
  hash: audit_logs.hash,

  key: mail_outbox.occasion,
  template: mail_outbox.template,
  recipient: mail_outbox.recipient,
  priority: mail_outbox.priority,
  leastPriority: mail_outbox.priority,
  mostPriority: mail_outbox.priority,
  reference: mail_outbox.reference,
  sealed: mail_outbox.sealed,
  state: mail_outbox.state,
  lease: mail_outbox.lease,
  leaseUntil: mail_outbox.lease_until,
  expiresAt: mail_outbox.expires_at,
  settledAt: mail_outbox.settled_at,
  code: mail_outbox.code,
  isOver: truth,

  type: form_submissions.form_type,
  status: form_submissions.status,
  trackingNumber: form_submissions.tracking_number,
  idempotencyKey: form_submissions.idempotency_key,
  receiptHash: form_submissions.receipt_hash,
  sealedKey: form_submissions.sealed_key,
  /** The longer of the two columns with this name. */
  keyId: form_submissions.key_id,
  keyIdOtherThan: form_submissions.key_id,
  data: form_submissions.data,
  information: form_submissions.information,
  notes: form_submissions.notes,
  attachments: form_submissions.attachments,
  metadata: form_submissions.metadata,
  assignedTo: form_submissions.assigned_to,
  urgency: form_submissions.urgency,
  firstDueAt: time,
  reviewedAt: time,
  resolvedAt: time,
  escalatedAt: time,
  erasedAt: time,
  retainUntil: time,
  updatedAt: time,
  updatedSince: time,
  dueUntil: time,
  retainedUntil: time,
  version: form_submissions.version,
  series: tracking_numbers.series,
} as const satisfies Readonly<Record<string, Declaration>>

/** One of a list is numbered: `from0`, `from1` … */
export type ParameterName = keyof typeof parameters | `${'from' | 'minutes'}${number}`

export type SqlValues = { readonly [name in ParameterName]?: SqlValue }

/** Sits at the end of no value that is kept: see `keptText`. */
const mark = '␃'

/**
 * To SQL Server `a` and `a ` are the same in a comparison and in a unique key. So a text that ends in a blank is kept with a mark
 * behind it, as is one that ends in the mark.
 */
export const keptText = (value: string): string => (/[ ␃]$/.test(value) ? `${value}${mark}` : value)
export const givenText = (kept: string): string => (kept.endsWith(mark) ? kept.slice(0, -mark.length) : kept)

/**
 * Declared one longer than the column. What is too long for the column is cut to that: so it is equal to nothing that is there, it
 * sorts as it did, and the server refuses to put it there.
 */
const fitted = (value: string, length: number): string =>
  value.length > length ? `${value.slice(0, length)}${mark}` : value

const declarationOf = (name: string): Declaration => {
  const found: Declaration | undefined = parameters[name.replace(/\d+$/, '') as keyof typeof parameters]
  if (found === undefined) throw new Error(`the parameter @${name} is not declared`)
  return found
}

/** Gives a request its parameters. Answers the names of those that are longer than their column. */
export function declare(request: sql.Request, values: SqlValues): readonly string[] {
  const tooLong: string[] = []
  for (const [name, value] of Object.entries(values)) {
    const declaration = declarationOf(name)
    const given = typeof value === 'string' ? keptText(value) : value
    switch (declaration.kind) {
      case 'text': {
        const { length } = declaration
        const isText = typeof given === 'string'
        if (isText && given.length > length) tooLong.push(name)
        request.input(name, sql.NVarChar(length + 1), isText ? fitted(given, length) : given)
        break
      }
      case 'longText':
        request.input(name, sql.NVarChar(sql.MAX), given)
        break
      case 'integer':
        request.input(name, sql.Int, given)
        break
      case 'truth':
        request.input(name, sql.Bit, given)
        break
      case 'time':
        request.input(name, sql.DateTime2(3), given)
        break
    }
  }
  return tooLong
}

/** Compares byte by byte: the usual collation would take `A` for `a`, and one key for another. */
export const exactly = 'collate Latin1_General_100_BIN2'

const listedLength = 100

/** The texts of a parameter that `listOf` made. What comes out of JSON has a collation of its own. */
export const textsOf = (parameter: 'ids' | 'hashes' | 'contactHashes' | 'recipients'): string =>
  `select distinct cast(value as nvarchar(${listedLength + 1})) ${exactly} from openjson(@${parameter})`

export const listOf = (texts: readonly string[]): string =>
  JSON.stringify(texts.map((each) => fitted(keptText(each), listedLength)))
