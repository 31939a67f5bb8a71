import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import type { Limit } from '../../kernel/domain.ts'
import { type ErrorDetail, tooMany, validationError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import { greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Enrollments } from '../enrollments/enrollments.ts'
import type { DescribeShares } from './list-shares.ts'
import { type HashToken, isOpen } from './open-share.ts'
import {
  type IssuedShare,
  longestShareDays,
  longestShareMs,
  maxActiveShares,
  type NewShare,
  type Share,
  type ShareToken,
  shares,
  tooManyShares,
} from './shares.model.ts'

const minuteMs = 60_000
/** Enough to find those that are active: there are so many new ones a day at most. */
const newest = 1_000

/**
 * Makes a link that shows somebody's progress in the named courses to whoever has it. Its owner is told by mail before it
 * leads anywhere, and by the link in that mail ends what somebody else made in their name.
 */
export function createMakeShare(
  { documents, clock, ids }: Needs<'documents' | 'clock' | 'ids'>,
  {
    users,
    audit,
    mail,
    limits,
    enrollments,
    whereToTell,
    hashToken,
    describe,
    perDay,
    publicOrigin,
  }: {
    readonly users: Pick<Users, 'readOwn'>
    readonly audit: Recording
    readonly mail: Pick<Mailing, 'enqueue'>
    readonly limits: Pick<Limits, 'take'>
    readonly enrollments: Pick<Enrollments, 'coursesOf'>
    readonly whereToTell: Auth['whereToTell']
    readonly hashToken: HashToken
    readonly describe: DescribeShares
    readonly perDay: Limit
    readonly publicOrigin: string
  },
) {
  async function refuseUnfit(userId: string, courseIds: readonly string[], expiresMs: number): Promise<void> {
    const taken = await enrollments.coursesOf(userId)
    const details: ErrorDetail[] = courseIds.flatMap((id, i): ErrorDetail[] =>
      taken.includes(id)
        ? []
        : [{ path: `courseIds.${i}`, code: 'not_enrolled', message: 'Must be a course that you take.' }],
    )
    const left = expiresMs - clock.now()
    if (left < minuteMs || left > longestShareMs)
      details.push({
        path: 'expiresAt',
        code: 'out_of_range',
        message: filled('Must be in the future, {days} days from now at most.', { days: longestShareDays }),
      })
    if (details.length > 0) throw validationError(details)
  }

  async function refuseTooMany(owner: User): Promise<void> {
    const { items } = await documents.query(shares, {
      path: 'byCreation',
      partition: owner.id,
      equals: { kind: 'share' },
      direction: 'desc',
      limit: newest,
    })
    const active = items.filter(({ value }) => value.kind === 'share' && isOpen(value, owner, clock.now()))
    if (active.length >= maxActiveShares) throw tooManyShares()
    const standing = await limits.take([perDay], owner.id, 1)
    if (standing.isExceeded) throw tooMany('Too many links.', standing.resetInSeconds)
  }

  return async (actor: Actor, owner: User, given: NewShare, caller: Caller): Promise<IssuedShare> => {
    const expiresMs = Date.parse(given.expiresAt)
    const courseIds = [...new Set(given.courseIds)]
    await refuseUnfit(owner.id, courseIds, expiresMs)
    await refuseTooMany(owner)

    const id = ids.next()
    const token = encodeBase64url(randomBytes(32))
    const createdAt = new Date(clock.now()).toISOString()
    const expiresAt = new Date(expiresMs).toISOString()
    const tokenHash = await hashToken(token)
    const share: Share = {
      id,
      key: owner.id,
      kind: 'share',
      recipientName: given.recipientName,
      courseIds,
      tokenHash,
      createdAt,
      expiresAt,
      endedAt: null,
      lookCount: 0,
      looks: [],
    }
    const leading: ShareToken = {
      id: 'token',
      key: tokenHash,
      kind: 'token',
      userId: owner.id,
      shareId: id,
      createdAt,
      goneAt: expiresAt,
    }
    await audit.record(caller, {
      event: 'share.create',
      actorId: owner.id,
      sessionId: actor.sessionId,
      resource: { type: 'share', id },
    })
    for (const [n, { to, notMe, language }] of (await whereToTell(owner, createdAt)).entries())
      await mail.enqueue(
        { template: 'progress_shared', to, language, greeting: greetingOf(owner.name), link: notMe },
        `progress_shared ${id} ${n}`,
      )
    await documents.insert(shares, share)
    await documents.insert(shares, leading)
    try {
      // After the write: whatever ends the session later finds a share that was made before.
      await users.readOwn(actor)
    } catch (error) {
      await documents.remove(shares, { partition: tokenHash, id: 'token' })
      await documents.remove(shares, { partition: owner.id, id })
      throw error
    }
    const [view] = await describe(owner, [share])
    if (!view) throw new Error('a share was not described')
    return { ...view, url: `${publicOrigin}/api/v1/shared#${token}` }
  }
}
