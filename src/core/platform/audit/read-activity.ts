import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'

export const Activity = z
  .object({
    id: z.string(),
    event: z.string().meta({ example: 'user.login' }),
    outcome: z.enum(['success', 'failure', 'denied']),
    resource: z.object({ type: z.string(), id: z.string().nullable() }),
    changedFields: z.array(z.string()),
    sessionId: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Activity' })
export type Activity = z.infer<typeof Activity>

/** What the audit log holds of the actor's own doing, newest first. */
export const createReadActivity =
  ({ audit }: Needs<'audit'>) =>
  async (actor: Actor, { cursor, limit }: CursorQuery): Promise<CursorPage<Activity>> => {
    const { items, next } = await refusingBadCursors(() =>
      audit.listByActor(actor.userId, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
    )
    return pageOf(
      items.map((record) => ({
        id: record.id,
        event: record.eventType,
        outcome: record.outcome,
        resource: { type: record.resourceType, id: record.resourceId },
        changedFields: [...record.changedFields],
        sessionId: record.sessionId,
        createdAt: record.createdAt,
      })),
      next,
    )
  }

export type ReadActivity = ReturnType<typeof createReadActivity>
