/** The parts of `Key=value;Key=value`, with their keys in lower case. A value may hold `=`. */
export function partsOf(text: string, separator = ';'): ReadonlyMap<string, string> {
  return new Map(
    text.split(separator).flatMap((part) => {
      const at = part.indexOf('=')
      return at > 0 ? [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const] : []
    }),
  )
}

/** Scheme, host and port, or null for what is no URL. */
export const originOf = (text: string | undefined): string | null =>
  text !== undefined && URL.canParse(text) ? new URL(text).origin : null
