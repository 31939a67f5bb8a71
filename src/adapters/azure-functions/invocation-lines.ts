import { AsyncLocalStorage } from 'node:async_hooks'
import type { InvocationContext } from '@azure/functions'

/** By which the host learns how bad a line is, and of which call it is. */
export type HostLog = Pick<InvocationContext, 'debug' | 'info' | 'warn' | 'error'>

type WriteLine = (line: string, level: keyof HostLog) => void

/**
 * Where lines of the log go on Functions: those of a call to the host, with their level and as that call's, all others to
 * `outside`. What goes on after a call has ended is no longer of it: the host drops what comes for a call that it does not know.
 */
export function createInvocationLines(outside: WriteLine): {
  readonly write: WriteLine
  readonly within: <T>(host: HostLog, work: () => Promise<T>) => Promise<T>
} {
  const calls = new AsyncLocalStorage<{ host: HostLog | null }>()
  return {
    write(line, level) {
      const host = calls.getStore()?.host
      if (!host) return outside(line, level)
      try {
        host[level](line)
      } catch {
        // The channel to the host has ended before the call did.
        outside(line, level)
      }
    },
    within(host, work) {
      const call: { host: HostLog | null } = { host }
      return calls.run(call, async () => {
        try {
          return await work()
        } finally {
          call.host = null
        }
      })
    },
  }
}
