import { LRUCache } from 'lru-cache'
import type { Limits } from './limits.ts'

/** What somebody may still send: so many frames and bytes, which come back with time. */
export interface Allowance {
  frames: number
  bytes: number
  atMs: number
}

/** Of this many people it is remembered what they have left. */
const maxPeople = 50_000

/**
 * One allowance for all connections of a person, that outlives them: who was cut off and comes back has no new one. A
 * connection without a user has its own.
 */
export function createAllowances(limits: Limits, now: () => number) {
  const people = new LRUCache<string, Allowance>({ max: maxPeople })
  const whole = (): Allowance => ({ frames: limits.frameBurst, bytes: limits.byteBurst, atMs: now() })
  return {
    of(hub: string, userId: string | undefined): Allowance {
      if (userId === undefined) return whole()
      const key = `${hub.toLowerCase()}\n${userId}`
      const known = people.get(key)
      if (known) return known
      const allowance = whole()
      people.set(key, allowance)
      return allowance
    },
    /** Takes one frame of this length; false when it is more than is left. */
    take(allowance: Allowance, bytes: number): boolean {
      const nowMs = now()
      const seconds = Math.max(0, nowMs - allowance.atMs) / 1_000
      allowance.atMs = nowMs
      allowance.frames = Math.min(limits.frameBurst, allowance.frames + seconds * limits.framesPerSecond)
      allowance.bytes = Math.min(limits.byteBurst, allowance.bytes + seconds * limits.bytesPerSecond)
      if (allowance.frames < 1 || allowance.bytes < bytes) return false
      allowance.frames -= 1
      allowance.bytes -= bytes
      return true
    },
  }
}

export type Allowances = ReturnType<typeof createAllowances>
