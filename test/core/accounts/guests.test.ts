import { expect, test } from 'vitest'
import { userEmails } from '../../../src/core/accounts/users/users.model.ts'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'

const auth = '/api/v1/auth'

async function guestOf(testApp: TestApp) {
  const browser = browserOf(testApp)
  const answer = await browser.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
  return { ...browser, answer, userId: answer.body.user.id as string }
}

test('a guest is signed in, and may do nothing that does not name guests', async () => {
  const testApp = await createTestApp()
  const guest = await guestOf(testApp)
  expect(guest.answer).toMatchObject({ status: 201, body: { user: { name: 'Somebody', role: 'guest' } } })
  const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
  let refused = 0
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (operation['x-access'] === 'public' || operation['x-guests']) continue
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      const answer = await guest.call(method.toUpperCase(), concrete)
      expect(answer, `${method} ${path}`).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      })
      refused++
    }
  expect(refused).toBeGreaterThan(10)
})

test('is gone after a day, with the address that stood for one', async () => {
  const testApp = await createTestApp()
  const guest = await guestOf(testApp)
  testApp.clock.advance(24 * 60 * 60_000)
  expect((await guest.call('POST', `${auth}/refresh`)).status).toBe(401)
  await testApp.runJob('sweep-reserved-addresses')
  expect((await testApp.ports.documents.scan(userEmails)).items).toEqual([])
})

test('may stay: the same person, with an address, a password and a mail that asks to confirm', async () => {
  const testApp = await createTestApp()
  const guest = await guestOf(testApp)
  const upgraded = await guest.call('POST', `${auth}/guest/upgrade`, { body: person })
  expect(upgraded).toMatchObject({ status: 200, body: { user: { id: guest.userId, email: person.email } } })
  expect((await guest.call('GET', '/api/v1/users/me')).body).toMatchObject({
    role: 'user',
    name: person.name,
  })
  expect((await guest.call('POST', `${auth}/guest/upgrade`, { body: person })).status).toBe(403)
  await testApp.settled()
  expect((await testApp.ports.mailbox?.messages())?.[0]).toMatchObject({ to: person.email })
  testApp.clock.advance(25 * 60 * 60_000)
  await testApp.runJob('sweep-reserved-addresses')
  await testApp.runJob('sweep-unclaimed-users')
  const { email, password } = person
  const answer = await browserOf(testApp).call('POST', `${auth}/login`, { body: { email, password } })
  expect(answer).toMatchObject({ status: 200, body: { user: { id: guest.userId } } })
})

test('does not get the account of somebody else by staying', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const guest = await guestOf(testApp)
  const answer = await guest.call('POST', `${auth}/guest/upgrade`, { body: person })
  expect(answer.body.error.code).toBe('user_exists')
  expect((await ann.call('GET', '/api/v1/users/me')).body.id).toBe(ann.userId)
})

test('is never mailed: there is no mailbox', async () => {
  const testApp = await createTestApp()
  await guestOf(testApp)
  const [claim] = (await testApp.ports.documents.scan(userEmails)).items
  const email = claim?.value.id
  await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
  await testApp.settled()
  expect(await testApp.ports.mailbox?.messages()).toEqual([])
})
