import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent } from '../../../ports/traceparent.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import { openFormerAddresses, takeBackMs } from '../../accounts/users/former-addresses.model.ts'
import { accountIsClosing, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { PersonalData } from '../../kernel/personal-data.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { system } from '../../platform/audit/audit.model.ts'
import { greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Registry } from '../registry/registry.ts'
import { type FindByReceipt, idOfReceipt, receiptKeptMs } from './deletion-receipt.ts'
import { viewOf } from './deletion-view.ts'
import { type Deletion, type DeletionView, deletions, type ErasureSettings } from './erasure.model.ts'

const leaseMs = 30_000
const lockedWithinMs = 10 * 60_000

type Erased = Extract<PersonalData, { readonly erase: unknown }>
const isErased = (entry: PersonalData): entry is Erased => 'erase' in entry

/**
 * Erases accounts: a line of steps, one for each registered store, each noted when it is done. A step can be run again,
 * so whatever cuts this off, any process goes on where it stood.
 */
export function createEraseAccount(
  needs: Needs<'clock' | 'defer' | 'documents' | 'log' | 'telemetry'>,
  domain: {
    readonly users: Users
    readonly audit: Recording
    readonly mail: Mailing
    /** Makes this process forget that it has lately seen the person's sessions to be good. */
    readonly forgetSessions: (userId: string) => void
    readonly whereToTell: Auth['whereToTell']
    readonly registry: Pick<Registry, 'entries'>
    readonly findByReceipt: FindByReceipt
    readonly settings: ErasureSettings
  },
) {
  const { clock, defer, documents, log, telemetry } = needs
  const { users, audit, mail, forgetSessions, whereToTell, registry, findByReceipt, settings } = domain
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const keyOf = (id: string) => ({ partition: id, id })
  const steps = () => registry.entries().filter(isErased)
  const newDeletion = (id: string, userId: string, eraseAfter: string): Deletion => ({
    id,
    userId,
    isOfGuest: false,
    state: 'scheduled',
    requestedAt: iso(clock.now()),
    eraseAfter,
    steps: [],
    finishedAt: null,
    leasedUntil: iso(clock.now()),
  })

  async function accountOf(userId: string): Promise<User | null> {
    return (await users.read(userId))?.value ?? null
  }

  /** Whether this is an erasure that the account knows of; not one that was overtaken or taken back. */
  const isMeant = ({ id, isOfGuest }: Deletion, account: User | null): boolean =>
    account === null || (isOfGuest ? account.role === 'guest' : account.deletion?.id === id)

  /** The work, when it is due and this process's turn. From here on it cannot be taken back. */
  async function claim(id: string): Promise<Deletion | null> {
    const now = clock.now()
    let claimed: Deletion | null = null
    await put(deletions, keyOf(id), (known) => {
      claimed = null
      const isDue =
        known?.state === 'erasing' || (known?.state === 'scheduled' && Date.parse(known.eraseAfter) <= now)
      if (!known || !isDue || Date.parse(known.leasedUntil) > now) return known
      claimed = { ...known, state: 'erasing', leasedUntil: iso(now + leaseMs) }
      return claimed
    })
    return claimed
  }

  async function erase(id: string): Promise<void> {
    const scheduled = await documents.read(deletions, keyOf(id))
    if (!scheduled) return
    const { userId } = scheduled.value
    const account = await accountOf(userId)
    if (account?.legalHoldSince !== undefined) return
    if (!isMeant(scheduled.value, account)) {
      // The account is locked a moment after this was stored.
      if (Date.parse(scheduled.value.requestedAt) + lockedWithinMs > clock.now()) return
      await documents.remove(deletions, keyOf(id), scheduled.version)
      return
    }
    const claimed = await claim(id)
    if (!claimed) return
    await telemetry.trace('erasure', {}, { from: ownTraceParent(claimed.trace) }, () =>
      eraseFromAll(claimed, account),
    )
  }

  async function eraseFromAll(claimed: Deletion, account: User | null): Promise<void> {
    const { id, userId, isOfGuest } = claimed
    const subject = { userId, account, addresses: await users.addressesOf(userId) }
    const done = new Set(claimed.steps.map(({ store }) => store))
    for (const { store, erase: eraseFrom } of steps()) {
      if (done.has(store)) continue
      const kept = await eraseFrom(subject)
      const now = clock.now()
      await put(deletions, keyOf(id), (latest) =>
        latest && !latest.steps.some((step) => step.store === store)
          ? {
              ...latest,
              steps: [...latest.steps, { store, finishedAt: iso(now), kept }],
              leasedUntil: iso(now + leaseMs),
            }
          : latest,
      )
    }
    await audit.record(null, { event: 'user.erase', actorId: system, resource: { type: 'user', id: userId } })
    const now = clock.now()
    await put(deletions, keyOf(id), (latest): Deletion | null => {
      if (isOfGuest || !latest) return null
      const { trace: _, ...kept } = latest
      return {
        ...kept,
        state: 'done',
        finishedAt: kept.finishedAt ?? iso(now),
        purgeAt: iso(now + receiptKeptMs),
      }
    })
    log.info('account_erased')
  }

  /** Until then somebody else may turn out to be the owner. */
  const takenBackUntil = (account: User, now: number): number =>
    Math.max(
      0,
      ...openFormerAddresses(account, now).map(({ changedAt }) => Date.parse(changedAt) + takeBackMs),
    )

  return {
    /**
     * Locks the account and everybody out of it. Answers the receipt, which is kept nowhere. While a change of address
     * can be taken back, also an immediate erasure waits, and both mailboxes are told. Throws `last_administrator`.
     */
    async request(actor: Actor, isImmediate: boolean, caller: Caller): Promise<string> {
      const { userId, sessionId } = actor
      const receipt = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
      const id = await idOfReceipt(receipt)
      const now = clock.now()
      const known = await accountOf(userId)
      if (!known) throw notFound()
      if (known.deletion) throw accountIsClosing()
      const requestedAt = iso(now)
      // There is no mailbox to tell a guest's, and nothing to come back to after their day.
      const isGuest = known.role === 'guest'
      const isAtOnce = isImmediate || isGuest
      const dueAt = Math.max(now + (isAtOnce ? 0 : settings.erasureDelayMs), takenBackUntil(known, now))
      const { value: account } = await users.holdToLeave(known, async (hold) => {
        const trace = telemetry.context()
        await documents.insert(deletions, {
          ...newDeletion(id, userId, iso(dueAt)),
          ...(trace === null ? {} : { trace }),
        })
        // Before the lock: nobody is locked out without the receipt.
        const greeting = greetingOf(known.name)
        const link = linkTo(settings.pages.accountDeletion, receipt)
        const told = isGuest ? [] : await whereToTell(known, requestedAt)
        for (const [n, { to, notMe, language }] of told.entries())
          await mail.enqueue(
            { template: 'account_closing', to, language, greeting, link, notMe },
            `account closing ${id} ${n}`,
          )
        const close = (latest: User): User => {
          if (latest.deletion) throw accountIsClosing()
          return {
            ...latest,
            deletion: { id, statusBefore: latest.status, setUp: { at: requestedAt, sessionId } },
            status: 'suspended',
            securityEpoch: latest.securityEpoch + 1,
            updatedAt: requestedAt,
          }
        }
        return users.changeAs(actor, userId, close, { hold })
      })
      forgetSessions(userId)
      users.announce(account)
      await audit.record(caller, {
        event: 'user.delete',
        actorId: userId,
        sessionId,
        resource: { type: 'user', id: userId },
      })
      if (isAtOnce) defer.run('erase-account', () => erase(id))
      return receipt
    },

    /** A guest is erased when their day is over: unless they have stayed by then. */
    async scheduleGuest({ id: userId, expiresAt }: User): Promise<void> {
      if (expiresAt === undefined) return
      const id = await idOfReceipt(encodeBase64url(crypto.getRandomValues(new Uint8Array(32))))
      await documents.insert(deletions, { ...newDeletion(id, userId, expiresAt), isOfGuest: true })
    },

    async read(receipt: string): Promise<DeletionView> {
      const deletion = await findByReceipt(receipt)
      const isHeld =
        deletion.state === 'scheduled' && (await accountOf(deletion.userId))?.legalHoldSince !== undefined
      return viewOf(deletion, { isHeld, steps: steps().length })
    },

    /** Sets or ends a legal hold, which keeps an account from being erased. */
    async hold(actor: Actor, userId: string, isHeld: boolean, caller: Caller): Promise<void> {
      await users.changeAs(actor, userId, (latest) => {
        if ((latest.legalHoldSince !== undefined) === isHeld) return latest
        const { legalHoldSince: _, ...rest } = latest
        return isHeld ? { ...rest, legalHoldSince: iso(clock.now()) } : rest
      })
      await audit.record(caller, {
        event: isHeld ? 'user.hold' : 'user.release_hold',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: userId },
        changedFields: ['legalHoldSince'],
      })
    },

    erase,

    /** Goes on with all that is due. One that fails does not keep the others from their turn. */
    async eraseDue(): Promise<void> {
      for await (const { value } of walk((after) => documents.scan(deletions, after))) {
        if (value.state === 'done' || value.state === 'cancelled') continue
        if (Date.parse(value.eraseAfter) > clock.now()) continue
        try {
          await erase(value.id)
        } catch (error) {
          log.error('erasure_interrupted', error)
        }
      }
    },
  }
}

export type EraseAccount = ReturnType<typeof createEraseAccount>
