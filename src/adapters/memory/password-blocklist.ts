import type { PasswordBlocklist } from '../../ports/password-blocklist.ts'

/** Refuses exactly what it is given, in any case, and any context word padded with digits. */
export const createMemoryPasswordBlocklist = (
  words: readonly string[] = ['password1234'],
): PasswordBlocklist => ({
  async isGuessable(password, context) {
    const folded = password.toLowerCase()
    const bare = folded.replace(/[^\p{L}]/gu, '')
    return words.includes(folded) || context.some((word) => word.toLowerCase() === bare)
  },
})
