import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../../entry/demo.ts'
import { type ApiPerson, type ChatServer, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'
import { desk, phone, sitAtConsole } from './console-person.ts'

/* Somebody who has lost their second factors is helped by two members of staff, each at their own browser. */

let server: ChatServer
let admin: ApiPerson
const second = { email: 'alicia.alvarez@example.org', name: 'Alicia Alvarez' }

beforeAll(async () => {
  server = await startChatServer()
  admin = await server.signIn('admin@example.org', demoPassword)
  const { id } = (await admin.call('GET', `/admin/users?q=${encodeURIComponent(second.email)}`)).items[0]
  await admin.call('POST', '/auth/step-up', { password: demoPassword })
  await admin.call('PATCH', `/admin/users/${id}`, { role: 'admin' })
}, 120_000)
afterAll(() => server?.stop())

const slow = { timeout: 120_000, retry: 1 }

describe.each(engines)('$title', ({ name: engineName, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing)('one at a desk begins it, the other on a phone approves it', slow, async () => {
    const learner = await server.signUp(`Lost ${engineName}`)
    const first = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
    await first.press('.console-menu a', 'People')
    await first.fill('[name=q]', `lost ${engineName}`)
    await first.page.press('Enter')
    await first.seesNo('.table a', 'Demo')
    await first.press('.table a', `Lost ${engineName}`)
    await first.press('button', 'Begin a recovery')
    await first.sees('dialog', 'another administrator or a mentor has to approve it')
    await first.press('dialog button.danger', 'Begin the recovery')
    await first.confirmsIdentity()
    await first.sees(
      '.section',
      'Now another administrator or a mentor has to approve it: you cannot do both',
    )
    await first.seesNo('.section button', 'Approve')

    const other = await sitAtConsole(await engine.open(phone.size), server.url, second.email)
    await other.page.goto(`${server.url}/console#/people/${learner.id}`)
    await other.sees('.section', 'Demo Admin began it')
    await other.press('.section button', 'Approve')
    await other.press('dialog button.danger', 'Approve')
    await other.confirmsIdentity()
    await other.sees('.warning', 'Read this code')
    const code = (await other.texts('.warning code'))[0] ?? ''
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)
    await other.press('button', 'I have read it out')
    await other.seesNo('.warning code')
    await other.until('the focus in the section', () => other.hasFocus('h2'))

    // The first one sees that it is approved, and never the code.
    await first.press('button', 'Look again')
    await first.sees('.section', `${second.name} approved it`)
    expect(await first.page.run((secret) => document.body.textContent?.includes(secret), code)).toBe(false)
    await first.press('.section button', 'Cancel the recovery')
    await first.press('dialog button.danger', 'Cancel the recovery')
    await first.sees('.section button', 'Begin a recovery')
    for (const staff of [first, other]) {
      expect(await staff.page.problems()).toEqual([])
      expect(await staff.page.run(() => document.title)).toBe('Console')
      await staff.page.close()
    }
  })

  test.skipIf(missing || engineName !== 'chromium')(
    'an account is suspended, let in again, and made a mentor; nobody does that to themselves',
    slow,
    async () => {
      const learner = await server.signUp('Susi Suspended')
      const staff = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
      await staff.page.goto(`${server.url}/console#/people/${learner.id}`)
      await staff.press('button', 'Suspend')
      await staff.press('dialog button.danger', 'Suspend')
      await staff.sees('.facts', 'Suspended')
      await staff.sees('.section', 'Signed in nowhere')
      await expect(learner.call('GET', '/users/me')).rejects.toThrow('account_suspended')
      // Whoever does not confirm that it is them has done nothing.
      await staff.press('button', 'Let them in')
      await staff.press('dialog button.danger', 'Let them in')
      await staff.sees('dialog', 'Confirm that it is you')
      await staff.press('dialog button', 'Cancel')
      await staff.sees('.notice.problem', 'nothing was done')
      await staff.sees('.facts', 'Suspended')
      await staff.press('button', 'Let them in')
      await staff.press('dialog button.danger', 'Let them in')
      await staff.confirmsIdentity()
      await staff.sees('.facts', 'Active')
      await staff.press('button', 'Make mentor')
      await staff.sees('dialog', 'signed out everywhere')
      await staff.press('dialog button.danger', 'Make')
      await staff.sees('.facts dd', 'Mentor')
      await staff.press('button', 'Place a legal hold')
      await staff.press('dialog button.danger', 'Place the hold')
      await staff.sees('.section', 'the account is not erased')
      await staff.page.goto(`${server.url}/console#/people/${admin.id}`)
      await staff.sees('.section', 'This is you')
      for (const words of ['Suspend', 'Make ', 'Begin a recovery']) await staff.seesNo('main button', words)
      await staff.page.close()
    },
  )
})
