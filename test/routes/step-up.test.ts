import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataExports } from '../../src/core/privacy/exports/exports.model.ts'
import { type Browser, person, signedInBrowser, type TestApp } from '../app.ts'
import { auth, copyOf, logIn, logInWith, stepUp } from '../core/accounts/intruder.ts'
import { startTwoProcesses } from '../two-processes.ts'

/*
 * What is worth a step-up is worth a fresh look: a session that was ended on another process starts nothing on this one,
 * whatever the method, although this process has lately seen it to be good.
 */

let one: TestApp
let two: TestApp
let close: () => Promise<void>
let owner: Browser
beforeAll(async () => {
  ;({ one, two, close } = await startTwoProcesses('sqlite'))
  const ann = await signedInBrowser(one)
  await one.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
  owner = ann
})
afterAll(() => close())

/** A session that two has lately seen, stepped up, and that its owner has ended on one. */
async function endedElsewhere(): Promise<Browser> {
  const browser = await logIn(one)
  await stepUp(browser)
  const there = copyOf(two, browser)
  expect((await there.call('GET', `${auth}/sessions`)).status).toBe(200)
  expect((await owner.call('DELETE', `${auth}/sessions`)).status).toBe(204)
  expect((await there.call('GET', `${auth}/sessions`)).status).toBe(200)
  return there
}

test('every operation that asks for a step-up asks the store who is asking', async () => {
  const { paths } = one.describe() as { paths: Record<string, Record<string, any>> }
  let walked = 0
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation['x-step-up']) continue
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      for (const verb of method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]) {
        const there = await endedElsewhere()
        expect((await there.call(verb, concrete)).status, `${verb} ${path}`).toBe(401)
        walked++
      }
    }
  expect(walked).toBeGreaterThan(10)
  expect((await one.ports.documents.scan(dataExports)).items).toEqual([])
})

test('and of an account whose epoch was raised elsewhere, or that was suspended', async () => {
  const ben = await signedInBrowser(one, { ...person, email: 'ben@example.com' })
  for (const [change, status] of [
    [{ securityEpoch: 7 }, 401],
    [{ status: 'suspended' }, 403],
  ] as const) {
    await one.users.changeUser(ben.userId, (user) => ({ ...user, status: 'active' }))
    await logInWith(ben, person.password, 'ben@example.com')
    await stepUp(ben)
    const there = copyOf(two, ben)
    expect((await there.call('GET', `${auth}/sessions`)).status).toBe(200)
    await one.users.changeUser(ben.userId, (user) => ({ ...user, ...change }))
    expect((await there.call('GET', '/api/v1/users/me/data-export')).status).toBe(status)
  }
  expect((await one.ports.documents.scan(dataExports)).items).toEqual([])
})
