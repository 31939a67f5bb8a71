import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Courses } from '../courses/courses.ts'
import { isOpen } from './open-share.ts'
import { type Share, type ShareView, shares } from './shares.model.ts'

/** As their owner sees them. */
export const createDescribeShares =
  ({ clock }: Needs<'clock'>, { courses }: { readonly courses: Pick<Courses, 'titlesOf'> }) =>
  async (owner: User, found: readonly Share[]): Promise<readonly ShareView[]> => {
    const titles = await courses.titlesOf([...new Set(found.flatMap(({ courseIds }) => courseIds))])
    return found.map((share) => ({
      id: share.id,
      recipientName: share.recipientName,
      courses: share.courseIds.map((id) => ({ id, title: titles.get(id) ?? '' })),
      createdAt: share.createdAt,
      expiresAt: share.expiresAt,
      endedAt: share.endedAt,
      isActive: isOpen(share, owner, clock.now()),
      lookCount: share.lookCount,
      looks: [...share.looks],
    }))
  }
export type DescribeShares = ReturnType<typeof createDescribeShares>

export const createListShares =
  ({ documents }: Needs<'documents'>, { describe }: { readonly describe: DescribeShares }) =>
  async (owner: User, { cursor, limit }: CursorQuery): Promise<CursorPage<ShareView>> => {
    const page = await refusingBadCursors(() =>
      documents.query(shares, {
        path: 'byCreation',
        partition: owner.id,
        equals: { kind: 'share' },
        direction: 'desc',
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      }),
    )
    const found = page.items.flatMap(({ value }) => (value.kind === 'share' ? [value] : []))
    return pageOf(await describe(owner, found), page.next)
  }
