import { writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { createChatPerson } from './chat-person.ts'
import { type ApiPerson, type ChatServer, password, startChatServer } from './chat-server.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

const desk = { width: 1200, height: 800 }
const phone = { width: 390, height: 844 }
/** Three browsers and all other tests share the processors: what fails once is tried once more. */
const slow = { timeout: 180_000, retry: 1 }

/** Another name of this machine than `localhost`: by this one a page is no secure context. */
const otherName =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'

/** A PNG of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let chat: ChatServer
let admin: ApiPerson

beforeAll(async () => {
  chat = await startChatServer()
  admin = await chat.signIn('admin@example.org', demoPassword)
}, 120_000)
afterEach(() => chat.line.restore())
afterAll(() => chat?.stop())

const groupOf = (name: string, ...people: ApiPerson[]) =>
  admin.call('POST', '/conversations', { type: 'group', name, participantIds: people.map(({ id }) => id) })
const say = (by: ApiPerson, conversationId: string, text: string) =>
  by.call('POST', `/conversations/${conversationId}/messages`, { text })

describe.each(engines)('$title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  const sit = async (size: { readonly width: number; readonly height: number }) =>
    createChatPerson(await engine.open(size), chat.url)
  const sitAs = async ({ email }: ApiPerson, size = desk) => {
    const person = await sit(size)
    await person.signIn(email, password)
    return person
  }

  test.skipIf(missing)('from nothing to a first conversation, by the keyboard alone', slow, async () => {
    const desktop = await sit(desk)
    await desktop.open()
    await desktop.sees('.ways button')
    await desktop.tabTo('.ways button')
    await desktop.page.press('Enter')
    await desktop.fill('[name=name]', 'Nia Newcomer')
    await desktop.page.press('Tab')
    await desktop.page.type(`nia-${name}-${crypto.randomUUID().slice(0, 8)}@example.com`)
    await desktop.page.press('Tab')
    await desktop.page.type(password)
    await desktop.page.press('Enter')
    await desktop.sees('.sidebar', 'No conversations yet')
    await desktop.tabTo('.sidebar .primary')
    await desktop.page.press('Enter')
    await desktop.sees('dialog .person', 'Demo Mentor')
    await desktop.tabTo('dialog [name=who]')
    await desktop.page.press('Space')
    await desktop.sees('dialog .chosen', 'With')
    await desktop.tabTo('dialog .primary')
    await desktop.page.press('Enter')
    await desktop.sees('.thread-header h2', 'Demo')
    await desktop.tabTo('.composer textarea')
    await desktop.page.type('Hello!')
    await desktop.page.press('Enter')
    await desktop.sees('.bubble', 'Hello!')
    await desktop.sees('.state', '✓')
    expect(await desktop.page.problems()).toEqual([])
    await desktop.page.close()
  })

  test.skipIf(missing)('two people talk, and see each other’s every step', slow, async () => {
    const [ann, ben] = [await chat.signUp('Ann Walker'), await chat.signUp('Ben Ortiz')]
    const { id } = await groupOf('Résumé help', ann, ben)
    await say(ben, id, 'Welcome, everybody.')
    const desktop = await sitAs(ann)
    const mobile = await sitAs(ben, phone)
    await desktop.sees('.badge', '1')
    await desktop.until('the count in the title', () =>
      desktop.page.run(() => document.title.startsWith('(1)')),
    )
    await desktop.openConversation('Résumé help')
    await desktop.sees('.unread-line')
    await mobile.openConversation('Résumé help')

    await desktop.write('Good morning! **Ten minutes** for https://example.org/cv?a=(1), @Ben Ortiz?')
    await mobile.sees('.bubble strong', 'Ten minutes')
    await mobile.sees('.bubble mark', '@Ben Ortiz')
    await mobile.sees('.message.for-me')
    expect(await mobile.page.run(() => document.querySelector<HTMLAnchorElement>('.bubble a')?.href)).toBe(
      'https://example.org/cv?a=(1)',
    )
    await desktop.sees('.state', '✓✓')

    await mobile.fill('.composer textarea', 'Of course')
    await desktop.sees('.typing', 'Ben Ortiz')
    await mobile.page.press('Enter')
    await desktop.sees('.bubble', 'Of course')
    await desktop.sees('[role=log]', 'Ben Ortiz: Of course')

    // A file, a picture that is shown, and a name that no store takes.
    const files = [
      [
        'Resume of Ann.pdf',
        '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n',
      ],
      ['me "at work".PNG', picture],
    ] as const
    const paths = files.map(([file, bytes]) => {
      const path = join(chat.directory, file)
      writeFileSync(path, bytes)
      return path
    })
    await desktop.page.upload('.composer input[type=file]', ...paths)
    await desktop.sees('.chips', 'Resume of Ann.pdf')
    await desktop.seesNo('.chips progress')
    await desktop.write('Here it is.')
    await mobile.sees('.file', 'Resume of Ann.pdf')
    await mobile.until('the picture', () =>
      mobile.page.run(
        () => (document.querySelector<HTMLImageElement>('.picture img')?.naturalWidth ?? 0) > 0,
      ),
    )

    await mobile.choose('Here it is.', 'React with 👍')
    await desktop.sees('.reaction', '👍 1')
    await mobile.choose('Good morning', 'Reply')
    await mobile.write('At noon?')
    await desktop.sees('.quote', 'Good morning')
    await desktop.choose('Good morning', 'Edit')
    await desktop.write('Good day!')
    await mobile.sees('.bubble', 'Good day!')
    await mobile.sees('.meta', 'edited')

    // What is deleted is gone from the thread, from what quotes it and from the list.
    await mobile.choose('At noon?', 'Delete')
    await mobile.press('dialog button', 'Delete')
    await desktop.sees('.bubble', 'This message was deleted.')
    await desktop.seesNo('.conversation', 'At noon?')

    await desktop.press('.thread-header button', 'Search')
    await desktop.fill('.panel [type=search]', 'welcome')
    await desktop.press('.result', 'Welcome, everybody.')
    await desktop.sees('.pointed-out', 'Welcome, everybody.')

    expect(await mobile.cutOff()).toEqual([])
    await mobile.press('.back', 'Back to the list')
    await mobile.sees('.conversation', 'Résumé help')
    expect([...(await desktop.page.problems()), ...(await mobile.page.problems())]).toEqual([])
    await Promise.all([desktop.page.close(), mobile.page.close()])
  })

  test.skipIf(missing)(
    'through an interruption: said, kept, in order, and in its own conversation',
    slow,
    async () => {
      const [eve, finn] = [await chat.signUp('Eve'), await chat.signUp('Finn')]
      const { id } = await groupOf('Interrupted', eve, finn)
      await groupOf('Another one', eve, finn)
      await say(finn, id, 'Before.')
      const desktop = await sitAs(eve)
      await desktop.openConversation('Interrupted')
      await desktop.fill('.composer textarea', 'A draft that stays')
      await desktop.openConversation('Another one')
      expect(await desktop.page.run(() => document.querySelector('textarea')?.value)).toBe('')
      await desktop.sees('.conversation', 'A draft that stays')

      chat.line.cut()
      for (const text of ['one', 'two', 'three']) await desktop.write(text)
      await desktop.sees('#banner', 'No connection')
      await desktop.sees('.sending', 'three')
      // Opened without a line it says so, and shows nothing of what waits elsewhere.
      await desktop.press('.conversation', 'Interrupted')
      await desktop.sees('.thread .failed', 'cannot be reached')
      expect(await desktop.texts('.sending')).toEqual([])
      await say(finn, id, 'Meanwhile.').catch(() => {})
      chat.line.restore()
      await desktop.until('the messages', async () => (await desktop.texts('.bubble')).length > 0, 60_000)
      await desktop.sees('.bubble', 'Before.')
      await desktop.press('.conversation', 'Another one')
      await desktop.until(
        'all that was written',
        async () => (await desktop.texts('.sending')).length === 0,
        60_000,
      )
      await desktop.until(
        'all three',
        async () => (await desktop.texts('.mine .bubble p')).length === 3,
        60_000,
      )
      expect(await desktop.texts('.mine .bubble p')).toEqual(['one', 'two', 'three'])
      expect(await desktop.page.run(() => document.title)).toContain('MackChat')
      await desktop.page.close()
    },
  )

  test.skipIf(missing)('events leave focus, selection and place alone', slow, async () => {
    const [gus, hana] = [await chat.signUp('Gus'), await chat.signUp('Hana')]
    const { id } = await groupOf('Long one', gus, hana)
    for (let number = 1; number <= 130; number++) await say(hana, id, `Message ${number}`)
    await gus.call('POST', `/conversations/${id}/read`, {})
    const desktop = await sitAs(gus)
    await desktop.openConversation('Long one')
    await desktop.sees('.bubble', 'Message 130')
    const lowest = () =>
      desktop.page.run(() => Number(/\d+/.exec(document.querySelector('.bubble p')?.textContent ?? '')?.[0]))
    expect(await lowest()).toBeGreaterThan(80)
    // All the way up, in pages, and what is looked at stays where it is.
    for (let tries = 0; tries < 12 && (await lowest()) > 1; tries++) {
      const before = await lowest()
      await desktop.page.run(() => {
        const log = document.querySelector('.log')
        if (log) log.scrollTop = 0
      })
      await desktop.until('older ones', async () => (await lowest()) < before)
    }
    expect(await lowest()).toBe(1)

    await desktop.page.run(() => {
      const rows = [...document.querySelectorAll<HTMLElement>('[data-message]')]
      const row = rows.find((each) => each.querySelector('p')?.textContent === 'Message 60')
      row?.scrollIntoView({ block: 'center' })
      row?.focus({ preventScroll: true })
      const text = row?.querySelector('p')
      if (text) getSelection()?.selectAllChildren(text)
    })
    const where = () =>
      desktop.page.run(() => ({
        focus: document.activeElement?.querySelector('p')?.textContent,
        selected: String(getSelection()),
        top: Math.round(document.activeElement?.getBoundingClientRect().top ?? 0),
      }))
    const before = await where()
    expect(before).toMatchObject({ focus: 'Message 60', selected: 'Message 60' })
    await say(hana, id, 'Message 131')
    await say(hana, id, 'Message 132')
    await desktop.sees('.jump', '2 new')
    expect(await where()).toEqual(before)
    await desktop.press('.jump', '2 new')
    await desktop.seesNo('.jump')
    await desktop.sees('.bubble', 'Message 132')
    expect(await desktop.page.problems()).toEqual([])
    await desktop.page.close()
  })

  test.skipIf(missing)(
    'a group: invited by a link, pins, announcements, a report, and a list of one’s own',
    slow,
    async () => {
      const [lea, max] = [await chat.signUp('Lea'), await chat.signUp('Max')]
      const { id } = await groupOf('Garden club', lea)
      await admin.call('POST', `/conversations/${id}/members`, { userIds: [lea.id], role: 'admin' })
      await say(admin, id, 'Spades are in the shed.')
      const desktop = await sitAs(lea)
      await desktop.openConversation('Garden club')
      await desktop.press('.thread-header [aria-haspopup]', 'More about')
      await desktop.press('[role=menuitem]', 'Invite by a link')
      await desktop.press('.panel button', 'Make a link')
      await desktop.sees('.made')
      const link = await desktop.page.run(
        () => document.querySelector<HTMLInputElement>('.made input')?.value ?? '',
      )
      await desktop.sees('.panel .person', 'Used 0 times')

      // Whoever is not signed in is told why, and finds the invitation after that.
      const mobile = await sit(phone)
      await mobile.page.goto(link)
      await mobile.sees('.sign-in', 'You were invited')
      await mobile.fill('[name=email]', max.email)
      await mobile.fill('[name=password]', password)
      await mobile.page.press('Enter')
      await mobile.sees('dialog', 'Garden club')
      await mobile.press('dialog button', 'Join')
      await mobile.sees('.thread-header h2', 'Garden club')

      await desktop.choose('Spades', 'Pin for everybody')
      await desktop.press('.thread-header [aria-haspopup]', 'More about')
      await desktop.press('[role=menuitem]', 'Pinned messages (1)')
      await desktop.sees('.pinned', 'Spades')
      await desktop.write('Welcome, Max!')
      await mobile.sees('.bubble', 'Welcome, Max!')
      await mobile.choose('Welcome', 'Report')
      await mobile.press('dialog .check', 'Something else')
      await mobile.press('dialog [type=submit]', 'Report')
      await mobile.sees('.notice', 'Staff will look at it')

      await desktop.press('.thread-header [aria-haspopup]', 'More about')
      await desktop.press('[role=menuitem]', 'Settings of the group')
      await desktop.press('dialog .check', 'announcements')
      await desktop.press('dialog button', 'Save')
      await mobile.sees('.refused-to', 'only its admins and moderators')

      // A list of one's own: out of it, back in it, and up.
      await mobile.press('.thread-header [aria-haspopup]', 'More about')
      await mobile.press('[role=menuitem]', 'Archive')
      await mobile.press('.back', 'Back to the list')
      await mobile.seesNo('.conversation', 'Garden club')
      await mobile.press('.shelves button', 'Archived')
      await mobile.sees('.conversation', 'Garden club')
      await desktop.write('The shed is open.')
      await mobile.press('.shelves button', 'Unread')
      await mobile.sees('.conversation .badge', '1')
      await mobile.press('.conversation', 'Garden club')
      await mobile.press('.thread-header [aria-haspopup]', 'More about')
      await mobile.press('[role=menuitem]', 'Pin in my list')
      await mobile.press('.back', 'Back to the list')
      await mobile.press('.shelves button', 'All')
      await mobile.sees('.conversation .sign', 'pinned')
      expect([...(await desktop.page.problems()), ...(await mobile.page.problems())]).toEqual([])
      await Promise.all([desktop.page.close(), mobile.page.close()])
    },
  )

  test.skipIf(missing)('a thread beside its conversation', slow, async () => {
    const [noa, ola] = [await chat.signUp('Noa'), await chat.signUp('Ola')]
    const { id } = await groupOf('Threads here', noa, ola)
    await say(ola, id, 'Who brings the cake?')
    const desktop = await sitAs(noa)
    const mobile = await sitAs(ola, phone)
    await desktop.openConversation('Threads here')
    await mobile.openConversation('Threads here')
    await desktop.choose('Who brings', 'Answer in a thread')
    await desktop.sees('.panel .bubble', 'Who brings the cake?')
    await desktop.fill('.panel .composer textarea', 'I do.')
    await desktop.page.press('Enter')
    await desktop.sees('.panel .bubble', 'I do.')
    await mobile.sees('.thread .message .link', '1 answer')
    expect((await mobile.texts('.thread .bubble')).some((text) => text.includes('I do.'))).toBe(false)
    await mobile.press('.thread .message .link', '1 answer')
    await mobile.sees('.panel .bubble', 'I do.')
    await mobile.fill('.panel .composer textarea', 'Wonderful!')
    await mobile.press('.panel .composer [type=submit]', 'Send')
    await desktop.sees('.panel .bubble', 'Wonderful!')
    await desktop.sees('.thread .message .link', '2 answers')
    // What is loaded is shown as what came by events was.
    await desktop.page.reload()
    await desktop.sees('.panel .bubble', 'Wonderful!')
    await desktop.sees('.thread .bubble', 'Who brings the cake?')
    expect((await desktop.texts('.thread .bubble')).filter((text) => /I do|Wonderful/.test(text))).toEqual([])
    expect(await mobile.cutOff()).toEqual([])
    expect([...(await desktop.page.problems()), ...(await mobile.page.problems())]).toEqual([])
    await Promise.all([desktop.page.close(), mobile.page.close()])
  })

  test.skipIf(missing)(
    'by its address in the network, over http, everything works as well',
    slow,
    async () => {
      const [pia, quin] = [await chat.signUp('Pia'), await chat.signUp('Quin')]
      await groupOf('Over http', pia, quin)
      const mobile = createChatPerson(await engine.open(phone), chat.url.replace('localhost', otherName))
      await mobile.signIn(pia.email, password)
      expect(await mobile.page.run(() => isSecureContext)).toBe(otherName === '127.0.0.1')
      await mobile.openConversation('Over http')
      const path = join(chat.directory, 'me.png')
      writeFileSync(path, picture)
      await mobile.page.upload('.composer input[type=file]', path)
      await mobile.sees('.chips', 'me.png')
      await mobile.seesNo('.chips progress')
      await mobile.write('From a phone')
      await mobile.sees('.bubble', 'From a phone')
      await mobile.until('the picture', () =>
        mobile.page.run(
          () => (document.querySelector<HTMLImageElement>('.picture img')?.naturalWidth ?? 0) > 0,
        ),
      )
      await mobile.choose('From a phone', 'Copy the text')
      await mobile.sees('.notice')
      expect(await mobile.page.problems()).toEqual([])
      await mobile.page.close()
    },
  )

  test.skipIf(missing)(
    'a file that is refused says why; one that does not get through is tried again',
    slow,
    async () => {
      const [una, vic] = [await chat.signUp('Una'), await chat.signUp('Vic')]
      await groupOf('Refused', una, vic)
      const desktop = await sitAs(una)
      await desktop.openConversation('Refused')
      const refusedOf = async (name: string, content: string | Buffer, words: string) => {
        const path = join(chat.directory, name)
        writeFileSync(path, content)
        await desktop.page.upload('.composer input[type=file]', path)
        await desktop.sees('.chips .problem', words)
        await desktop.page.click(`.chips button[aria-label="Remove ${name}"]`)
        await desktop.seesNo('.chips')
      }
      await refusedOf('run.exe', 'MZ', 'Files of this type are not accepted here.')
      await refusedOf('page.png', '<!doctype html><script>alert(1)</script>', 'The file')
      await refusedOf('long.txt', Buffer.alloc(26 * 1024 * 1024, 'a'), 'Must be at most')

      const path = join(chat.directory, 'cut.png')
      writeFileSync(path, picture)
      chat.line.cut()
      await desktop.page.upload('.composer input[type=file]', path)
      await desktop.sees('.chips .problem', 'cannot be reached')
      chat.line.restore()
      await desktop.page.click('.chips .refused > button:not(.round)')
      await desktop.seesNo('.chips .refused')
      await desktop.seesNo('.chips progress')
      await desktop.sees('.chips', 'cut.png')
      await desktop.write('It got through.')
      await desktop.sees('.bubble', 'It got through.')
      expect(await desktop.page.problems()).toEqual([])
      await desktop.page.close()
    },
  )

  test.skipIf(missing)('the list goes on beyond its first page', slow, async () => {
    const ida = await chat.signUp('Ida')
    for (let number = 1; number <= 64; number++) await groupOf(`Group ${number}`, ida)
    const mobile = await sitAs(ida, phone)
    await mobile.until('all of them', async () => {
      await mobile.page.run(() => {
        const list = document.querySelector('.conversations')
        if (list) list.scrollTop = list.scrollHeight
      })
      return (await mobile.texts('.conversation')).length === 64
    })
    await mobile.fill('.filter input', 'Group 7')
    await mobile.sees('.conversation', 'Group 7')
    await mobile.seesNo('.conversation', 'Group 8')
    await mobile.page.close()
  })

  test.skipIf(missing)('at 320 pixels with letters twice as large nothing is cut off', slow, async () => {
    const [jo, kim] = [await chat.signUp('Jo'), await chat.signUp('Kim')]
    const { id } = await groupOf('A group with a rather long name that goes on', jo, kim)
    await say(kim, id, 'مرحبا بالجميع')
    await say(kim, id, 'Averyverylongwordwithoutanyspaceinitthathastobreaksomewhereorelse')
    const mobile = await sitAs(jo, { width: 320, height: 640 })
    await mobile.page.run(() => {
      document.documentElement.style.fontSize = '200%'
    })
    expect(await mobile.cutOff()).toEqual([])
    await mobile.openConversation('A group')
    await mobile.fill('.composer textarea', 'A long text that has to be seen in its whole height')
    expect(await mobile.cutOff()).toEqual([])
    // The box is as high as its text, and right-to-left text begins at the right.
    const facts = await mobile.page.run(() => {
      const box = document.querySelector('textarea')
      const arabic = [...document.querySelectorAll('.bubble p')].find((each) =>
        /[\u0600-\u06ff]/.test(each.textContent ?? ''),
      )
      return {
        isWhole: (box?.clientHeight ?? 0) >= Math.min(box?.scrollHeight ?? 0, innerHeight * 0.29),
        direction: arabic && getComputedStyle(arabic).direction,
      }
    })
    expect(facts).toEqual({ isWhole: true, direction: 'rtl' })
    await mobile.page.close()
  })
})
