export type ContentCoding = 'br' | 'zstd' | 'gzip'

/** What a compressor has to be able to do. */
export interface Compressor {
  /** The smallest outcome first. */
  readonly codings: readonly ContentCoding[]
  compress(bytes: Uint8Array<ArrayBuffer>, coding: ContentCoding): Promise<Uint8Array<ArrayBuffer>>
}

/** A weight that nobody can read is none. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^q\s*=/i.test(parameter))
  if (weight === undefined) return 1
  const [, value = ''] = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(weight) ?? []
  return value === '' ? 0 : Number(value)
}

const otherNames: Readonly<Record<string, string>> = { 'x-gzip': 'gzip' }

/**
 * What a client takes best of what is offered, by `Accept-Encoding` (RFC 9110, 12.5.3); null for the plain form, which it
 * gets where it takes nothing else, and also where it says that it takes not even that. Between two that it likes alike
 * the first offered.
 */
export function chooseCoding(
  accepted: string | undefined,
  offered: readonly ContentCoding[],
): ContentCoding | null {
  if (accepted === undefined) return null
  const weights = new Map(
    accepted.split(',').map((entry) => {
      const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      return [otherNames[name] ?? name, weightOf(parameters)] as const
    }),
  )
  const welcomeOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0
  let best: ContentCoding | null = null
  // Whoever names the plain form means it; whoever does not takes it where there is nothing better.
  let most = weights.get('identity') ?? 0
  for (const coding of offered) {
    const welcome = welcomeOf(coding)
    if (welcome > most || (best === null && welcome === most && welcome > 0)) {
      best = coding
      most = welcome
    }
  }
  return best
}
