import { DocumentExists } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { notFound } from '../kernel/errors.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../kernel/paging.ts'
import { nothingKept, type PersonalData } from '../kernel/personal-data.ts'
import { walk } from '../kernel/walk.ts'
import { type ClaimedForm, type ClaimForm, type FormClaim, formClaims } from './claims.model.ts'
import type { Follower, FollowForm } from './follow-form.ts'
import type { AddInformation } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'

/**
 * A person with an account follows a referral, mostly the one about them: the number and the receipt code are shown once, and the
 * account stands for them from then on. Nothing of the referral changes by it, so nobody else can tell.
 */
export function createClaimForm(
  { documents, submissions, clock }: Needs<'documents' | 'submissions' | 'clock'>,
  { audit }: Pick<FormsDomain, 'audit'>,
  follow: FollowForm,
) {
  const of = (userId: string) =>
    walk<FormClaim>((after) =>
      documents.query(formClaims, { path: 'byTime', partition: userId, equals: {}, limit: 100, ...after }),
    )
  /** What was erased is no longer anybody's. */
  const readClaimed = async ({ id }: FormClaim): Promise<Submission | null> => {
    const submission = await submissions.read(id)
    return submission?.erasedAt === null ? submission : null
  }
  const viewOf = async (claim: FormClaim, submission: Submission): Promise<ClaimedForm> => ({
    ...(await follow.progressOf(submission)),
    id: claim.id,
    claimedAt: claim.claimedAt,
  })
  async function findClaim({ userId }: Actor, id: string): Promise<FormClaim> {
    const claim = await documents.read(formClaims, { partition: userId, id })
    if (!claim) throw notFound()
    return claim.value
  }
  /** Whoever claimed it, in the place of whoever has its code. */
  async function followerOf(actor: Actor, id: string): Promise<Follower & { readonly claim: FormClaim }> {
    const claim = await findClaim(actor, id)
    return {
      claim,
      actorId: actor.userId,
      sessionId: actor.sessionId,
      async find() {
        const submission = await readClaimed(claim)
        if (!submission) throw notFound()
        return submission
      },
    }
  }

  const personalData: readonly PersonalData[] = [
    {
      store: formClaims.name,
      dataClass: 'substance-use',
      fields: ['trackingNumber', 'claimedAt'],
      purpose: 'Lets a person follow a referral from their account.',
      retention: 'For as long as the account exists.',
      async collect({ userId }) {
        const claimed: { trackingNumber: string | null; claimedAt: string }[] = []
        for await (const { value } of of(userId)) {
          const submission = await readClaimed(value)
          claimed.push({ trackingNumber: submission?.trackingNumber ?? null, claimedAt: value.claimedAt })
        }
        return claimed
      },
      async erase({ userId }) {
        for await (const { value } of of(userId))
          await documents.remove(formClaims, { partition: userId, id: value.id })
        return nothingKept
      },
    },
  ]

  return {
    personalData,
    claims: {
      /** A wrong code is as unknown a number. Claimed twice it is claimed once. */
      async add(
        caller: Caller,
        actor: Actor,
        { trackingNumber, receiptCode }: ClaimForm,
      ): Promise<ClaimedForm> {
        const submission = await follow.findByReceipt({ trackingNumber, code: receiptCode })
        const { userId, sessionId } = actor
        const claim = { id: submission.id, userId, claimedAt: new Date(clock.now()).toISOString() }
        try {
          await documents.insert(formClaims, claim)
          await audit.record(caller, {
            event: 'form.claim',
            actorId: userId,
            sessionId,
            resource: { type: 'form', id: submission.id },
          })
        } catch (error) {
          if (!(error instanceof DocumentExists)) throw error
        }
        return viewOf(await findClaim(actor, submission.id), submission)
      },

      /** Claimed last comes first. */
      async list({ userId }: Actor, { cursor, limit }: CursorQuery): Promise<CursorPage<ClaimedForm>> {
        const page = await refusingBadCursors(() =>
          documents.query(formClaims, {
            path: 'byTime',
            partition: userId,
            equals: {},
            direction: 'desc',
            limit,
            ...(cursor === undefined ? {} : { after: cursor }),
          }),
        )
        const views = await Promise.all(
          page.items.map(async ({ value }) => {
            const submission = await readClaimed(value)
            return submission ? [await viewOf(value, submission)] : []
          }),
        )
        return pageOf(views.flat(), page.next)
      },

      async read(actor: Actor, id: string): Promise<ClaimedForm> {
        const { claim, find } = await followerOf(actor, id)
        return viewOf(claim, await find())
      },

      async addInformation(
        caller: Caller,
        actor: Actor,
        id: string,
        information: AddInformation,
      ): Promise<ClaimedForm> {
        const follower = await followerOf(actor, id)
        return viewOf(follower.claim, await follow.add(caller, follower, information))
      },

      async withdraw(caller: Caller, actor: Actor, id: string): Promise<ClaimedForm> {
        const follower = await followerOf(actor, id)
        return viewOf(follower.claim, await follow.withdrawAs(caller, follower))
      },

      /** Takes it off the list of the person; the referral stays as it is. */
      async remove({ userId }: Actor, id: string): Promise<void> {
        await documents.remove(formClaims, { partition: userId, id })
      },
    },
  }
}
