import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../../entry/demo.ts'
import { type ApiPerson, type ChatServer, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'
import { desk, phone, sitAtConsole } from './console-person.ts'

/* A referral comes, is found by name, assigned, noted, resolved and exported. */

let server: ChatServer
let admin: ApiPerson
let mentorId: string

beforeAll(async () => {
  server = await startChatServer()
  admin = await server.signIn('admin@example.org', demoPassword)
  mentorId = (await admin.call('GET', '/admin/users?role=mentor')).items[0].id
}, 120_000)
afterAll(() => server?.stop())

const refer = async (name: string, attachments: readonly object[] = []): Promise<string> =>
  (
    await admin.call('POST', '/forms/referral', {
      referrer: {
        name: 'Olga Officer',
        email: 'olga@agency.example',
        phone: '+15550100111',
        organization: 'A',
      },
      participant: { name, contact: `${name.replaceAll(' ', '.').toLowerCase()}@example.org` },
      services: ['housing'],
      urgency: 'high',
      notes: 'She needs a place to stay.',
      attachments,
    })
  ).id

const slow = { timeout: 120_000, retry: 1 }

describe.each(engines)('$title', ({ name: engineName, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())
  const looks = engineName === 'chromium' ? [desk, phone] : [desk]

  test.skipIf(missing).each(looks)('a referral is taken care of at $name', slow, async ({ name, size }) => {
    const who = `Zoé ${name === desk.name ? 'Desk' : 'Phone'} ${engineName}`
    const id = await refer(who)
    const staff = await sitAtConsole(await engine.open(size), server.url, 'admin@example.org')
    await staff.press('.console-menu a', 'Forms')
    await staff.fill('[name=q]', `zoe ${engineName.slice(0, 4)}`)
    await staff.page.press('Enter')
    await staff.seesNo('.table a', 'Officer')
    await staff.press('.table a', who)
    await staff.sees('h1', who)
    await staff.sees('.facts', 'She needs a place to stay.')

    await staff.press('button', 'Assign to…')
    await staff.fill('dialog [name=q]', 'demo ment')
    await staff.page.press('Enter')
    await staff.press('dialog button', 'Demo Mentor')
    await staff.sees('.facts', 'Demo Mentor')
    await staff.until('the focus where it was done', () => staff.hasFocus('h2'))

    await staff.fill('[name=note]', 'Called back; a room is found.')
    await staff.press('button', 'Add the note')
    await staff.sees('.notes .text', 'a room is found')

    await staff.press('button', 'Resolve')
    await staff.sees('dialog', 'told by mail')
    await staff.press('dialog button.danger', 'Resolve')
    await staff.sees('.facts', 'Resolved')
    await staff.seesNo('.section button', 'Put aside')

    await staff.press('a.back', 'All forms')
    await staff.sees('.table a', who)
    await staff.keepsFiles()
    await staff.press('button', 'Export')
    const table = await staff.savedFile()
    expect(table.name).toBe('forms.csv')
    expect(table.text).toContain(who)
    expect(table.text).toContain('a room is found')
    expect(await admin.call('GET', `/forms/${id}`)).toMatchObject({
      status: 'resolved',
      assignedTo: mentorId,
    })

    // Nothing of anybody in the address, and nothing that the page or its policy complained about.
    expect(await staff.page.run(() => location.href)).toBe(`${server.url}/console#/forms`)
    expect(await staff.page.problems()).toEqual([])
    await staff.page.close()
  })

  test.skipIf(missing || engineName !== 'chromium')(
    'two at once: nothing is undone and nothing typed is lost',
    slow,
    async () => {
      const id = await refer('Twice Taken')
      const staff = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
      await staff.page.goto(`${server.url}/console/forms/${id}`)
      await staff.sees('h1', 'Twice Taken')
      await staff.fill('[name=note]', 'I take her on Monday.')
      await admin.call('PATCH', `/forms/${id}`, { status: 'reviewed', notes: 'She comes on Tuesday.' })
      await staff.press('button', 'Add the note')
      await staff.sees('.meanwhile', 'Its state is now “Reviewed”')
      await staff.sees('.meanwhile', 'added a note')
      await staff.sees('.notes .text', 'on Tuesday')
      expect(await staff.page.run(() => document.querySelector('textarea')?.value)).toBe(
        'I take her on Monday.',
      )
      await staff.press('button', 'Add the note')
      await staff.sees('.notes .text', 'on Monday')
      await staff.seesNo('.meanwhile')
      const { notes, status } = await admin.call('GET', `/forms/${id}`)
      expect([status, notes.length]).toEqual(['reviewed', 2])

      // The answer is lost on its way: it is not saved a second time.
      await staff.page.run(() => {
        const send = globalThis.fetch
        globalThis.fetch = async (...request) => {
          const answer = await send(...request)
          if (request[1]?.method !== 'PATCH') return answer
          globalThis.fetch = send
          throw new TypeError('The connection was cut.')
        }
      })
      await staff.fill('[name=note]', 'Once alone.')
      await staff.press('button', 'Add the note')
      await staff.press('.notice button', 'Try again')
      await staff.sees('.notes .text', 'Once alone.')
      await staff.seesNo('.meanwhile')
      expect((await admin.call('GET', `/forms/${id}`)).notes).toHaveLength(3)
      await staff.page.close()
    },
  )

  test.skipIf(missing || engineName !== 'chromium')(
    'an attachment is saved under its name',
    slow,
    async () => {
      const bytes = 'A letter about her.'
      const announced = await admin.call('POST', '/files/upload-url', {
        fileName: 'letter.txt',
        fileType: 'text/plain',
        fileSize: bytes.length,
        category: 'form-attachment',
      })
      await fetch(announced.uploadUrl, { method: 'PUT', headers: announced.headers, body: bytes })
      const { id: fileId } = await admin.call('POST', '/files/complete', { fileId: announced.fileId })
      const id = await refer('Anna Attached', [{ fileId }])
      const staff = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
      await staff.page.goto(`${server.url}/console/forms/${id}`)
      await staff.sees('.notes', 'letter.txt')
      await staff.until('the end of its scan', async () => {
        if ((await staff.texts('.notes .tag')).includes('Scanned')) return true
        await staff.press('.notes button', 'Look again')
        return false
      })
      await staff.keepsFiles()
      await staff.press('.notes button', 'Download letter.txt')
      expect(await staff.savedFile()).toEqual({ name: 'letter.txt', text: bytes })
      expect(await staff.page.problems()).toEqual([])
      await staff.page.close()
    },
  )

  test.skipIf(missing || engineName !== 'chromium')(
    'each number of today leads to as many forms',
    slow,
    async () => {
      await refer('Ursula Urgent')
      await admin.call('POST', '/forms/contact', {
        name: 'Speedy Seller',
        email: 'seller@example.org',
        subject: 'The best offer',
        message: 'Buy this now and never again.',
        website: 'https://seller.example',
      })
      const staff = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
      for (const words of ['overdue', 'urgent referrals', 'wait, all in all', 'put aside as spam']) {
        await staff.press('.console-menu a', 'Today')
        await staff.sees('.tile', words)
        const tile = (await staff.texts('.tile')).find((text) => text.includes(words))
        const count = Number.parseInt(tile ?? '', 10)
        await staff.press('.tile', words)
        await staff.sees('h1', 'Forms')
        await staff.until(`${count} forms that are ${words}`, async () => {
          const rows = await staff.texts('.table tbody tr')
          const isEmpty = (await staff.texts('.hint')).some((text) => text.includes('No form is like that'))
          return count === 0 ? isEmpty : rows.length === count
        })
        expect(await staff.page.run(() => location.hash)).toBe('#/forms')
      }
      await staff.page.close()
    },
  )

  test.skipIf(missing || engineName !== 'chromium')(
    'a mentor sees what is assigned to them, and adds notes alone',
    slow,
    async () => {
      const [mine, other] = [await refer('Mia Mentored'), await refer('Odd Other')]
      await admin.call('PATCH', `/forms/${mine}`, { assignedTo: mentorId })
      const mentor = await sitAtConsole(await engine.open(desk.size), server.url, 'mentor@example.org')
      await mentor.press('.console-menu a', 'Forms')
      await mentor.sees('.table a', 'Mia Mentored')
      await mentor.seesNo('.table a', 'Odd Other')
      await mentor.press('.table a', 'Mia Mentored')
      await mentor.fill('[name=note]', 'We met.')
      await mentor.press('button', 'Add the note')
      await mentor.sees('.notes .text', 'We met.')
      for (const words of ['Resolve', 'Assign', 'Mark as', 'history'])
        await mentor.seesNo('main button', words)
      await mentor.page.goto(`${server.url}/console/forms/${other}`)
      await mentor.sees('.failed')
      await mentor.seesNo('main', 'Odd Other')
      await mentor.page.close()
    },
  )
})
