import type { BreachedPasswords } from '../../ports/breached-passwords.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const prefixLength = 5
/** A range has some thousand lines of 40 characters. */
const longestAnswer = 1_000_000

async function sha1Of(password: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(password))
  return [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
}

/**
 * The range API of Pwned Passwords, or a mirror of it: asked for the first five hexadecimal characters of a SHA-1 hash,
 * it answers the rest of every hash that it knows to begin so, each with how often it was seen. Padding hides how many
 * there are from who watches the line; what it adds was seen 0 times.
 */
export function createPwnedPasswords({
  url,
  patienceMs = 1_000,
}: {
  /** To which the five characters are added as a path. */
  readonly url: string
  readonly patienceMs?: number
}): BreachedPasswords {
  const range = url.replace(/\/+$/, '')

  async function read(prefix: string): Promise<string> {
    const response = await fetch(`${range}/${prefix}`, {
      headers: { 'Add-Padding': 'true', 'User-Agent': 'tools-inc-api' },
      // A mirror answers itself. (workerd knows no `error`.)
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`the range was answered ${response.status}`)
    }
    const lines = await response.text()
    if (lines.length > longestAnswer) throw new Error('the range is too long to be one')
    return lines
  }

  return {
    async isBreached(password) {
      const hash = await sha1Of(password)
      const rest = hash.slice(prefixLength)
      try {
        const lines = await read(hash.slice(0, prefixLength))
        return lines.split('\n').some((line) => {
          const [suffix = '', count = ''] = line.trim().split(':')
          return suffix.toUpperCase() === rest && Number(count) > 0
        })
      } catch (cause) {
        throw new PortUnavailable('breached passwords', { cause })
      }
    },
  }
}
