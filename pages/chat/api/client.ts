import { signal } from '@preact/signals'
import { createClient } from '../../../src/client/client.ts'
import { createLeaving } from '../../../src/client/leaving.ts'

const deadlineMs = 20_000

/** Whether the last request was answered, by whomever. */
export const isReachable = signal(true)

/** No request waits for ever: a line that died silently never answers. */
const fetchInTime: typeof globalThis.fetch = async (input, init) => {
  try {
    const inTime = init?.signal ? init : { ...init, signal: AbortSignal.timeout(deadlineMs) }
    const response = await fetch(input, inTime)
    isReachable.value = true
    return response
  } catch (error) {
    isReachable.value = false
    throw error
  }
}

/** Counts how often the server said that the session is over. */
export const endedSessions = signal(0)

export const client = createClient({
  baseUrl: location.origin,
  fetch: fetchInTime,
  onSignedOut: () => {
    endedSessions.value++
  },
})

export const v1 = client.api.v1

export const leaving = createLeaving({ baseUrl: location.origin })
