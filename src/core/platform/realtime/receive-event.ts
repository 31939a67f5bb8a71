import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionListener,
  type EventAnswer,
  languageAmong,
  mayNotConnect,
  ping,
  readState,
  sessionAmong,
  sessionGroup,
  sessionlessGroup,
  unknownEvent,
  userGroup,
  writeState,
} from './realtime.model.ts'

const rememberRepeatsMs = 10 * 60_000
const attempts = 3

async function fingerprint(groups: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(groups.toSorted().join('\n'))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 12))
}

/** Whether the person may connect, in a session that has not ended; null when nobody knows any more which it is. */
export type MayConnect = (userId: string, sessionId: string | null) => Promise<boolean>

/** Whether the session still stands in which something is said. `isBackground`: by the device, not by the person. */
export type MayContinue = (userId: string, sessionId: string, isBackground: boolean) => Promise<boolean>

/** Takes one event that was verified. */
export const createReceiveEvent =
  (
    { realtime, cache, log }: Needs<'realtime' | 'cache' | 'log'>,
    {
      mayConnect,
      mayContinue,
      listeners,
    }: {
      readonly mayConnect: MayConnect
      readonly mayContinue: MayContinue
      readonly listeners: () => readonly ConnectionListener[]
    },
  ) =>
  async ({ connectionId, userId, id, state, what }: ConnectionEvent): Promise<EventAnswer> => {
    if (userId === null) throw mayNotConnect()
    const connection: Connection = { connectionId, userId }

    const groupsNow = async (sessionId: string | null): Promise<readonly string[]> => {
      const lists = await Promise.all(listeners().map(({ groupsOf }) => groupsOf(userId)))
      const ofSession = sessionId === null ? sessionlessGroup(userId) : sessionGroup(sessionId)
      return [userGroup(userId), ofSession, ...lists.flat()]
    }

    /**
     * Between the answer to `connect` and the moment from which the service knows the connection, a change of
     * membership does not reach it.
     */
    async function settleGroups(given: string, sessionId: string | null): Promise<void> {
      let settled = given
      for (let attempt = 0; attempt < attempts; attempt++) {
        const groups = await groupsNow(sessionId)
        const now = await fingerprint(groups)
        if (now === settled) return
        await realtime.setGroups(connectionId, groups)
        settled = now
      }
    }

    /** Without the cache everything counts as new: what happens twice does no harm. */
    async function isRepeat(): Promise<boolean> {
      try {
        const key = `realtime:event:${connectionId}:${id}`
        return !(await cache.compareAndSwap(key, null, '1', rememberRepeatsMs))
      } catch (error) {
        if (!(error instanceof PortUnavailable)) throw error
        log.warn('realtime_repeats_not_noticed')
        return false
      }
    }

    switch (what.type) {
      case 'connect': {
        const held = await what.readGroups()
        const sessionId = sessionAmong(held)
        if (!(await mayConnect(userId, sessionId))) throw mayNotConnect()
        const groups = await groupsNow(sessionId)
        const given = await fingerprint(groups)
        return { groups, state: writeState({ given, sessionId, language: languageAmong(held) }) }
      }
      case 'connected': {
        if (await isRepeat()) return null
        const { given, sessionId } = readState(state)
        if (!(await mayConnect(userId, sessionId))) {
          const reason = 'may not connect'
          await (sessionId === null
            ? realtime.disconnect(userId, reason)
            : realtime.disconnectGroup(sessionGroup(sessionId), reason))
          return null
        }
        await settleGroups(given, sessionId)
        await Promise.all(listeners().map(({ connected }) => connected(connection)))
        return null
      }
      case 'disconnected':
        if (!(await isRepeat()))
          await Promise.all(listeners().map(({ disconnected }) => disconnected(connection)))
        return null
      case 'said': {
        if (await isRepeat()) return null
        const { sessionId } = readState(state)
        if (sessionId !== null && !(await mayContinue(userId, sessionId, what.name === ping))) {
          await realtime.disconnectGroup(sessionGroup(sessionId), 'session ended')
          throw mayNotConnect()
        }
        const receive = listeners().find(({ events }) => Object.hasOwn(events, what.name))?.events[what.name]
        if (!receive) throw unknownEvent()
        const said = await receive(connection, await what.read())
        return said && { said }
      }
      case 'unknown':
        return null
    }
  }
