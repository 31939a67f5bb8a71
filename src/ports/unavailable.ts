/**
 * The only failure a port may throw besides the ones its own file declares. `cause` is the vendor's error, for the log
 * alone.
 */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable'
  readonly port: string
  readonly retryAfterSeconds: number

  constructor(port: string, options: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {}) {
    super(`${port} is unavailable`, 'cause' in options ? { cause: options.cause } : undefined)
    this.port = port
    this.retryAfterSeconds = options.retryAfterSeconds ?? 5
  }
}
