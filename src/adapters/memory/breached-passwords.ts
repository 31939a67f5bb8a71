import type { BreachedPasswords } from '../../ports/breached-passwords.ts'

/** Knows exactly what it is given: none, where nobody is asked. */
export const createMemoryBreachedPasswords = (passwords: readonly string[] = []): BreachedPasswords => ({
  isBreached: async (password) => passwords.includes(password),
})
