import { expect, test } from 'vitest'
import type { Deletion } from '../../../src/core/privacy/erasure/erasure.model.ts'
import { createTestApp, person, signedInBrowser } from '../../app.ts'

const deletionOf = (userId: string): Deletion => ({
  id: 'the-hash-of-a-receipt',
  userId,
  isOfGuest: false,
  state: 'done',
  requestedAt: '2026-11-01T00:00:00.000Z',
  eraseAfter: '2026-11-01T00:00:00.000Z',
  steps: [],
  finishedAt: '2026-11-01T00:01:00.000Z',
  leasedUntil: '2026-11-01T00:01:00.000Z',
})

test('an erasure that younger data knows is asked for again, once', async () => {
  const testApp = await createTestApp()
  const { userId } = await signedInBrowser(testApp)
  const { carryOver } = testApp.erasure
  expect(await carryOver(deletionOf(userId))).toBe(true)
  expect((await testApp.users.read(userId))?.value).toMatchObject({ status: 'suspended' })
  expect(await carryOver(deletionOf(userId))).toBe(false)
  expect(await carryOver({ ...deletionOf('nobody'), id: 'another' })).toBe(false)
  await testApp.runJob('erase-accounts')
  expect(await testApp.users.read(userId)).toBeNull()
})

test('the only administrator stays one, and whoever restores is told', async () => {
  const testApp = await createTestApp()
  const { userId } = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
  await testApp.users.changeUser(userId, (user) => ({ ...user, role: 'admin' }))
  await expect(testApp.erasure.carryOver(deletionOf(userId))).rejects.toMatchObject({
    code: 'last_administrator',
  })
  expect((await testApp.users.read(userId))?.value).toMatchObject({ status: 'active', role: 'admin' })
})
