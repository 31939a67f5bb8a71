import { expect, test } from 'vitest'
import { createZxcvbnPasswordBlocklist } from './password-blocklist.ts'

const blocklist = createZxcvbnPasswordBlocklist()
const context = ['toolsinc', 'mackchat', 'rosalinda']

test.each([
  'password1234',
  '123456789012',
  'aaaaaaaaaaaa',
  'qwertyuiop12',
  'iloveyou1234',
  'mackchat1234',
  'rosalinda123',
])('%s is guessable', async (password) => expect(await blocklist.isGuessable(password, context)).toBe(true))

test.each([
  'SecurePass123!',
  'correct horse battery',
  'mi-perro-azul-42',
  'Demo-Only-Start-Over-1',
  '🔑🏠🌊🐕🎺🍋🚲🧭🪁🎲🧵🫖',
])('%s is not', async (password) => expect(await blocklist.isGuessable(password, context)).toBe(false))
