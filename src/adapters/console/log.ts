import type { Log, LogFields } from '../../ports/log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const severity: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 }

/** What must never be in a log although an error's text may hold it: addresses of people, tokens, hashes. */
const sensitive = [
  [/[^\s"'<>@,;:()]+@[^\s"'<>@,;:()]+\.[^\s"'<>@,;:()]+/g, '[email]'],
  [/eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g, '[token]'],
  [/v1\.[0-9a-f-]{36}\.[0-9a-f-]{36}\.\d+\.[\w-]+/g, '[token]'],
  [/\$argon2\w*\$[^\s"']+/g, '[hash]'],
] as const

const redact = (text: string): string =>
  sensitive.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)

/** The stack of an error and of its causes, innermost last. */
function describe(error: unknown): string {
  const lines: string[] = []
  for (let current = error; current !== undefined && lines.length < 5; ) {
    lines.push(current instanceof Error ? (current.stack ?? String(current)) : String(current))
    current = current instanceof Error ? current.cause : undefined
  }
  return redact(lines.join('\ncaused by: '))
}

export function createConsoleLog({
  format,
  level,
  write,
  now,
}: {
  readonly format: 'json' | 'text'
  readonly level: LogLevel
  /** Takes one line without its line end. */
  readonly write: (line: string) => void
  readonly now: () => Date
}): Log {
  const emit = (eventLevel: LogLevel, event: string, fields: LogFields, error?: string) => {
    if (severity[eventLevel] < severity[level]) return
    const safe: Record<string, unknown> = {}
    for (const key in fields) {
      const value = fields[key]
      if (value !== undefined) safe[key] = typeof value === 'string' ? redact(value) : value
    }
    const at = now().toISOString()
    if (format === 'json') return write(JSON.stringify({ at, level: eventLevel, event, ...safe, error }))
    const facts = Object.entries(safe).map(([key, value]) => `${key}=${value}`)
    write([at.slice(11, 23), eventLevel.padEnd(5), event, ...facts].join(' ') + (error ? `\n${error}` : ''))
  }
  return {
    debug: (event, fields = {}) => emit('debug', event, fields),
    info: (event, fields = {}) => emit('info', event, fields),
    warn: (event, fields = {}) => emit('warn', event, fields),
    error: (event, error, fields = {}) => emit('error', event, fields, describe(error)),
  }
}
