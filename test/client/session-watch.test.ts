import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { createSessionWatch } from '../../src/client/session-watch.ts'
import { createTestApp, origin, person } from '../app.ts'
import { createJar } from './browser.ts'

const minute = 60_000

/** A page whose timers run by the clock of the test. */
async function setup() {
  const testApp = await createTestApp({ environment: { SESSION_IDLE_MINUTES: '30' } })
  const jar = createJar(testApp)
  let signedOut = 0
  let underWay = 0
  const client = createClient({
    baseUrl: origin,
    async fetch(...request) {
      underWay++
      try {
        return await jar.fetch(...request)
      } finally {
        underWay--
      }
    },
    notes: null,
    locks: null,
    pause: async () => {},
    now: testApp.clock.now,
    onSignedOut: () => signedOut++,
  })
  await client.api.v1.auth.signup.$post({ json: person })
  const timers = new Set<{ readonly at: number; readonly work: () => void }>()
  const warnings: number[] = []
  const watch = createSessionWatch({
    client,
    onWarning: (secondsLeft) => warnings.push(secondsLeft),
    later(ms, work) {
      const timer = { at: testApp.clock.now() + ms, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  })
  const pass = async (ms: number) => {
    const until = testApp.clock.now() + ms
    for (;;) {
      const next = [...timers].sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > until) break
      testApp.clock.advance(next.at - testApp.clock.now())
      timers.delete(next)
      next.work()
      await settle()
    }
    testApp.clock.advance(until - testApp.clock.now())
  }
  const settle = async () => {
    for (let quiet = 0; quiet < 5; quiet = underWay > 0 ? 0 : quiet + 1)
      await new Promise((resolve) => setImmediate(resolve))
    await testApp.settled()
  }
  return { testApp, client, jar, watch, warnings, pass, timers, settle, signedOut: () => signedOut }
}

test('warns two minutes before a session is idle for too long, and says when it is over', async () => {
  const { watch, warnings, pass, signedOut } = await setup()
  await watch.start()
  await pass(27 * minute)
  expect(warnings).toEqual([])
  await pass(minute)
  expect(warnings).toEqual([120])
  await pass(3 * minute)
  expect([warnings.length, signedOut()]).toEqual([1, 1])
})

test('watching keeps no session alive, also when the access token runs out meanwhile', async () => {
  const { watch, pass, jar, client } = await setup()
  await watch.start()
  await pass(28 * minute + 30_000)
  expect(jar.refreshes()).toBe(1)
  await pass(minute + 31_000)
  expect((await client.api.v1.users.me.$get()).status).toBe(401)
})

test('whoever does something is not warned; whoever says that they are there has another half hour', async () => {
  const { watch, warnings, pass, client, settle } = await setup()
  await watch.start()
  await pass(10 * minute)
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
  await settle()
  await pass(27 * minute)
  expect(warnings).toEqual([])
  await pass(minute)
  expect(warnings).toHaveLength(1)
  expect(await watch.extend()).toBe(true)
  await pass(27 * minute)
  expect(warnings).toHaveLength(1)
  await pass(minute)
  expect(warnings).toHaveLength(2)
})

test('a server that cannot be reached is asked again, and nothing runs after a stop', async () => {
  const { watch, jar, pass, timers, warnings } = await setup()
  await watch.start()
  const { fetch } = jar
  jar.fetch = async () => {
    throw new TypeError('the network is gone')
  }
  await pass(28 * minute + 15_000)
  expect(warnings).toEqual([])
  jar.fetch = fetch
  await pass(30_000)
  expect(warnings).toEqual([90])
  watch.stop()
  expect(timers.size).toBe(0)
})
