import { expect, test } from 'vitest'
import { createTestApp, signedInBrowser } from '../../app.ts'
import { staffMember } from '../learning/course-people.ts'

const path = '/api/v1/admin/audit/chain'
const dayMs = 86_400_000

async function open() {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Root', 'admin')
  const verify = () => testApp.runJob('verify-audit')
  const chain = async () => {
    await admin.call('POST', '/api/v1/auth/login', { body: admin.logIn })
    return (await admin.call('GET', path)).body
  }
  const verifications = () => testApp.auditRecords.filter(({ eventType }) => eventType === 'audit.verify')
  return { testApp, admin, verify, chain, verifications }
}

test('nothing was verified before the first time; then once a day, up to the last record', async () => {
  const { testApp, verify, chain, verifications } = await open()
  const before = await chain()
  expect(before).toMatchObject({ verifiedAt: null, isIntact: null, damage: null, verifiedTo: [] })
  const month = new Date(testApp.clock.now()).toISOString().slice(0, 7)
  const sequence = testApp.auditRecords.length
  const at = new Date(testApp.clock.now()).toISOString()
  await Promise.all([verify(), verify()])
  await verify()
  expect(verifications().length).toBeLessThanOrEqual(2)
  const after = await chain()
  expect(after).toMatchObject({ verifiedAt: at, isIntact: true, damage: null })
  expect(after.verifiedTo).toMatchObject([{ month }])
  expect(after.verifiedTo[0].sequence).toBeGreaterThanOrEqual(sequence)
  expect(after.heads[0].sequence).toBeGreaterThan(after.verifiedTo[0].sequence)
  const many = verifications().length
  testApp.clock.advance(dayMs)
  await verify()
  expect(verifications()).toHaveLength(many + 1)
})

test('damage is found, told and kept', async () => {
  const { testApp, verify, chain } = await open()
  await verify()
  testApp.clock.advance(dayMs)
  const [first] = testApp.auditRecords
  Object.assign(first!, { reason: 'somebody else' })
  await verify()
  expect(await chain()).toMatchObject({ isIntact: false, damage: 'altered' })
  expect(testApp.log.events.map(({ event }) => event)).toContain('audit_damaged')
})

test('an anchor that somebody else wrote is damage', async () => {
  const { testApp, verify, chain } = await open()
  await testApp.ports.auditAnchors?.keep(
    'forged',
    JSON.stringify({ day: '2026-01-01', heads: '', keyId: 'k', signature: 'x' }),
  )
  await verify()
  expect(await chain()).toMatchObject({ isIntact: false, damage: 'forged_anchor' })
})

test('is for administrators alone', async () => {
  const { testApp } = await open()
  for (const { call } of [await signedInBrowser(testApp), await staffMember(testApp, 'Mia', 'mentor')])
    expect((await call('GET', path)).status).toBe(403)
})
