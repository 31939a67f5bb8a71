/** Flat facts. No personal data, no secrets, nothing a person typed. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Structured events. `event` is a fixed phrase in snake_case; what varies goes into the fields. Never throws. */
export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  /** `error` is written with its stack and causes, and with anything that looks personal or secret removed. */
  error(event: string, error: unknown, fields?: LogFields): void
}
