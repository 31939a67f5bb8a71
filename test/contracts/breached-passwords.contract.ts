import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BreachedPasswords } from '../../src/ports/breached-passwords.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'

export const breached: readonly string[] = [
  'purple tractor lemon',
  'contraseña-vieja-9',
  '🔑🏠🌊🐕🎺🍋🚲🧭🪁🎲🧵🫖',
]

export interface OpenedBreachedPasswords {
  /** Knows `breached` and no others. */
  readonly passwords: BreachedPasswords
  /** Null where there is nobody to be away. */
  readonly other: { readonly goAway: () => Promise<void>; readonly comeBack: () => Promise<void> } | null
  readonly close?: () => unknown
}

export const breachedPasswordsContract = (name: string, open: () => Promise<OpenedBreachedPasswords>) =>
  describe(`breached passwords: ${name}`, () => {
    let opened: OpenedBreachedPasswords
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close?.())

    test('those that were stolen are known, in exactly this spelling', async () => {
      for (const password of breached) {
        expect(await opened.passwords.isBreached(password)).toBe(true)
        for (const other of [`${password} `, password.slice(1), `${password}1`])
          expect(await opened.passwords.isBreached(other)).toBe(false)
      }
      expect(await opened.passwords.isBreached('Purple tractor lemon')).toBe(false)
      expect(await opened.passwords.isBreached('')).toBe(false)
    })

    test('many at once', async () => {
      const asked = Array.from({ length: 30 }, (_, i) => (i % 2 ? (breached[i % 3] ?? '') : `nobody's ${i}`))
      const answers = await Promise.all(asked.map((password) => opened.passwords.isBreached(password)))
      expect(answers).toEqual(asked.map((_, i) => i % 2 === 1))
    })

    test('while nobody answers it is unavailable, and afterwards it is there', async ({ skip }) => {
      if (!opened.other) return skip('there is nobody to be away')
      await opened.other.goAway()
      await expect(opened.passwords.isBreached(breached[0] ?? '')).rejects.toBeInstanceOf(PortUnavailable)
      await opened.other.comeBack()
      expect(await opened.passwords.isBreached(breached[0] ?? '')).toBe(true)
    })
  })
