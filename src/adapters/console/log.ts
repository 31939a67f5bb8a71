import type { Log, LogFields } from '../../ports/log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const severity: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 }

/** What must never be in a log although an error's text may hold it: addresses of people, tokens, hashes. */
const sensitive = [
  // An apostrophe before the address goes too: it may be part of it.
  [/[^\s"<>@,;:()]+@[^\s"'<>@,;:()]+\.[^\s"'<>@,;:()]+/g, '[email]'],
  [/eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g, '[token]'],
  [/v1\.[0-9a-f-]{36}\.[0-9a-f-]{36}\.\d+\.[\w-]+/g, '[token]'],
  [/\$argon2\w*\$[^\s"']+/g, '[hash]'],
] as const

/** What every sensitive text has in it; most texts have none of these, and looking is cheap. */
const suspicious = /[@$]|eyJ|v1\./

const redact = (text: string): string =>
  suspicious.test(text)
    ? sensitive.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
    : text

const redactValue = (_key: string, value: unknown) => (typeof value === 'string' ? redact(value) : value)

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu
const written = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value beside others on one line of text: nothing in it ends the line, or tells the terminal anything. */
const onOneLine = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
  return redact(text).replaceAll(unprintable, written)
}

/** Lines of a stack, each set off from those that begin an event. */
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${onOneLine(line)}`)
    .join('\n')

/** The text of whatever was thrown, which may be an object that cannot be turned into text. */
function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown)
  } catch {
    return `[${typeof thrown}]`
  }
}

/** What is longer is cut in the middle of its JSON by those who collect the lines: Application Insights keeps 32,768 characters. */
const longestError = 12_000

/** The stack of an error and of its causes, innermost last. */
function describe(error: unknown): string {
  const lines: string[] = []
  for (let current = error; current !== undefined && lines.length < 5; ) {
    lines.push(textOf(current))
    current = current instanceof Error ? current.cause : undefined
  }
  const text = redact(lines.join('\ncaused by: '))
  return text.length > longestError ? `${text.slice(0, longestError)} … and more` : text
}

export function createConsoleLog({
  format,
  level,
  write,
  now,
  trace = () => null,
}: {
  readonly format: 'json' | 'text'
  readonly level: LogLevel
  /** Takes one line without its line end, and how bad what it says is. */
  readonly write: (line: string, level: LogLevel) => void
  readonly now: () => Date
  /** The ids of what is under way, for each line. */
  readonly trace?: () => LogFields | null
}): Log {
  const emit = (eventLevel: LogLevel, event: string, fields: LogFields, error?: string) => {
    if (severity[eventLevel] < severity[level]) return
    const all = { ...trace(), ...fields }
    const own = { at: now().toISOString(), level: eventLevel, event }
    if (format === 'json') {
      const line = { ...own, ...all, ...own, error }
      const text = JSON.stringify(line)
      return write(suspicious.test(text) ? JSON.stringify(line, redactValue) : text, eventLevel)
    }
    const words = Object.entries(all)
      .filter(([key, value]) => value !== undefined && !(key in own))
      .map(([key, value]) => `${key}=${onOneLine(value)}`)
    write(
      [own.at.slice(11, 23), eventLevel.padEnd(5), event, ...words].join(' ') +
        (error ? `\n${indented(error)}` : ''),
      eventLevel,
    )
  }
  return {
    debug: (event, fields = {}) => emit('debug', event, fields),
    info: (event, fields = {}) => emit('info', event, fields),
    warn: (event, fields = {}) => emit('warn', event, fields),
    error: (event, error, fields = {}) => emit('error', event, fields, describe(error)),
  }
}
