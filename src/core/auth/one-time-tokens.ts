import { encodeBase64url } from '../../ports/base64url.ts'
import { collection, type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { conflict } from '../errors.ts'
import { hashSecretPart, isEqual } from './refresh-token.ts'

const attempts = 10
const keptAfterEndMs = 60_000

/** What a token is good for, and for nothing else. */
export type Flow = 'login-second-factor' | 'passkey-login' | 'passkey-registration' | 'passkey-step-up'

/** A secret that was handed out once. Stored are only what recognises it and what it was handed out for. */
export interface OneTimeToken {
  readonly id: string
  /** Whose it is: a user id, or an id of its own for what has no user yet. */
  readonly subjectId: string
  readonly flow: Flow
  readonly secretHash: string
  readonly triesLeft: number
  readonly facts: Readonly<Record<string, string>>
  readonly expiresAt: string
  readonly purgeAt: string
}

/** Partition `subjectId`: the token names it, and what belongs to a person is erased together. */
export const oneTimeTokens = collection<OneTimeToken>()({
  name: 'OneTimeTokens',
  partition: 'subjectId',
  paths: { byExpiry: { by: [], order: 'expiresAt' } },
  ttl: 'purgeAt',
})

export interface Opened {
  readonly subjectId: string
  readonly facts: Readonly<Record<string, string>>
  /** Uses the token up. True for exactly one of any number of calls at the same time. */
  close(): Promise<boolean>
}

const shape = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([\w-]{43})$/

/** Tokens that work once, for one flow, for a while. */
export function createOneTimeTokens({ clock, documents, ids }: Needs<'clock' | 'documents' | 'ids'>) {
  const iso = (ms: number) => new Date(ms).toISOString()

  /** Counts one try, or says that there is none left. */
  async function spendTry(stored: Stored<OneTimeToken>): Promise<Stored<OneTimeToken> | null> {
    let latest: Stored<OneTimeToken> | null = stored
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (!latest || latest.value.triesLeft < 1) return null
      const spent: OneTimeToken = { ...latest.value, triesLeft: latest.value.triesLeft - 1 }
      try {
        return await documents.replace(oneTimeTokens, spent, latest.version)
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
        latest = await documents.read(oneTimeTokens, { partition: spent.subjectId, id: spent.id })
      }
    }
    throw conflict()
  }

  return {
    async issue(
      flow: Flow,
      subjectId: string,
      { lifeMs, tries, facts }: { lifeMs: number; tries: number; facts: Readonly<Record<string, string>> },
    ): Promise<{ readonly token: string; readonly expiresAt: string }> {
      const id = ids.next()
      const secret = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
      const expiresAt = iso(clock.now() + lifeMs)
      await documents.insert(oneTimeTokens, {
        id,
        subjectId,
        flow,
        secretHash: await hashSecretPart(secret),
        triesLeft: tries,
        facts,
        expiresAt,
        purgeAt: iso(clock.now() + lifeMs + keptAfterEndMs),
      })
      return { token: `${subjectId}.${id}.${secret}`, expiresAt }
    },

    /** Null for a token that is wrong, over, used up, tried too often, or of another flow. Counts as a try. */
    async open(flow: Flow, token: string): Promise<Opened | null> {
      const [, subjectId, id, secret] = shape.exec(token) ?? []
      if (subjectId === undefined || id === undefined || secret === undefined) return null
      const stored = await documents.read(oneTimeTokens, { partition: subjectId, id })
      if (!stored || stored.value.flow !== flow) return null
      if (Date.parse(stored.value.expiresAt) <= clock.now()) return null
      if (!isEqual(await hashSecretPart(secret), stored.value.secretHash)) return null
      const spent = await spendTry(stored)
      if (!spent) return null
      return {
        subjectId,
        facts: spent.value.facts,
        close: () => documents.remove(oneTimeTokens, { partition: subjectId, id }),
      }
    },
  }
}

export type OneTimeTokens = ReturnType<typeof createOneTimeTokens>
