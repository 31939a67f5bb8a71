import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { PushTarget, WebPushTarget } from '../../../ports/pusher.ts'
import { tokenRevoked } from '../../accounts/auth/auth.model.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound, validationError } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Reachable } from './send-push.ts'
import {
  type NewPushDevice,
  type PushDevice,
  pushUnavailable,
  sharedDevice,
  unknownPushKey,
  wrongEndpoint,
  wrongKeys,
} from './subscribe.model.ts'
import {
  mostSubscriptions,
  type PushClaim,
  type PushSubscription,
  pushSubscriptions,
} from './subscriptions.model.ts'

const purpose = 'push target'
/** More than there can be: several may subscribe at the same time. */
const page = 100

type Target = { readonly target: PushTarget }

/** The devices on which people want to be told, each for as long as nobody ends the session that it was named in. */
export function createPushDevices(
  needs: Needs<'clock' | 'documents' | 'pusher' | 'ciphers'>,
  { keys, auth }: { readonly keys: Pick<Keys, 'seal' | 'open'>; readonly auth: Pick<Auth, 'notEnded'> },
) {
  const { clock, documents, pusher, ciphers } = needs
  const put = createPutDocument(needs)
  const placeOf = (userId: string, id: string): string => `PushSubscriptions.sealedTarget ${userId} ${id}`

  async function list(userId: string): Promise<readonly PushSubscription[]> {
    const { items } = await documents.query(pushSubscriptions, {
      path: 'byRenewal',
      partition: userId,
      equals: {},
      direction: 'desc',
      limit: page,
    })
    return items.flatMap(({ value }) => (value.kind === 'claim' ? [] : [value]))
  }

  async function read(userId: string, id: string): Promise<Stored<PushSubscription> | null> {
    const stored = await documents.read(pushSubscriptions, { partition: userId, id })
    return stored && stored.value.kind !== 'claim' ? (stored as Stored<PushSubscription>) : null
  }

  /** Of nobody from now on, unless somebody else has it by now. */
  async function forget(userId: string, id: string, version?: string): Promise<boolean> {
    const isRemoved = await documents.remove(pushSubscriptions, { partition: userId, id }, version)
    if (!isRemoved) return false
    await put(pushSubscriptions, { partition: id, id: 'claim' }, (claim) =>
      claim?.kind === 'claim' && claim.userId === userId ? null : claim,
    )
    return true
  }

  const isOf = async (userId: string, id: string): Promise<boolean> => {
    const claim = await documents.read(pushSubscriptions, { partition: id, id: 'claim' })
    return claim?.value.kind === 'claim' && claim.value.userId === userId
  }

  async function openTarget(stored: Stored<PushSubscription>): Promise<PushTarget | null> {
    const { key, id, sealedTarget } = stored.value
    const bytes = await keys.open(purpose, placeOf(key, id), sealedTarget)
    return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as Target).target : null
  }

  /** Null where the device is not to be told any more. */
  async function findReachable(userId: string, id: string): Promise<Reachable | null> {
    const stored = await read(userId, id)
    if (!stored) return null
    const [isMine, session, target] = await Promise.all([
      isOf(userId, id),
      auth.notEnded(userId, stored.value.sessionId),
      openTarget(stored),
    ])
    if (!isMine || !session || session.isOnSharedDevice || !target) {
      await forget(userId, id, stored.version)
      return null
    }
    return { subscription: stored.value, version: stored.version, target, language: session.language }
  }

  async function examine(target: WebPushTarget) {
    const examined = await pusher.examine(target)
    const wrong = (message: typeof wrongEndpoint | typeof wrongKeys) =>
      validationError([{ path: '', code: 'custom', message }])
    switch (examined.is) {
      case 'good':
        return examined
      case 'wrong-endpoint':
        throw wrong(wrongEndpoint)
      case 'wrong-keys':
        throw wrong(wrongKeys)
      case 'unknown-key':
        throw unknownPushKey()
      case 'unknown-kind':
        throw pushUnavailable()
    }
  }

  async function viewsOf(actor: Actor, found: readonly PushSubscription[]): Promise<PushDevice[]> {
    const current = (await pusher.publicKeys()).find(({ isCurrent }) => isCurrent)?.publicKey
    return found.map((each) => ({
      id: each.id,
      device: each.device,
      pushService: each.pushService,
      isOfThisSession: each.sessionId === actor.sessionId,
      isKeyCurrent: each.kind !== 'web' || each.publicKey === current,
      createdAt: each.createdAt,
      renewedAt: each.renewedAt,
      toldUntil: each.goneAt,
    }))
  }

  /** Those whose sessions nobody has ended, and the others. */
  async function listByTold(userId: string) {
    const all = await list(userId)
    const sessionIds = [...new Set(all.map(({ sessionId }) => sessionId))]
    const open = new Map(
      await Promise.all(
        sessionIds.map(async (id) => [id, (await auth.notEnded(userId, id)) !== null] as const),
      ),
    )
    const isTold = await Promise.all(
      all.map(async ({ id, sessionId }) => open.get(sessionId) === true && (await isOf(userId, id))),
    )
    return { told: all.filter((_, index) => isTold[index]), over: all.filter((_, index) => !isTold[index]) }
  }

  async function forgetNotTold(userId: string): Promise<readonly PushSubscription[]> {
    const { told, over } = await listByTold(userId)
    await Promise.all(over.map(({ id }) => forget(userId, id)))
    return told
  }

  return {
    list,
    findReachable,
    forget,

    /** Those that are told, the one that was last heard of first. */
    listOwn: async (actor: Actor): Promise<PushDevice[]> =>
      viewsOf(actor, (await listByTold(actor.userId)).told),

    /** The same device again is renewed, with the keys it has now and in this session. Whoever had it before has it no more. */
    async subscribe(actor: Actor, { endpoint, keys: given, publicKey }: NewPushDevice, origin: string) {
      const { userId, sessionId } = actor
      const session = await auth.notEnded(userId, sessionId)
      if (!session) throw tokenRevoked()
      if (session.isOnSharedDevice) throw sharedDevice()
      const target: WebPushTarget = { kind: 'web', endpoint, ...given, publicKey }
      const { service, host } = await examine(target)
      const id = encodeBase64url(await ciphers.digest(`push web ${endpoint}`))
      const text = new TextEncoder().encode(JSON.stringify({ target } satisfies Target))
      const sealedTarget = await keys.seal(purpose, placeOf(userId, id), text)
      const at = new Date(clock.now()).toISOString()
      const subscribed = (known: PushSubscription | PushClaim | null): PushSubscription => ({
        id,
        key: userId,
        kind: target.kind,
        sessionId,
        device: session.device,
        pushService: service,
        host,
        sealedTarget,
        publicKey,
        origin,
        createdAt: known && known.kind !== 'claim' ? known.createdAt : at,
        renewedAt: at,
        goneAt: session.endsAt,
      })
      const stored = await put(pushSubscriptions, { partition: userId, id }, subscribed)
      let former: string | null = null
      await put(pushSubscriptions, { partition: id, id: 'claim' }, (claim): PushClaim => {
        former = claim?.kind === 'claim' && claim.userId !== userId ? claim.userId : null
        return { id: 'claim', key: id, kind: 'claim', userId, renewedAt: at, goneAt: session.endsAt }
      })
      if (former !== null) await documents.remove(pushSubscriptions, { partition: former, id })
      const told = await forgetNotTold(userId)
      // A browser whose data was cleared never says goodbye: the one that was heard of longest ago goes, and nobody is stuck.
      const others = told.filter((each) => each.id !== id)
      await Promise.all(others.slice(mostSubscriptions - 1).map((each) => forget(userId, each.id)))
      const [view] = await viewsOf(actor, stored ? [stored.value as PushSubscription] : [])
      if (!view) throw notFound()
      return view
    },

    async remove({ userId }: Actor, id: string): Promise<void> {
      if (!(await forget(userId, id))) throw notFound()
    },

    /** Of a person whose sessions, or some of them, are over. */
    async forgetEnded(userId: string, covers: (sessionId: string) => boolean): Promise<void> {
      for (const { id, sessionId } of await list(userId)) if (covers(sessionId)) await forget(userId, id)
    },

    /** Of a person whose sessions may all be over. */
    forgetNotTold,
  }
}

export type PushDevices = ReturnType<typeof createPushDevices>
