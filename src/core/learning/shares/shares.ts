import type { Needs } from '../../../ports/ports.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Courses } from '../courses/courses.ts'
import type { Enrollments } from '../enrollments/enrollments.ts'
import { createDescribeShares, createListShares } from './list-shares.ts'
import { createMakeShare } from './make-share.ts'
import { createHashToken, createOpenShare } from './open-share.ts'
import { createSharesPersonalData } from './personal-data.ts'
import { shares } from './shares.model.ts'

export interface SharesBorrows {
  readonly users: Pick<Users, 'read' | 'readOwn'>
  readonly auth: Pick<Auth, 'whereToTell'>
  readonly audit: Pick<Audit, 'record' | 'entryOf' | 'actors'>
  readonly mail: Pick<Mailing, 'enqueue'>
  readonly limits: Pick<Limits, 'take'>
  readonly courses: Pick<Courses, 'titlesOf'>
  readonly enrollments: Pick<Enrollments, 'coursesOf' | 'outcomesOf'>
}

export interface SharesConfig {
  readonly auth: { readonly publicOrigin: string }
  readonly limits: {
    /** Looks of one address. */
    readonly shares: Limit
    /** Links that one person makes. */
    readonly newShares: Limit
  }
}

/** Letting somebody without an account see how far one is in courses of one's choice, for a time. */
export function createShares(
  needs: Needs<'documents' | 'ciphers' | 'clock' | 'ids'>,
  borrows: SharesBorrows,
  { auth: { publicOrigin }, limits: { shares: looks, newShares } }: SharesConfig,
) {
  const { documents, clock } = needs
  const { auth, audit } = borrows
  const put = createPutDocument(needs)
  const hashToken = createHashToken(needs)
  const describe = createDescribeShares(needs, borrows)

  return {
    ...emptyFace,
    limits: [looks, newShares],
    listeners: [
      audit.actors.listener('share', async (ownerId, id) => {
        const share = (await documents.read(shares, { partition: ownerId, id }))?.value
        return share?.kind === 'share' ? share.recipientName : null
      }),
    ],
    personalData: createSharesPersonalData(needs),
    make: createMakeShare(needs, {
      ...borrows,
      whereToTell: auth.whereToTell,
      hashToken,
      describe,
      perDay: newShares,
      publicOrigin,
    }),
    list: createListShares(needs, { describe }),
    open: createOpenShare(needs, { ...borrows, hashToken }),

    /** From now on nobody is shown anything by it. Fine when it is over already. */
    async end({ userId, sessionId }: Actor, id: string, caller: Caller): Promise<void> {
      let isNew = false
      const ended = await put(shares, { partition: userId, id }, (known) => {
        if (known?.kind !== 'share') throw notFound()
        isNew = known.endedAt === null
        return isNew ? { ...known, endedAt: new Date(clock.now()).toISOString() } : known
      })
      if (ended?.value.kind !== 'share') throw notFound()
      await documents.remove(shares, { partition: ended.value.tokenHash, id: 'token' })
      if (isNew)
        await audit.record(caller, {
          event: 'share.end',
          actorId: userId,
          sessionId,
          resource: { type: 'share', id },
        })
    },
  }
}

export type Shares = ReturnType<typeof createShares>

export const sharesDomain = { collections: [shares], create: createShares }
