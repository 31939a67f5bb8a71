import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { type ChatPerson, createChatPerson } from './chat-person.ts'
import { startChatServer } from './chat-server.ts'
import { coursesStates } from './console/courses-states.ts'
import { formsStates } from './console/forms-states.ts'
import { numbersStates } from './console/numbers-states.ts'
import { peopleStates } from './console/people-states.ts'
import { reportsStates } from './console/reports-states.ts'
import type { ConsoleState, ConsoleWorld } from './console/states.ts'
import { todayStates } from './console/today-states.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

/*
 * Every state of the console, at a desk and on a phone, light and dark: nothing that axe finds wrong, nothing cut off, and
 * a picture of each on demand (`npm run pictures`).
 */

const pictures = process.env['CONSOLE_PICTURES']
/** What axe finds depends little on the engine: the second one looks once at each state. */
const shownIn = engines.filter(({ name }) => name !== 'webkit')

const looks = [
  { name: 'desk', size: { width: 1200, height: 800 } },
  { name: 'phone', size: { width: 390, height: 844 } },
] as const

const emailOf = { admin: 'admin@example.org', mentor: 'mentor@example.org' } as const

const states: readonly ConsoleState[] = [
  {
    name: 'sign-in',
    as: 'nobody',
    reach: async (person) => {
      await person.sees('.sign-in form')
    },
  },
  ...todayStates,
  ...formsStates,
  ...peopleStates,
  ...reportsStates,
  ...coursesStates,
  ...numbersStates,
]

let world: ConsoleWorld

beforeAll(async () => {
  if (shownIn.every(({ missing }) => missing)) return
  const server = await startChatServer()
  world = { server, admin: await server.signIn(emailOf.admin, demoPassword) }
  for (const { prepare } of states) await prepare?.(world)
}, 180_000)
afterAll(() => world?.server.stop())

async function signIn(person: ChatPerson, as: ConsoleState['as']): Promise<void> {
  await person.open()
  if (as === 'nobody') return
  await person.fill('[name=email]', emailOf[as])
  await person.fill('[name=password]', demoPassword)
  await person.page.press('Enter')
  await person.sees('.console-menu a')
}

describe.each(shownIn)('every state in $title', ({ name: engineName, missing }) => {
  const isFirst = engineName === 'chromium'
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each(states)('$name', { timeout: 90_000, retry: 1 }, async ({ name, as, reach }) => {
    for (const look of isFirst ? looks : looks.slice(0, 1)) {
      const person = createChatPerson(await engine.open(look.size), world.server.url, '/console')
      try {
        await signIn(person, as)
        await reach(person, world)
        const faults: string[] = []
        for (const theme of isFirst ? ['light', 'dark'] : ['light']) {
          await person.page.run((wanted) => {
            document.documentElement.dataset['theme'] = wanted
          }, theme)
          faults.push(...(await person.faults()).map((fault) => `${look.name}, ${theme}: ${fault}`))
          if (!pictures || !isFirst) continue
          mkdirSync(pictures, { recursive: true })
          const picture = await sharp(await person.page.picture())
            .webp({ quality: 70 })
            .toBuffer()
          writeFileSync(join(pictures, `${name}-${look.name}-${theme}.webp`), picture)
        }
        expect(faults).toEqual([])
        expect(await person.cutOff()).toEqual([])
        expect(await person.page.problems()).toEqual([])
        // Nothing about anybody in the title, and nothing that was typed in the address.
        expect(await person.page.run(() => document.title)).toBe('Console')
        expect(await person.page.run(() => location.search)).toBe('')
      } finally {
        await person.page.close()
      }
    }
  })
})
