import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import { defineError } from '../../kernel/errors.ts'
import { type Language, languages } from '../../kernel/language.ts'

/** Everybody who reads a conversation is in its group. */
export const conversationGroup = (conversationId: string): string => `c.${conversationId}`

/** Every device of one user is in that user's group. */
export const userGroup = (userId: string): string => `u.${userId}`

/** The connections that were opened in one session. */
export const sessionGroup = (sessionId: string): string => `s.${sessionId}`

/** Connections of a user of which nobody knows any more in which session they were opened. */
export const sessionlessGroup = (userId: string): string => `u.${userId}.sessionless`

/** The session whose group is among these. */
export function sessionAmong(groups: readonly string[]): string | null {
  const prefix = sessionGroup('')
  return groups.find((group) => group.startsWith(prefix))?.slice(prefix.length) ?? null
}

/** Carries what a device reads from where it asked to connect to where it does. Nothing is published to it. */
export const languageGroup = (language: Language): string => `l.${language}`

export const languageAmong = (groups: readonly string[]): Language =>
  languages.find((language) => groups.includes(languageGroup(language))) ?? languages[0]

/** What a connection carries. */
export interface ConnectionState {
  /** The groups that it was given, as a fingerprint. */
  readonly given: string
  readonly sessionId: string | null
  readonly language: Language
}

export const writeState = ({ given, sessionId, language }: ConnectionState): string =>
  [given, sessionId ?? '', ...(language === languages[0] ? [] : [language])].join('.')

export function readState(state: string | null): ConnectionState {
  const [given = '', sessionId = '', named] = (state ?? '').split('.')
  const language = languages.find((each) => each === named) ?? languages[0]
  return { given, sessionId: sessionId || null, language }
}

/**
 * Tells a person's devices that a session is over (null: every one), then closes the connections opened in it, and
 * those that may have been. The latter come back if their session stands.
 */
export async function endConnections(
  { realtime, clock }: Needs<'realtime' | 'clock'>,
  userId: string,
  sessionId: string | null,
): Promise<void> {
  const at = new Date(clock.now()).toISOString()
  await realtime.publish(userGroup(userId), { event: 'session.revoked', at, data: { sessionId } })
  const reason = 'session ended'
  if (sessionId === null) return realtime.disconnect(userId, reason)
  await Promise.all(
    [sessionGroup(sessionId), sessionlessGroup(userId)].map((group) =>
      realtime.disconnectGroup(group, reason),
    ),
  )
}

export const ClientAccess = z
  .object({
    url: z.url().meta({
      description: 'For `getClientAccessUrl` of `@azure/web-pubsub-client`. Holds a token: not to be kept.',
    }),
    protocol: z.string().meta({ example: 'json.reliable.webpubsub.azure.v1' }),
    expiresAt: z.iso.datetime().meta({ description: 'After this the URL opens nothing; ask for a new one.' }),
  })
  .meta({ id: 'RealtimeAccess' })

/** One device, connected. */
export interface Connection {
  readonly connectionId: string
  readonly userId: string
}

/**
 * What a domain does about connections. Events come at least once, may come late and out of order, and one that says a
 * connection ended may never come.
 */
export interface ConnectionListener {
  /** The groups the user belongs to now. */
  groupsOf(userId: string): Promise<readonly string[]>
  /** Also called again for a connection that was announced before. */
  connected(connection: Connection): Promise<void>
  disconnected(connection: Connection): Promise<void>
  /** What devices may say, by name. The answer goes to that device alone; null says nothing. */
  readonly events: Readonly<Record<string, (connection: Connection, said: unknown) => Promise<object | null>>>
}

/** What a device says now and then to show that it is there, whether or not the person is. */
export const ping = 'ping'

/** Which of the things that a device said an answer is about: several may be under way on one connection. */
export const SaidReference = z
  .object({
    said: z.string().meta({ description: 'The name of the event that is answered.', example: 'message' }),
    requestId: z.string().meta({ description: 'Names the answer in our logs, as for a request.' }),
    clientMessageId: z
      .string()
      .optional()
      .meta({ description: 'As it was sent with the event, whatever the event is.' }),
    conversationId: z.string().optional().meta({ description: 'As it was sent with the event.' }),
  })
  .meta({ id: 'SaidReference' })
export type SaidReference = z.infer<typeof SaidReference>

/** Sent back as it came, so only what such an id can be. */
const Echoed = z.string().regex(/^[\x21-\x7e]{1,128}$/)

/** `said` is whatever came, valid or not. */
export function referenceTo(name: string, said: unknown, requestId: string): SaidReference {
  const { clientMessageId, conversationId } = (said ?? {}) as Record<string, unknown>
  const echoes = {
    clientMessageId: Echoed.safeParse(clientMessageId),
    conversationId: Echoed.safeParse(conversationId),
  }
  return {
    said: name,
    requestId,
    ...(echoes.clientMessageId.success && { clientMessageId: echoes.clientMessageId.data }),
    ...(echoes.conversationId.success && { conversationId: echoes.conversationId.data }),
  }
}

/** An event, as the service tells it. Nothing in it is true before it is verified. */
export interface ConnectionEvent {
  readonly host: string
  readonly hub: string
  readonly connectionId: string
  readonly signature: string
  /** Tells repeats of one event from other events of its connection. */
  readonly id: string
  readonly userId: string | null
  /** What we gave this connection to carry. */
  readonly state: string | null
  /** `readGroups`: those that its access gives the connection. */
  readonly what:
    | { readonly type: 'connect'; readonly readGroups: () => Promise<readonly string[]> }
    | { readonly type: 'connected' | 'disconnected' | 'unknown' }
    | { readonly type: 'said'; readonly name: string; readonly read: () => Promise<unknown> }
}

/** What the service is told about an event. */
export type EventAnswer =
  | null
  | { readonly groups: readonly string[]; readonly state: string }
  | { readonly said: object }

export const forgedEvent = defineError(
  'unauthenticated',
  'unauthorized',
  'This did not come from our service.',
)
export const unknownHost = defineError('forbidden', 'forbidden', 'Events are not accepted from this host.')
export const unknownEvent = defineError('not_found', 'not_found', 'There is no such event.')
export const mayNotConnect = defineError('forbidden', 'forbidden', 'This account is not allowed to connect.')
