import { csvLine, csvStart } from '../../kernel/csv.ts'
import type { AuditRecordView } from './search-audit.ts'

/** Names and order are published: new ones come at the end. */
const columns: Readonly<Record<string, (record: AuditRecordView) => unknown>> = {
  createdAt: ({ createdAt }) => createdAt,
  event: ({ event }) => event,
  outcome: ({ outcome }) => outcome,
  reason: ({ reason }) => reason,
  actorId: ({ actorId }) => actorId,
  onBehalfOf: ({ onBehalfOf }) => onBehalfOf,
  resourceType: ({ resource }) => resource.type,
  resourceId: ({ resource }) => resource.id,
  changedFields: ({ changedFields }) => changedFields,
  requestId: ({ requestId }) => requestId,
  sessionId: ({ sessionId }) => sessionId,
  addressPseudonym: ({ addressPseudonym }) => addressPseudonym,
  userAgentClass: ({ userAgentClass }) => userAgentClass,
  month: ({ month }) => month,
  sequence: ({ sequence }) => sequence,
  id: ({ id }) => id,
}

/** A page of the log as a table. */
export const auditCsv = (records: readonly AuditRecordView[]): string =>
  [
    csvStart + csvLine(Object.keys(columns)),
    ...records.map((record) => csvLine(Object.values(columns).map((read) => read(record)))),
  ].join('')
