import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { Timestamp } from './messages.model.ts'
import type { Shelf } from './place.ts'

export const maxPinned = 20

/** How somebody keeps a conversation in their own list. Nobody else sees it. */
export const Mine = z
  .object({
    mutedUntil: Timestamp.nullable().meta({ description: 'Until then it makes no noise. Null: it does.' }),
    isPinned: z.boolean().meta({ description: 'Stands before the others.' }),
    isArchived: z.boolean().meta({
      description: 'Out of the list. A new message brings it back, unless it is muted.',
    }),
    isHidden: z.boolean().meta({ description: 'Out of the list until there is a new message.' }),
    isMarkedUnread: z.boolean().meta({ description: 'To be looked at again; reading takes it back.' }),
  })
  .meta({ id: 'MyConversation' })
export type Mine = z.infer<typeof Mine>

export const ChangeMine = z
  .strictObject({
    mutedUntil: Timestamp.nullable(),
    isPinned: z.boolean(),
    isArchived: z.boolean(),
    isHidden: z.boolean(),
    isMarkedUnread: z.boolean(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.')
  .refine(({ isPinned, isArchived, isHidden }) => !(isPinned && (isArchived || isHidden)), {
    path: ['isPinned'],
    message: 'What is archived or hidden cannot be pinned.',
  })
export type ChangeMine = z.infer<typeof ChangeMine>

export const asEverybody: Mine = {
  mutedUntil: null,
  isPinned: false,
  isArchived: false,
  isHidden: false,
  isMarkedUnread: false,
}

export const tooManyPinned = defineError(
  'conflict',
  'conflict',
  filled('At most {max} conversations can be pinned.', { max: maxPinned }),
)

export const shelfFor = ({ isHidden, isArchived, isPinned }: Mine): Shelf =>
  isHidden ? 'hidden' : isArchived ? 'archived' : isPinned ? 'pinned' : 'listed'

export const isMuted = ({ mutedUntil }: Pick<Mine, 'mutedUntil'>, nowMs: number): boolean =>
  mutedUntil !== null && Date.parse(mutedUntil) > nowMs

/** What is put away is not pinned, and what is pinned is not put away. */
export function changed(mine: Mine, change: ChangeMine): Mine {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const next: Mine = { ...mine, ...given }
  if (change.isPinned) return { ...next, isArchived: false, isHidden: false }
  if (change.isArchived || change.isHidden) return { ...next, isPinned: false }
  return next
}

/** After a new message: hidden ones come back, and archived ones that are not muted. */
export const withNews = (mine: Mine, nowMs: number): Mine =>
  mine.isHidden || (mine.isArchived && !isMuted(mine, nowMs))
    ? { ...mine, isHidden: false, isArchived: mine.isArchived && isMuted(mine, nowMs) }
    : mine

/** As it is answered: what a time has ended is over. */
export const mineNow = (mine: Mine | undefined, nowMs: number): Mine => {
  const known = mine ?? asEverybody
  return { ...known, mutedUntil: isMuted(known, nowMs) ? known.mutedUntil : null }
}

export const UnreadTotal = z
  .object({
    conversations: z
      .number()
      .int()
      .meta({ description: 'Those with something unread or that addresses me, or marked so.' }),
    messages: z.number().int(),
    mentions: z
      .number()
      .int()
      .meta({ description: 'Messages that address me; of each conversation the newest 10 at most.' }),
    hasMore: z
      .boolean()
      .meta({ description: 'There are still more conversations: only the newest 200 were counted.' }),
  })
  .meta({ id: 'UnreadTotal' })
export type UnreadTotal = z.infer<typeof UnreadTotal>
