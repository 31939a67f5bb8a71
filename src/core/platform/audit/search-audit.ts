import { z } from 'zod'
import type { AuditFilter } from '../../../ports/audit.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { type CursorPage, CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Recording } from './audit.model.ts'

const Text = z.string().min(1).max(200)

export const AuditQuery = CursorQuery.extend({
  actorId: Text.optional().meta({
    description: 'Who did it: an account, `service:` and its id, `anonymous`, `system`.',
    examples: ['019b76da-a801-7c52-8d3e-4a1b6c7d8e9f'],
  }),
  resourceType: Text.optional().meta({ examples: ['user'] }),
  resourceId: Text.optional().meta({ examples: ['019b76da-a801-7c52-8d3e-4a1b6c7d8e9f'] }),
  event: Text.optional().meta({ examples: ['user.login'] }),
  outcome: z.enum(['success', 'failure', 'denied']).optional(),
  from: z.iso
    .datetime()
    .optional()
    .meta({ description: 'Not before.', examples: ['2026-03-01T00:00:00.000Z'] }),
  until: z.iso
    .datetime()
    .optional()
    .meta({ description: 'Before.', examples: ['2026-04-01T00:00:00.000Z'] }),
})
export type AuditQuery = z.infer<typeof AuditQuery>

export const AuditRecordView = z
  .object({
    id: z.string(),
    event: z.string().meta({ example: 'user.login' }),
    actorId: z.string(),
    onBehalfOf: z.string().nullable(),
    resource: z.object({ type: z.string(), id: z.string().nullable() }),
    outcome: z.enum(['success', 'failure', 'denied']),
    reason: z.string().nullable().meta({ description: 'A code.' }),
    changedFields: z.array(z.string()),
    requestId: z.string().nullable(),
    sessionId: z.string().nullable(),
    addressPseudonym: z
      .string()
      .nullable()
      .meta({ description: 'The same for the same address, from which nobody finds the address.' }),
    userAgentClass: z.string().nullable(),
    createdAt: z.iso.datetime(),
    month: z.string().meta({ example: '2026-03' }),
    sequence: z.number().int().meta({ description: 'Its place in the chain of its month.' }),
  })
  .meta({ id: 'AuditRecord' })
export type AuditRecordView = z.infer<typeof AuditRecordView>

/** ISO in UTC, with milliseconds, as records have it. */
const timeOf = (text: string): string => new Date(text).toISOString()

/** What anybody did, newest first. Each look is itself on record, by the names of what was asked for. */
export const createSearchAudit =
  ({ audit }: Needs<'audit'>, { record }: Pick<Recording, 'record'>) =>
  async (
    actor: Actor,
    { cursor, limit, event, from, until, ...rest }: AuditQuery,
    caller: Caller,
  ): Promise<CursorPage<AuditRecordView>> => {
    const asked = {
      ...rest,
      eventType: event,
      from: from === undefined ? undefined : timeOf(from),
      until: until === undefined ? undefined : timeOf(until),
    }
    const filter: AuditFilter = Object.fromEntries(
      Object.entries(asked).filter(([, value]) => value !== undefined),
    )
    const { items, next } = await refusingBadCursors(() =>
      audit.list(filter, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
    )
    await record(caller, {
      event: 'audit.read',
      actorId: actor.userId,
      sessionId: actor.sessionId,
      resource:
        filter.resourceId !== undefined
          ? { type: filter.resourceType ?? 'audit', id: filter.resourceId }
          : filter.actorId !== undefined
            ? { type: 'user', id: filter.actorId }
            : { type: 'audit', id: null },
      changedFields: Object.keys(filter),
    })
    return pageOf(
      items.map((each) => ({
        id: each.id,
        event: each.eventType,
        actorId: each.actorId,
        onBehalfOf: each.onBehalfOf,
        resource: { type: each.resourceType, id: each.resourceId },
        outcome: each.outcome,
        reason: each.reason,
        changedFields: [...each.changedFields],
        requestId: each.requestId,
        sessionId: each.sessionId,
        addressPseudonym: each.ipHmac,
        userAgentClass: each.userAgentClass,
        createdAt: each.createdAt,
        month: each.partition,
        sequence: each.sequence,
      })),
      next,
    )
  }

export type SearchAudit = ReturnType<typeof createSearchAudit>
