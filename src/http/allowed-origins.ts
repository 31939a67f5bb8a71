/** Whose pages may call, from other origins than ours. */
export interface AllowedOrigins {
  /** Exactly as a browser writes them. */
  readonly listed: ReadonlySet<string>
  /** Every port of http://localhost and http://127.0.0.1 too: front ends that are being written. */
  readonly ofThisMachine: boolean
}

const thisMachine = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/

export const allows = ({ listed, ofThisMachine }: AllowedOrigins, origin: string): boolean =>
  listed.has(origin) || (ofThisMachine && thisMachine.test(origin))
