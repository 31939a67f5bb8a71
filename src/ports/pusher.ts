/** A browser at its push service (RFC 8030), as its `PushSubscription` says. */
export interface WebPushTarget {
  readonly kind: 'web'
  readonly endpoint: string
  /** A point of P-256, uncompressed, 65 bytes, and 16 random bytes: base64url. */
  readonly p256dh: string
  readonly auth: string
  /** The public key that it subscribed with, base64url: nothing signed by another key gets through. */
  readonly publicKey: string
}

/** An app of ours on a phone, by the token that the phone's maker gave it. */
export interface NativePushTarget {
  readonly kind: 'fcm' | 'apns'
  readonly token: string
}

export type PushTarget = WebPushTarget | NativePushTarget

export type PushKind = PushTarget['kind']

/**
 * What a device is told: the declarative format of web push. Words are those of a closed set, which say nothing. Where it
 * leads to is opaque.
 */
export interface Wake {
  readonly web_push: 8030
  readonly notification: {
    readonly title: string
    readonly body: string
    readonly lang: string
    readonly dir: 'auto'
    /** A whole address; only the person signed in finds anything there. */
    readonly navigate: string
    /** A later one of the same tag takes its place on the screen. */
    readonly tag: string
  }
  /** How many wait; 0 takes the number away. */
  readonly app_badge: number
}

export interface PushOptions {
  /** For how long it is worth telling, 1 to 2,419,200. */
  readonly ttlSeconds: number
  readonly urgency: PushUrgency
  /** Of those that still wait for a device only the last of one topic reaches it: 1 to 32 characters of base64url. */
  readonly topic: string
}

export type PushUrgency = 'normal' | 'high'

/** What became of one push. `status` is what the other side answered. */
export type PushOutcome =
  /** The other side has taken responsibility. */
  | { readonly is: 'sent'; readonly status: number }
  /** Nobody is there any more (404, 410), or the key was never good for it (403): forget the device. */
  | { readonly is: 'gone'; readonly status: number }
  /** It will never be taken like this, however often it is tried. The device may be there. */
  | { readonly is: 'refused'; readonly status: number }
  /** Not now. `retryAfterSeconds` is what it asked for, at most a day; null: it did not say. */
  | { readonly is: 'later'; readonly status: number; readonly retryAfterSeconds: number | null }

/** A key that browsers subscribe with. */
export interface PushKey {
  /** A point of P-256, uncompressed, base64url: 87 characters. */
  readonly publicKey: string
  /** The one to subscribe with from now on. Exactly one is, where there is any. */
  readonly isCurrent: boolean
}

/** What is known of a target before anything is sent to it. */
export type Examined =
  | {
      readonly is: 'good'
      /** One of `services`: says nothing about the device. */
      readonly service: string
      /** Who is called. */
      readonly host: string
    }
  /** An address that is never called: see `pushHostOf`. */
  | { readonly is: 'wrong-endpoint' }
  /** No key of P-256, or no secret of 16 bytes. */
  | { readonly is: 'wrong-keys' }
  /** It subscribed with a key that is not, or no longer, ours. */
  | { readonly is: 'unknown-key' }
  /** Nothing of this kind is told here. */
  | { readonly is: 'unknown-kind' }

/**
 * Wakes devices of people who are not connected. Everything that goes out has one length, whatever it says, and every
 * browser's is encrypted for it alone (RFC 8291).
 *
 * `push` answers within 15 seconds, whatever the other side does, follows no redirect, reads nothing of what is answered,
 * and calls no host but those allowed: what `examine` does not find good is `gone`, unless its key is one that may yet be
 * seen. Where there was no answer it throws `PortUnavailable('pusher')`; the device may have been told or not. It may be
 * called any number of times at once.
 */
export interface Pusher {
  /** By whom devices are told: the allowed hosts, `fcm`, `apns`. None: nobody is told anything. */
  readonly services: readonly string[]
  /** The current one first, then those that are still good for whoever subscribed with them. None: browsers are not told. */
  publicKeys(): Promise<readonly PushKey[]>
  examine(to: PushTarget): Promise<Examined>
  push(to: PushTarget, wake: Wake, options: PushOptions): Promise<PushOutcome>
}

export const longestTtlSeconds = 28 * 86_400

/** Every pusher checks what it is given with this: a mistake of ours, never of the other side. */
export function checkPush(wake: Wake, { ttlSeconds, topic }: PushOptions): void {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > longestTtlSeconds)
    throw new RangeError('a push has a TTL of 1 second to 28 days')
  if (!/^[\w-]{1,32}$/.test(topic)) throw new RangeError('a topic has 1 to 32 characters of base64url')
  if (!Number.isInteger(wake.app_badge) || wake.app_badge < 0) throw new RangeError('a badge is a number')
}
