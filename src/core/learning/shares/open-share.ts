import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { isDisowned } from '../../accounts/users/disowned.model.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Caller } from '../../kernel/actor.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { Enrollments } from '../enrollments/enrollments.ts'
import { keptLooks, nothingShared, type Share, type SharedProgress, shares } from './shares.model.ts'

const tokenPattern = /^[\w-]{43}$/

/** Whether a share shows anything: neither past its time, nor taken back, nor made by somebody in the owner's name. */
export const isOpen = (share: Share, owner: User, nowMs: number): boolean =>
  share.endedAt === null &&
  nowMs < Date.parse(share.expiresAt) &&
  owner.status !== 'suspended' &&
  !owner.deletion &&
  !isDisowned(owner, share.createdAt)

export const createHashToken =
  ({ ciphers }: Needs<'ciphers'>) =>
  async (token: string): Promise<string> =>
    encodeBase64url(await ciphers.digest(`share ${token}`))
export type HashToken = ReturnType<typeof createHashToken>

/** Who looks, in the audit log: whoever has the link of this share. */
export const actorOfShare = ({ id }: Pick<Share, 'id'>): string => `share:${id}`

/** What whoever has the link is shown. It is counted and recorded before it is answered. */
export const createOpenShare = (
  needs: Needs<'documents' | 'clock'>,
  {
    users,
    audit,
    courses,
    enrollments,
    hashToken,
  }: {
    readonly users: Pick<Users, 'read'>
    readonly audit: Recording
    readonly courses: Pick<Courses, 'titlesOf'>
    readonly enrollments: Pick<Enrollments, 'outcomesOf'>
    readonly hashToken: HashToken
  },
) => {
  const { documents, clock } = needs
  const put = createPutDocument(needs)

  /** Throws where it was taken back meanwhile: whoever took it back knows that nobody is shown anything later. */
  async function countLook(userId: string, shareId: string, owner: User): Promise<Share> {
    const stored = await put(shares, { partition: userId, id: shareId }, (known) => {
      if (known?.kind !== 'share' || !isOpen(known, owner, clock.now())) throw nothingShared()
      return {
        ...known,
        lookCount: known.lookCount + 1,
        looks: [new Date(clock.now()).toISOString(), ...known.looks].slice(0, keptLooks),
      }
    })
    if (stored?.value.kind !== 'share') throw nothingShared()
    return stored.value
  }

  return async (token: string, caller: Caller): Promise<SharedProgress> => {
    if (!tokenPattern.test(token)) throw nothingShared()
    const key = { partition: await hashToken(token), id: 'token' }
    const leading = (await documents.read(shares, key))?.value
    if (leading?.kind !== 'token') throw nothingShared()
    const { userId, shareId } = leading
    const owner = (await users.read(userId))?.value
    if (!owner) throw nothingShared()
    const share = await countLook(userId, shareId, owner)
    await audit.record(caller, {
      event: 'share.look',
      actorId: actorOfShare(share),
      resource: { type: 'user', id: userId },
    })
    const [titles, outcomes] = await Promise.all([
      courses.titlesOf(share.courseIds),
      enrollments.outcomesOf(userId, share.courseIds),
    ])
    return {
      learner: owner.name,
      recipientName: share.recipientName,
      expiresAt: share.expiresAt,
      courses: outcomes.map(({ courseId, progress, completedAt, timeSpent, timeSpentSeconds }) => ({
        title: titles.get(courseId) ?? '',
        progress,
        completedAt,
        timeSpent,
        timeSpentSeconds,
      })),
    }
  }
}
