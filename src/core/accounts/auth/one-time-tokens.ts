import { encodeBase64url } from '../../../ports/base64url.ts'
import { collection, type Key, type Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { conflict } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { hashSecretPart, isEqual } from './refresh-token.ts'

class Unusable extends Error {}

const keptAfterEndMs = 60_000

/** What a token is good for, and for nothing else. */
export type Flow =
  | 'verify-email'
  | 'link-identity'
  | 'reset-password'
  | 'change-email'
  | 'undo-email-change'
  | 'not-me'
  | 'recovery-started'
  | 'recovery-approved'
  | 'recovery-noted'
  | 'mailed-step-up'
  | 'login-second-factor'
  | 'passkey-login'
  | 'passkey-registration'
  | 'passkey-step-up'

/** A secret that was handed out once. Stored are only what recognises it and what it was handed out for. */
export interface OneTimeToken {
  readonly id: string
  /** Whose it is: a user id, or an id of its own for what has no user yet. */
  readonly subjectId: string
  readonly flow: Flow
  readonly secretHash: string
  /** Keyed hash of the six digits that stand for the secret where somebody types; null where nobody does. */
  readonly codeHash: string | null
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

export interface Issue {
  readonly lifeMs: number
  readonly tries: number
  readonly facts?: Readonly<Record<string, string>>
  /** An earlier one of this flow and subject is void. Only such a one has a code. */
  readonly isOnlyOne?: boolean
  /** Throws `conflict` where there is one of this flow and subject that is good. */
  readonly isFirst?: boolean
  /** In place of six digits. */
  readonly code?: string
  /** The only one of this session: another neither opens it by its code nor voids it. */
  readonly sessionId?: string
}

export interface Issued {
  readonly token: string
  /** Good only where it is the only one. */
  readonly code: string
  readonly expiresAt: string
}

export interface Opened {
  readonly id: string
  readonly subjectId: string
  readonly facts: Readonly<Record<string, string>>
  readonly expiresAt: string
  /** Uses the token up. True for exactly one of any number of calls at the same time. */
  close(): Promise<boolean>
}

const shape = /^([0-9a-f-]{36})\.([0-9a-z-]{4,80})\.([\w-]{43})$/

const idOfOnlyOne = (flow: Flow, sessionId?: string): string =>
  sessionId === undefined ? flow : `${flow}-${sessionId}`

/** Six digits, each as likely as the next. */
function newCode(): string {
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
    // The last, incomplete million would favour small codes.
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, '0')
  }
}

/** Tokens that work once, for one flow, for a while. */
export function createOneTimeTokens(needs: Needs<'ciphers' | 'clock' | 'documents' | 'ids'>, keys: Keys) {
  const { ciphers, clock, documents, ids } = needs
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const hashCode = (
    { subjectId, flow, secretHash }: Pick<OneTimeToken, 'subjectId' | 'flow' | 'secretHash'>,
    code: string,
  ): Promise<string> => keys.pseudonym(`code ${flow} ${subjectId} ${secretHash}`, code)

  const isLive = (token: OneTimeToken, flow: Flow): boolean =>
    token.flow === flow && Date.parse(token.expiresAt) > clock.now()

  const openedOf = (opened: Stored<OneTimeToken>): Opened => {
    const { subjectId, id, facts, expiresAt, secretHash } = opened.value
    const key = { partition: subjectId, id }
    return {
      id,
      subjectId,
      facts,
      expiresAt,
      async close() {
        let latest: Stored<OneTimeToken> | null = opened
        // A try that was counted meanwhile changed the version; a newer token has another secret.
        while (latest?.value.secretHash === secretHash) {
          if (await documents.remove(oneTimeTokens, key, latest.version)) return true
          latest = await documents.read(oneTimeTokens, key)
        }
        return false
      },
    }
  }

  /** Counts a try, before what is tried is judged: a thousand at once are no better than five in a row. */
  async function spendTry(flow: Flow, key: Key): Promise<Stored<OneTimeToken> | null> {
    try {
      return await put(oneTimeTokens, key, (latest) => {
        if (!latest || !isLive(latest, flow) || latest.triesLeft < 1) throw new Unusable()
        return { ...latest, triesLeft: latest.triesLeft - 1 }
      })
    } catch (error) {
      if (error instanceof Unusable) return null
      throw error
    }
  }

  /** The token as stored, when this is its secret. */
  async function find(flow: Flow, token: string): Promise<Stored<OneTimeToken> | null> {
    const [, partition, id, secret] = shape.exec(token) ?? []
    if (partition === undefined || id === undefined || secret === undefined) return null
    const stored = await documents.read(oneTimeTokens, { partition, id })
    if (!stored || !isLive(stored.value, flow)) return null
    return isEqual(await hashSecretPart(ciphers, secret), stored.value.secretHash) ? stored : null
  }

  return {
    async issue(
      flow: Flow,
      subjectId: string,
      { lifeMs, tries, facts = {}, isOnlyOne = false, isFirst = false, sessionId, code = newCode() }: Issue,
    ): Promise<Issued> {
      const secret = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
      const token: OneTimeToken = {
        id: isOnlyOne ? idOfOnlyOne(flow, sessionId) : ids.next(),
        subjectId,
        flow,
        secretHash: await hashSecretPart(ciphers, secret),
        codeHash: null,
        triesLeft: tries,
        facts,
        expiresAt: iso(clock.now() + lifeMs),
        purgeAt: iso(clock.now() + lifeMs + keptAfterEndMs),
      }
      const stored = isOnlyOne ? { ...token, codeHash: await hashCode(token, code) } : token
      if (isOnlyOne)
        await put(oneTimeTokens, { partition: subjectId, id: token.id }, (latest) => {
          if (isFirst && latest && isLive(latest, flow)) throw conflict()
          return stored
        })
      else await documents.insert(oneTimeTokens, stored)
      return { token: `${subjectId}.${token.id}.${secret}`, code, expiresAt: token.expiresAt }
    },

    /**
     * Null for a token that is wrong, over, used up, tried too often, or of another flow. Its secret cannot be guessed,
     * so only who holds it uses up a try; and none where the tries are those of its code.
     */
    async open(flow: Flow, token: string): Promise<Opened | null> {
      const stored = await find(flow, token)
      if (!stored) return null
      const { subjectId: partition, id, codeHash } = stored.value
      const spent = codeHash === null ? await spendTry(flow, { partition, id }) : stored
      return spent && openedOf(spent)
    },

    /** The same by the code, of the only token of this flow and subject, or of this session of theirs. */
    async openByCode(
      flow: Flow,
      subjectId: string,
      code: string,
      sessionId?: string,
    ): Promise<Opened | null> {
      const spent = await spendTry(flow, { partition: subjectId, id: idOfOnlyOne(flow, sessionId) })
      const isRight = spent && isEqual(await hashCode(spent.value, code), spent.value.codeHash ?? '')
      return isRight ? openedOf(spent) : null
    },

    /**
     * The same, without counting a try: for who counts tries elsewhere. Whether there is a token or not, it asks the store
     * one thing and computes the same.
     */
    async matchCode(flow: Flow, subjectId: string, code: string): Promise<Opened | null> {
      const stored = await documents.read(oneTimeTokens, { partition: subjectId, id: flow })
      const { secretHash, codeHash } = stored?.value ?? { secretHash: '', codeHash: null }
      const isRight = isEqual(await hashCode({ subjectId, flow, secretHash }, code), codeHash ?? '')
      return stored && isLive(stored.value, flow) && isRight ? openedOf(stored) : null
    },

    /** The only token of this flow and subject, for who may know of it without having it. */
    async peek(flow: Flow, subjectId: string): Promise<Opened | null> {
      const stored = await documents.read(oneTimeTokens, { partition: subjectId, id: flow })
      return stored && isLive(stored.value, flow) ? openedOf(stored) : null
    },

    /** Whether `open` would answer. Changes nothing: for programs that fetch every link of a mail. */
    isUsable: async (flow: Flow, token: string): Promise<boolean> => (await find(flow, token)) !== null,

    /** Voids the only token of this flow and subject. */
    async revoke(flow: Flow, subjectId: string): Promise<void> {
      await documents.remove(oneTimeTokens, { partition: subjectId, id: flow })
    },

    /** Voids every token of this subject for which `isVoid`, but the one that is open. */
    async revokeAll(
      subjectId: string,
      isVoid: (token: Pick<OneTimeToken, 'flow' | 'facts'>) => boolean,
      except?: Opened,
    ): Promise<void> {
      const ofSubject = walk<OneTimeToken>((after) =>
        documents.query(oneTimeTokens, {
          path: 'byExpiry',
          partition: subjectId,
          equals: {},
          limit: 100,
          ...after,
        }),
      )
      for await (const { value } of ofSubject)
        if (value.id !== except?.id && isVoid(value))
          await documents.remove(oneTimeTokens, { partition: subjectId, id: value.id })
    },
  }
}

export type OneTimeTokens = ReturnType<typeof createOneTimeTokens>
