import type { Log, LogFields } from '../../ports/log.ts'

export interface LoggedEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: LogFields
  readonly error?: unknown
}

/** Keeps what was logged, for tests to read. */
export function createMemoryLog(): Log & { readonly events: readonly LoggedEvent[] } {
  const events: LoggedEvent[] = []
  return {
    events,
    debug: (event, fields = {}) => void events.push({ level: 'debug', event, fields }),
    info: (event, fields = {}) => void events.push({ level: 'info', event, fields }),
    warn: (event, fields = {}) => void events.push({ level: 'warn', event, fields }),
    error: (event, error, fields = {}) => void events.push({ level: 'error', event, fields, error }),
  }
}
