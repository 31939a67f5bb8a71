import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { type ChatPerson, createChatPerson } from './chat-person.ts'
import { type ApiPerson, type ChatServer, password, startChatServer } from './chat-server.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

/* The ways into the chat page, how long one stays, and what belongs to an account in it. */

const desk = { width: 1200, height: 800 }
const phone = { width: 390, height: 844 }
/** Three browsers and all other tests share the processors: what fails once is tried once more. */
const slow = { timeout: 120_000, retry: 1 }

let chat: ChatServer
let admin: ApiPerson

beforeAll(async () => {
  chat = await startChatServer()
  admin = await chat.signIn('admin@example.org', demoPassword)
}, 120_000)
afterAll(() => chat?.stop())

/** Strangers who do not stop: at the end of each delay they are there first, and the next one is longer. */
function guessAt(email: string): { stop(): Promise<void> } {
  let isOn = true
  const guessing = (async () => {
    while (isOn) await chat.signIn(email, 'not the password').catch(() => {})
  })()
  return {
    stop() {
      isOn = false
      return guessing
    },
  }
}
const fieldsOf = (person: ChatPerson) =>
  person.page.run(() =>
    [...document.querySelectorAll('form input')]
      .filter((each) => each.getAttribute('name') !== 'sharedDevice')
      .map((each) => [
        each.getAttribute('name'),
        each.getAttribute('type'),
        each.getAttribute('autocomplete'),
      ]),
  )

describe.each(engines)('$title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  const sit = async (size: { readonly width: number; readonly height: number } = desk, url = chat.url) =>
    createChatPerson(await engine.open(size), url)

  test.skipIf(missing)('while strangers guess, a code from the mailbox lets the owner in', slow, async () => {
    const { email } = await chat.signUp('Una Owner')
    const strangers = guessAt(email)
    const desktop = await sit()
    await desktop.open()
    await desktop.fill('[name=email]', email)
    await desktop.fill('[name=password]', password)
    await desktop.page.press('Enter')
    await desktop.press('form .link', 'mail me a code')
    await strangers.stop()
    await desktop.sees('.news', 'on its way')
    expect(await fieldsOf(desktop)).toEqual([
      ['email', 'email', 'username'],
      ['password', 'password', 'current-password'],
      ['mailedCode', null, 'one-time-code'],
    ])
    const { text } = await chat.mailTo(email, /new password/i)
    const code = /\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/.exec(text)?.[0] ?? ''
    // What was typed is still there, and the code is taken however it is written.
    await desktop.fill('[name=mailedCode]', ` ${code.toLowerCase()}`)
    await desktop.page.press('Enter')
    await desktop.sees('.sidebar', 'Una Owner')
    expect(await desktop.page.problems()).toEqual([])
    await desktop.page.close()

    // The same for whoever began at the forgotten password.
    const mobile = await sit(phone)
    await mobile.open()
    await mobile.press('.ways button', 'I forgot my password')
    await mobile.fill('[name=email]', email)
    await mobile.page.press('Enter')
    await mobile.sees('[name=mailedCode]')
    expect(await mobile.page.run(() => document.querySelector<HTMLInputElement>('[name=email]')?.value)).toBe(
      email,
    )
    await mobile.page.close()
  })

  test.skipIf(missing)('a second factor: the app, or a recovery code', slow, async () => {
    const owner = await chat.signUp('Tomas Factor')
    await owner.call('POST', '/auth/step-up', { password })
    const totp = new TOTP({ secret: (await owner.call('POST', '/auth/mfa/totp')).secret })
    const { recoveryCodes } = await owner.call('POST', '/auth/mfa/totp/confirm', { code: totp.generate() })
    const begin = async () => {
      const person = await sit()
      await person.open()
      await person.fill('[name=email]', owner.email)
      await person.fill('[name=password]', password)
      await person.page.press('Enter')
      await person.sees('form', 'Six digits')
      return person
    }
    const withApp = await begin()
    await withApp.fill('[name=code]', '000000')
    await withApp.page.press('Enter')
    await withApp.until('the refusal', async () => ((await withApp.texts('.problem'))[0] ?? '') !== '')
    // The code before was used: the next one is good already.
    await withApp.fill('[name=code]', totp.generate({ timestamp: Date.now() + 30_000 }))
    await withApp.page.press('Enter')
    await withApp.sees('.sidebar', 'Tomas Factor')
    expect(await withApp.page.problems()).toEqual([])
    await withApp.page.close()

    const withCode = await begin()
    await withCode.press('.ways button', 'Use a recovery code')
    await withCode.fill('[name=code]', recoveryCodes[0])
    await withCode.page.press('Enter')
    await withCode.sees('.sidebar', 'Tomas Factor')
    await withCode.page.close()
  })

  test.skipIf(missing)('passwords are hidden, managed, and refused in words', slow, async () => {
    const desktop = await sit()
    await desktop.open()
    await desktop.press('.ways button', 'Create an account')
    await desktop.sees('[name=name]')
    expect(await fieldsOf(desktop)).toEqual([
      ['name', null, 'name'],
      ['email', 'email', 'username'],
      ['password', 'password', 'new-password'],
    ])
    expect(
      await desktop.page.run(() =>
        document
          .querySelector('[name=password]')
          ?.dispatchEvent(new Event('paste', { bubbles: true, cancelable: true })),
      ),
    ).toBe(true)
    await desktop.fill('[name=name]', 'Vera')
    await desktop.fill('[name=email]', `vera-${name}@example.com`)
    await desktop.fill('[name=password]', 'too short')
    await desktop.page.press('Enter')
    await desktop.sees('form .problem', 'Use at least')
    await desktop.fill('[name=password]', password)
    await desktop.page.press('Enter')
    await desktop.sees('.sidebar', 'Vera')

    // The address is not confirmed yet; whoever comes back from the mail is told no more.
    await desktop.sees('.unconfirmed', `vera-${name}@example.com`)
    await desktop.press('.unconfirmed .link', 'Send the mail again')
    await desktop.sees('.notice', 'on its way')
    await desktop.until(
      'the second mail',
      async () => (await chat.mailsTo(`vera-${name}@example.com`)).length > 1,
    )
    await chat.confirm(`vera-${name}@example.com`)
    await desktop.page.run(() => document.dispatchEvent(new Event('visibilitychange')))
    await desktop.seesNo('.unconfirmed')

    await desktop.press('.sidebar [aria-haspopup]', 'My settings')
    await desktop.press('[role=menuitem]', 'Sign out')
    await desktop.sees('.sign-in')
    await desktop.page.close()
  })

  test.skipIf(missing)('a session is not ended without a word', slow, async () => {
    const { email } = await chat.signUp('Will Wait')
    const desktop = await sit()
    await desktop.signIn(email, password)
    await desktop.endSessionIn(100)
    await desktop.sees('dialog', 'Are you still there?')
    await desktop.press('dialog button', 'Stay signed in')
    await desktop.seesNo('dialog')
    // However often: where it cannot be longer it says so, and asks no more.
    await desktop.endSessionIn(100, 'again')
    await desktop.sees('dialog', 'Are you still there?')
    await desktop.press('dialog button', 'Stay signed in')
    await desktop.sees('.notice', 'cannot be made longer')
    await desktop.seesNo('dialog')
    expect(await desktop.page.problems()).toEqual([])
    await desktop.page.close()
  })

  test.skipIf(missing)('all of a group are meant at once, and a group has a picture', slow, async () => {
    const [xia, yan] = [await chat.signUp('Xia'), await chat.signUp('Yan')]
    const { id } = await admin.call('POST', '/conversations', {
      type: 'group',
      name: 'Choir',
      participantIds: [xia.id, yan.id],
    })
    await admin.call('POST', `/conversations/${id}/members`, { userIds: [xia.id], role: 'admin' })
    const desktop = await sit()
    await desktop.signIn(xia.email, password)
    await desktop.openConversation('Choir')
    const mobile = await sit(phone)
    await mobile.signIn(yan.email, password)
    await mobile.openConversation('Choir')
    // A member may call those who run it, and not everybody.
    await mobile.fill('.composer textarea', 'Help, @')
    await mobile.sees('.mentions', '@moderators')
    await mobile.seesNo('.mentions', '@everyone')
    await desktop.fill('.composer textarea', 'We begin at six, @every')
    await desktop.sees('.mentions', '@everyone')
    await desktop.page.press('Enter')
    await desktop.page.press('Enter')
    await mobile.sees('.message.for-me mark', '@everyone')
    await desktop.sees('.bubble mark', '@everyone')

    const path = join(chat.directory, 'choir.png')
    writeFileSync(
      path,
      await sharp({ create: { width: 64, height: 64, channels: 3, background: '#226688' } })
        .png()
        .toBuffer(),
    )
    await desktop.press('.thread-header [aria-haspopup]', 'More about')
    await desktop.press('[role=menuitem]', 'Settings of the group')
    await desktop.sees('dialog', 'Choose a picture')
    await desktop.page.upload('dialog input[type=file]', path)
    await desktop.sees('dialog', 'Choose another one')
    await desktop.press('dialog button', 'Save')
    await mobile.until('the picture', () =>
      mobile.page.run(
        () =>
          (document.querySelector<HTMLImageElement>('.thread-header .portrait img')?.naturalWidth ?? 0) > 0,
      ),
    )
    await desktop.press('.thread-header [aria-haspopup]', 'More about')
    await desktop.press('[role=menuitem]', 'Settings of the group')
    await desktop.press('dialog button', 'Take it away')
    await desktop.press('dialog button', 'Save')
    await mobile.seesNo('.thread-header .portrait img')
    expect([...(await desktop.page.problems()), ...(await mobile.page.problems())]).toEqual([])
    await Promise.all([desktop.page.close(), mobile.page.close()])
  })
})

describe('where it is not told whether an address is known', () => {
  const missing = engines.find(({ name }) => name === 'chromium')?.missing
  test.skipIf(missing)('a guest who asks for an account is told to look into the mailbox', slow, async () => {
    const hidden = await startChatServer({ SIGNUP_DISCLOSURE: 'hidden' })
    const engine = await launch('chromium')
    try {
      const guest = createChatPerson(await engine.open(phone), hidden.url)
      await guest.open()
      await guest.press('.ways button', 'without an account')
      await guest.fill('[name=name]', 'Zed')
      await guest.page.press('Enter')
      await guest.press('.sidebar [aria-haspopup]', 'My settings')
      await guest.press('[role=menuitem]', 'Create an account')
      await guest.fill('dialog [name=email]', 'zed@example.com')
      await guest.fill('dialog [name=password]', password)
      // The socket says that the session has ended: what the page then asks is answered after everything else.
      await guest.page.run(() => {
        const fetchNow = globalThis.fetch
        globalThis.fetch = async (...request) => {
          const answer = await fetchNow(...request)
          if (!new URL(answer.url).pathname.endsWith('/users/me')) return answer
          while (!document.querySelector('.sign-in .news')?.textContent)
            await new Promise((resolve) => setTimeout(resolve, 20))
          setTimeout(() => document.body.classList.add('told-late'), 500)
          return answer
        }
      })
      await guest.page.press('Enter')
      await guest.sees('.sign-in .news', 'mail')
      await guest.sees('.told-late')
      await guest.sees('.sign-in .news', 'mail')
      await guest.sees('.sign-in [name=password]')
      expect(await guest.texts('form .problem')).toEqual([''])
      await hidden.mailTo('zed@example.com', /./)
      expect(await guest.page.problems()).toEqual([])
    } finally {
      await engine.close()
      await hidden.stop()
    }
  })
})
