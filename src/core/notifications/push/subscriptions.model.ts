import { collection } from '../../../ports/documents.ts'
import type { PushKind } from '../../../ports/pusher.ts'

export const mostSubscriptions = 10

/** A browser, or an app, that somebody wants to be told on. */
export interface PushSubscription {
  /** SHA-256 of the address at which it is told. */
  readonly id: string
  /** Whose it is. */
  readonly key: string
  readonly kind: PushKind
  /** It is told for as long as nobody ends this. */
  readonly sessionId: string
  readonly device: string
  /** The entry of the allowed hosts that lets it be called; for apps what they are told by. */
  readonly pushService: string
  readonly host: string
  /** The address and the keys, sealed: whoever has them could tell the device things. */
  readonly sealedTarget: string
  /** With which of our keys it subscribed. */
  readonly publicKey: string
  /** The site that it leads to. */
  readonly origin: string
  readonly createdAt: string
  /** When the device last said that it is there. */
  readonly renewedAt: string
  /** When the session is over, whatever happens in it. */
  readonly goneAt: string
}

/** Leads from an address to whom it is of now: whoever holds the browser. */
export interface PushClaim {
  readonly id: 'claim'
  /** SHA-256 of the address. */
  readonly key: string
  readonly kind: 'claim'
  readonly userId: string
  readonly renewedAt: string
  readonly goneAt: string
}

/**
 * Partition `key`: a person's devices are read together, each time that the person is told something; whose an address is
 * is found by its hash alone.
 */
export const pushSubscriptions = collection<PushSubscription | PushClaim>()({
  name: 'PushSubscriptions',
  partition: 'key',
  paths: { byRenewal: { by: [], order: 'renewedAt' } },
  ttl: 'goneAt',
})
