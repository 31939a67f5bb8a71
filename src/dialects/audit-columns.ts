import type { AuditRecord } from '../ports/audit.ts'

/** The fields of a record of the audit log and their columns in `audit_logs`. */
export const auditColumns = {
  partition: 'partition',
  sequence: 'sequence',
  id: 'id',
  eventType: 'event_type',
  actorId: 'actor_id',
  onBehalfOf: 'on_behalf_of',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  outcome: 'outcome',
  reason: 'reason',
  requestId: 'request_id',
  sessionId: 'session_id',
  ipHmac: 'ip_hmac',
  userAgentClass: 'user_agent_class',
  changedFields: 'changed_fields',
  createdAt: 'created_at',
  previousHash: 'previous_hash',
  hash: 'hash',
  keyId: 'key_id',
} as const satisfies Record<keyof AuditRecord, string>

export const auditFields = Object.keys(auditColumns) as (keyof AuditRecord)[]

type Row = Readonly<Record<string, unknown>>

/** Reads rows as records. `readColumn`: of what the driver answers for a column. */
export function createAuditReader(readColumn: (value: unknown) => unknown) {
  const load = (row: Row): AuditRecord =>
    ({
      ...Object.fromEntries(auditFields.map((field) => [field, readColumn(row[auditColumns[field]])])),
      changedFields: JSON.parse(row['changed_fields'] as string),
    }) as unknown as AuditRecord
  return {
    load,
    /** Null where it cannot be read, or is not written as it would have been. */
    loadStrictly(row: Row): AuditRecord | null {
      try {
        const record = load(row)
        return JSON.stringify(record.changedFields) === row['changed_fields'] ? record : null
      } catch {
        return null
      }
    },
  }
}
