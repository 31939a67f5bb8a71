import { createHash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { breached, breachedPasswordsContract } from '../../../test/contracts/breached-passwords.contract.ts'
import { paddingLine, startPwnedPasswords } from '../../../test/stand-ins/pwned-passwords.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createPwnedPasswords } from './breached-passwords.ts'

const service = await startPwnedPasswords(breached)
afterAll(service.goAway)
const [known = ''] = breached

breachedPasswordsContract('pwned passwords', async () => ({
  passwords: createPwnedPasswords({ url: service.url }),
  other: { goAway: service.goAway, comeBack: service.comeBack },
}))

test('no more leaves the process than five characters of a hash, at an address with or without a slash', async () => {
  const before = service.asked.length
  await createPwnedPasswords({ url: `${service.url}/` }).isBreached(known)
  const prefix = createHash('sha1').update(known).digest('hex').slice(0, 5).toUpperCase()
  expect(service.asked.slice(before)).toEqual([`GET /range/${prefix} `])
})

test('what was seen 0 times is padding', async () => {
  service.answerWith({ status: 200, body: paddingLine(known) })
  expect(await createPwnedPasswords({ url: service.url }).isBreached(known)).toBe(false)
  service.answerAgain()
})

test.each([
  ['an error', { status: 503 }],
  ['a refusal', { status: 429 }],
  ['the way to somewhere else', { status: 302, location: 'http://127.0.0.1:1/' }],
  ['more than a range can be', { status: 200, body: 'F'.repeat(1_000_001) }],
  ['silence', null],
])('%s is no answer', async (_, fault) => {
  service.answerWith(fault)
  const passwords = createPwnedPasswords({ url: service.url, ...(fault === null ? { patienceMs: 50 } : {}) })
  await expect(passwords.isBreached(known)).rejects.toBeInstanceOf(PortUnavailable)
  service.answerAgain()
})
