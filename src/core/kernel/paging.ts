import { z } from 'zod'
import { InvalidCursor } from '../../ports/cursor.ts'
import { validationError } from './errors.ts'

/** The query of a list that goes on by cursor. */
export const CursorQuery = z.object({
  cursor: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      description: 'The `nextCursor` of the page before.',
      examples: [
        'WyIyMDI2LTAzLTAyVDE4OjAwOjAwLjAwMFoiLCIwMTliNzZkYS1hODA2LTcwYWQtYThmOS05YjdjYmQyZTNmNGEiXQ',
      ],
    }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type CursorQuery = z.infer<typeof CursorQuery>

export const cursorPage = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    pagination: z.object({ hasMore: z.boolean(), nextCursor: z.string().nullable() }),
  })

export interface CursorPage<T> {
  items: T[]
  pagination: { hasMore: boolean; nextCursor: string | null }
}

export const pageOf = <T>(items: readonly T[], next: string | undefined): CursorPage<T> => ({
  items: [...items],
  pagination: { hasMore: next !== undefined, nextCursor: next ?? null },
})

/** A cursor that no list of ours made is the caller's mistake. */
export async function refusingBadCursors<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof InvalidCursor)) throw error
    throw validationError([
      { path: 'cursor', code: 'invalid_cursor', message: 'Must be the nextCursor of the page before.' },
    ])
  }
}
