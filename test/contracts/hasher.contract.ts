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

export interface HasherHarness {
  readonly hasher: Hasher
  /** One that runs one job at a time and lets one wait. */
  readonly crowded?: Hasher
  /** PHC strings of `passwords[0]` with stored cost above the ceiling, and below today's policy. */
  readonly tooCostly?: string
  readonly belowPolicy?: string
}

export function hasherContract(name: string, open: () => HasherHarness) {
  describe(`hasher: ${name}`, () => {
    const { hasher, crowded, tooCostly, belowPolicy } = open()

    test.each(passwords)('a password verifies against its own hash alone: %j', async (password) => {
      const hash = await hasher.hash(password)
      expect(await hasher.verify(hash, password)).toBe(true)
      expect(await hasher.verify(hash, `${password}x`)).toBe(false)
      expect(hasher.needsRehash(hash)).toBe(false)
    })

    test.each(['', 'nonsense', '$argon2id$v=19$m=19456,t=2,p=1$', '$2b$10$abcdefghijklmnopqrstuv'])(
      'the unreadable hash %j verifies nothing and wants renewing',
      async (hash) => {
        expect(await hasher.verify(hash, 'SecurePass123!')).toBe(false)
        expect(hasher.needsRehash(hash)).toBe(true)
      },
    )

    test('verifying nothing is false', async () =>
      expect(await hasher.verifyNothing('SecurePass123!')).toBe(false))

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
