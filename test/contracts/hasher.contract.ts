import { describe, expect, test } from 'vitest'
import type { Hasher } from '../../src/ports/hasher.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'

/** What every hasher must accept, so that a change of runtime locks nobody out. */
export const passwords = [
  'SecurePass123!',
  'contraseña más larga',
  '漢字漢字漢字漢字漢字漢字',
  '🔑'.repeat(12),
  '',
  'x'.repeat(128),
  '🔑'.repeat(128),
]

const tag = 'A'.repeat(43)
const unreadable = [
  '',
  'nonsense',
  '$argon2id$v=19$m=19456,t=2,p=1$',
  '$2b$10$abcdefghijklmnopqrstuv',
  `$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$${tag}`,
  `$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$${tag}`,
  `$argon2id$v=19$m=31,t=2,p=4$c29tZXNhbHQ$${tag}`,
  `$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$${tag}`,
  `$argon2id$v=19$m=19456,t=2,p=0$c29tZXNhbHQ$${tag}`,
  // Neither salt is canonical base64.
  `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQAA$${tag}`,
  `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR$${tag}`,
]

/** Made by OpenSSL from the password `password` and the salt `somesalt`. */
const foreignHash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

export interface HasherHarness {
  readonly hasher: Hasher
  /** One that runs one job at a time and lets one wait. */
  readonly crowded?: Hasher
  /** PHC strings of `passwords[0]` with stored cost above the ceiling, and below today's policy. */
  readonly tooCostly?: string
  readonly belowPolicy?: string
  /** Hashes without salt, for tests of what is not passwords. */
  readonly isWeak?: boolean
}

export function hasherContract(name: string, open: () => HasherHarness) {
  describe(`hasher: ${name}`, () => {
    const { hasher, crowded, tooCostly, belowPolicy, isWeak = false } = open()

    test.each(passwords)('a password verifies against its own hash alone: %j', async (password) => {
      const hash = await hasher.hash(password)
      expect(await hasher.verify(hash, password)).toBe(true)
      expect(await hasher.verify(hash, `${password}x`)).toBe(false)
      expect(hasher.needsRehash(hash)).toBe(false)
    })

    test.each(unreadable)('the unreadable hash %j verifies nothing and wants renewing', async (hash) => {
      expect(await hasher.verify(hash, 'SecurePass123!')).toBe(false)
      expect(hasher.needsRehash(hash)).toBe(true)
    })

    test('verifying nothing is false', async () =>
      expect(await hasher.verifyNothing('SecurePass123!')).toBe(false))

    if (!isWeak) {
      test('two hashes of one password differ', async () => {
        expect(await hasher.hash('SecurePass123!')).not.toBe(await hasher.hash('SecurePass123!'))
      })
      test('a hash that another implementation made is understood', async () => {
        expect(await hasher.verify(foreignHash, 'password')).toBe(true)
        expect(await hasher.verify(foreignHash, 'Password')).toBe(false)
      })
    }
    if (crowded)
      test('beyond its queue it refuses at once, and recovers', async () => {
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, () => crowded.hash('SecurePass123!')),
        )
        const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
        expect(refused.length).toBeGreaterThan(0)
        expect(refused.length).toBeLessThan(10)
        for (const error of refused) {
          expect(error).toBeInstanceOf(PortUnavailable)
          expect(error.retryAfterSeconds).toBe(1)
        }
        expect(await crowded.hash('SecurePass123!')).toEqual(expect.any(String))
      })
    if (tooCostly)
      test('a stored cost above the ceiling is not paid', async () => {
        expect(await hasher.verify(tooCostly, passwords[0] ?? '')).toBe(false)
      })
    if (belowPolicy)
      test('a hash below policy verifies and wants renewing', async () => {
        expect(await hasher.verify(belowPolicy, passwords[0] ?? '')).toBe(true)
        expect(hasher.needsRehash(belowPolicy)).toBe(true)
      })
  })
}
