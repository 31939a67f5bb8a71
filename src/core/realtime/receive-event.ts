import { encodeBase64url } from '../../ports/base64url.ts'
import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Users } from '../users/users.ts'
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionListener,
  type EventAnswer,
  mayNotConnect,
  unknownEvent,
  userGroup,
} from './realtime.model.ts'

const rememberRepeatsMs = 10 * 60_000
const attempts = 3

async function fingerprint(groups: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(groups.toSorted().join('\n'))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 12))
}

/** Takes one event that was verified. */
export const createReceiveEvent =
  (
    { realtime, cache, log }: Needs<'realtime' | 'cache' | 'log'>,
    { users, listeners }: { users: Users; listeners: readonly ConnectionListener[] },
  ) =>
  async ({ connectionId, userId, id, state, what }: ConnectionEvent): Promise<EventAnswer> => {
    if (userId === null) throw mayNotConnect()
    const connection: Connection = { connectionId, userId }

    const groupsNow = async (): Promise<readonly string[]> => {
      const lists = await Promise.all(listeners.map(({ groupsOf }) => groupsOf(userId)))
      return [userGroup(userId), ...lists.flat()]
    }

    const mayConnect = async (): Promise<boolean> => {
      const user = await users.read(userId)
      return user !== null && user.value.status !== 'suspended'
    }

    /**
     * Between the answer to `connect` and the moment from which the service knows the connection, a change of
     * membership does not reach it.
     */
    async function settleGroups(): Promise<void> {
      let settled = state
      for (let attempt = 0; attempt < attempts; attempt++) {
        const groups = await groupsNow()
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
        if (!(await mayConnect())) throw mayNotConnect()
        const groups = await groupsNow()
        return { groups, state: await fingerprint(groups) }
      }
      case 'connected':
        if (await isRepeat()) return null
        if (!(await mayConnect())) {
          await realtime.disconnect(userId, 'this account may not connect')
          return null
        }
        await settleGroups()
        await Promise.all(listeners.map(({ connected }) => connected(connection)))
        return null
      case 'disconnected':
        if (!(await isRepeat()))
          await Promise.all(listeners.map(({ disconnected }) => disconnected(connection)))
        return null
      case 'said': {
        if (await isRepeat()) return null
        const hear = listeners.find(({ events }) => Object.hasOwn(events, what.name))?.events[what.name]
        if (!hear) throw unknownEvent()
        const said = await hear(connection, await what.read())
        return said && { said }
      }
      case 'unknown':
        return null
    }
  }
