import { afterAll, expect, test } from 'vitest'
import { startPwnedPasswords } from '../stand-ins/pwned-passwords.ts'
import { useTarget } from './target.ts'

const stolen = 'purple tractor lemon'
const service = await startPwnedPasswords([stolen])
afterAll(service.goAway)
const { openBrowser, printed } = useTarget({ environment: { BREACHED_PASSWORDS_URL: service.url } })

const signUp = (email: string, password: string) =>
  openBrowser().call('POST', '/api/v1/auth/signup', { body: { email, password, name: 'Ann' } })

test('a password from a stolen list is refused, and no more of it is told than five characters of a hash', async () => {
  expect(await signUp('ann@example.com', stolen)).toMatchObject({
    status: 400,
    body: { error: { code: 'validation_error', details: [{ path: 'password', code: 'breached' }] } },
  })
  expect(service.asked.join('\n')).toMatch(/^GET \/range\/[0-9A-F]{5} $/)
  expect((await signUp('ann@example.com', 'quite another secret 7')).status).toBe(201)
})

test('while the list cannot be asked people still get accounts, and the log says so', async () => {
  await service.goAway()
  expect((await signUp('bob@example.com', stolen)).status).toBe(201)
  await expect.poll(printed).toContain('breached_passwords_not_asked')
  await service.comeBack()
})

test('what is sprayed is refused without asking anybody', async () => {
  const before = service.asked.length
  expect((await signUp('carla@example.com', 'Summer2026!!')).status).toBe(400)
  expect((await signUp("o'brien@example.com", "o'brien@example.com")).status).toBe(400)
  expect(service.asked.length).toBe(before)
})
