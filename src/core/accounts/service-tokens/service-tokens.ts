import { encodeBase64url } from '../../../ports/base64url.ts'
import { isRecent } from '../../../ports/clock.ts'
import { VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { isDisowned } from '../users/disowned.model.ts'
import { isAdministrator } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { createServiceTokensPersonalData } from './personal-data.ts'
import {
  type NewServiceToken,
  type ServiceToken,
  type ServiceTokenView,
  serviceTokens,
} from './service-tokens.model.ts'

const dayMs = 24 * 60 * 60_000
const hourMs = 60 * 60_000
const tokenPattern = /^tis_([\da-f-]{36})_([\w-]{43})$/

const hashOf = async (secret: string): Promise<string> =>
  encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))))

const viewOf = ({ secretHash: _, ...view }: ServiceToken, isVouchedFor: boolean): ServiceTokenView => ({
  ...view,
  scopes: [...view.scopes],
  isRefused: !isVouchedFor,
})

/** A program that has shown its token. */
export interface Service {
  readonly id: string
  readonly scopes: ServiceToken['scopes']
}

export const isServiceToken = (text: string): boolean => text.startsWith('tis_')

export function createServiceTokens(
  needs: Needs<'documents' | 'clock' | 'ids' | 'defer'>,
  { audit, users }: { readonly audit: Recording; readonly users: Pick<Users, 'read' | 'readOwn'> },
) {
  const { documents, clock, ids, defer } = needs
  const keyOf = (id: string) => ({ partition: id, id })
  /**
   * A token is worth what whoever made it is: it stands for their right to see what it shows. One that somebody else made
   * in their name is worth nothing.
   */
  const isVouchedFor = async ({ createdBy, createdAt }: ServiceToken): Promise<boolean> => {
    const maker = (await users.read(createdBy))?.value
    return maker !== undefined && isAdministrator(maker) && !isDisowned(maker, createdAt)
  }
  const record = (caller: Caller, { userId, sessionId }: Actor, event: string, id: string) =>
    audit.record(caller, { event, actorId: userId, sessionId, resource: { type: 'service-token', id } })

  return {
    ...emptyFace,
    personalData: createServiceTokensPersonalData(needs),
    /** The token is in this answer and nowhere else. Throws `invalid_token` where the maker's sessions were ended meanwhile. */
    async create(caller: Caller, actor: Actor, { name, scopes, expiresInDays }: NewServiceToken) {
      const id = ids.next()
      const secret = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
      const now = clock.now()
      const token: ServiceToken = {
        id,
        name,
        scopes: [...new Set(scopes)],
        secretHash: await hashOf(secret),
        createdBy: actor.userId,
        createdAt: new Date(now).toISOString(),
        lastUsedAt: null,
        expiresAt: new Date(now + expiresInDays * dayMs).toISOString(),
      }
      await record(caller, actor, 'service-token.create', id)
      await documents.insert(serviceTokens, token)
      try {
        // After the write: whatever ends the session later finds a token that was made before.
        await users.readOwn(actor)
      } catch (error) {
        await documents.remove(serviceTokens, keyOf(id))
        throw error
      }
      return { ...viewOf(token, true), token: `tis_${id}_${secret}` }
    },

    async list(): Promise<ServiceTokenView[]> {
      const found: ServiceTokenView[] = []
      for await (const { value } of walk((after) => documents.scan(serviceTokens, after)))
        found.push(viewOf(value, await isVouchedFor(value)))
      return found.toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? 1 : -1))
    },

    /** From the next request on it is unknown. */
    async revoke(caller: Caller, actor: Actor, id: string): Promise<void> {
      if (!(await documents.read(serviceTokens, keyOf(id)))) throw notFound()
      await record(caller, actor, 'service-token.revoke', id)
      await documents.remove(serviceTokens, keyOf(id))
    },

    /** Whose token it is; null for one that is unknown, revoked or past its time, or whose maker is no administrator now. */
    async authenticate(text: string): Promise<Service | null> {
      const [, id = '', secret = ''] = tokenPattern.exec(text) ?? []
      if (id === '') return null
      const [stored, hash] = await Promise.all([documents.read(serviceTokens, keyOf(id)), hashOf(secret)])
      if (stored?.value.secretHash !== hash || !(await isVouchedFor(stored.value))) return null
      const { value: token, version } = stored
      const now = clock.now()
      if (token.lastUsedAt === null || !isRecent(Date.parse(token.lastUsedAt), hourMs, now))
        defer.run('note-service-token-use', async () => {
          const used = { ...token, lastUsedAt: new Date(now).toISOString() }
          await documents.replace(serviceTokens, used, version).catch((error: unknown) => {
            if (!(error instanceof VersionMismatch)) throw error
          })
        })
      return { id, scopes: token.scopes }
    },
  }
}

export type ServiceTokens = ReturnType<typeof createServiceTokens>

export const serviceTokensDomain = { collections: [serviceTokens], create: createServiceTokens }
