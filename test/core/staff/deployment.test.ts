import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { version } from '../../../src/core/staff/deployment/deployment.model.ts'
import { createTestApp, signedInBrowser } from '../../app.ts'
import { staffMember } from '../learning/course-people.ts'

test('the version is that of the package', () => {
  expect(version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
})

test('administrators see what is in force, and nobody else does', async () => {
  const testApp = await createTestApp({ environment: { PASSWORD_MIN_LENGTH: '13' } })
  const path = '/api/v1/admin/settings'
  const admin = await staffMember(testApp, 'Root', 'admin')
  const { status, body } = await admin.call('GET', path)
  expect(status).toBe(200)
  expect(body).toMatchObject({ version, runtime: 'node', isProduction: false })
  const of = (name: string) => body.settings.find((each: any) => each.name === name)
  expect(of('PASSWORD_MIN_LENGTH')).toMatchObject({ isSet: true, value: '13' })
  expect(of('AUTH_MASTER_KEY')).toMatchObject({ isSecret: true, value: null })
  for (const { call } of [await signedInBrowser(testApp), await staffMember(testApp, 'Mia', 'mentor')])
    expect((await call('GET', path)).status).toBe(403)
})
