import { signal } from '@preact/signals'
import { createClient } from '../../../src/client/client.ts'
import { createLeaving } from '../../../src/client/leaving.ts'
import { createLine } from '../../../src/client/line.ts'
import { fault } from '../state/loosely.ts'

/** What is known of the way to the server, by what became of requests. */
export const line = createLine({ onError: fault })

/** Counts how often the server said that the session is over. */
export const endedSessions = signal(0)
/** Whose page this is: where somebody else has signed in meanwhile, in another tab, nothing is done in the wrong name. */
let expected: string | undefined
export const expectUser = (userId: string | undefined): void => {
  expected = userId
}

export const client = createClient({
  baseUrl: location.origin,
  line,
  expectedUser: () => expected,
  onSignedOut: () => {
    endedSessions.value++
  },
})

export const v1 = client.api.v1

/** For what the page asks on its own: nobody need be there, and the session goes on being idle. */
export const byItself = { headers: { 'X-Background': 'true' } } as const

const leavers: (() => void | Promise<void>)[] = []
/** What is to be emptied when somebody signs out, before the server is asked. */
export const beforeLeaving = (clear: () => void | Promise<void>): void => void leavers.push(clear)

export const leaving = createLeaving({
  baseUrl: location.origin,
  clear: async () => {
    await Promise.all(leavers.map((clear) => clear()))
  },
})
