import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { type ChatPerson, createChatPerson } from './chat-person.ts'
import { type ApiPerson, type ChatServer, password, startChatServer } from './chat-server.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

/*
 * Every state of the chat page, at a desk and on a phone, light and dark: nothing that axe finds wrong, nothing cut off, and a
 * picture of each on demand (`npm run pictures`).
 */

const pictures = process.env['PICTURES']
/** What axe finds depends little on the engine: the second one looks once at each state. */
const shownIn = engines.filter(({ name }) => name !== 'webkit')

const looks = [
  { name: 'desk', size: { width: 1200, height: 800 } },
  { name: 'phone', size: { width: 390, height: 844 } },
] as const

let chat: ChatServer
let admin: ApiPerson
let ann: ApiPerson
let ben: ApiPerson
let guarded: ApiPerson
let group: string
let invitation: string

beforeAll(async () => {
  if (shownIn.every(({ missing }) => missing)) return
  chat = await startChatServer()
  admin = await chat.signIn('admin@example.org', demoPassword)
  ann = await chat.signUp('Ann Walker')
  ben = await chat.signUp('Ben Ortiz')
  for (const { email } of [ann, ben]) await chat.confirm(email)
  guarded = await chat.signUp('Tomas Factor')
  await guarded.call('POST', '/auth/step-up', { password })
  const totp = new TOTP({ secret: (await guarded.call('POST', '/auth/mfa/totp')).secret })
  await guarded.call('POST', '/auth/mfa/totp/confirm', { code: totp.generate() })
  const made = await admin.call('POST', '/conversations', {
    type: 'group',
    name: 'Job search, Thursdays',
    participantIds: [ann.id, ben.id],
  })
  group = made.id
  await admin.call('POST', `/conversations/${group}/members`, { userIds: [ann.id], role: 'admin' })
  const send = (by: ApiPerson, text: string, more = {}) =>
    by.call('POST', `/conversations/${group}/messages`, { text, ...more })
  const first = await send(
    admin,
    'Welcome! We meet on **Thursdays at 6**:\n- bring your résumé\n- and questions',
  )
  await admin.call('PUT', `/conversations/${group}/pins/${first.id}`)
  const question = await send(ben, 'Does anybody know https://example.org/jobs?')
  await send(ann, 'Yes, I found mine there.', { replyTo: question.id })
  await send(ben, 'مرحبا بالجميع')
  await send(ann, 'There is a list of them in the office.', { threadId: question.id })
  await send(admin, 'And I can print it.', { threadId: question.id })
  await ann.call('PUT', `/messages/${question.id}/reactions/👍`)
  await ann.call('POST', `/conversations/${group}/read`, {})
  await send(ben, 'Shall I bring coffee, @Ann Walker?', { mentions: [ann.id] })
  const meetup = await admin.call('POST', '/conversations', {
    type: 'group',
    name: 'Résumé meetup',
    participantIds: [ben.id],
  })
  const { url } = await admin.call('POST', `/conversations/${meetup.id}/invitations`, {})
  invitation = url
}, 180_000)
afterAll(() => chat?.stop())

const more = (item: string) => async (person: ChatPerson) => {
  await person.press('.thread-header [aria-haspopup]', 'More about')
  await person.press('[role=menuitem]', item)
}
const opened = async (person: ChatPerson) => {
  await person.signIn(ann.email, password)
  await person.openConversation('Job search')
  await person.sees('.bubble', 'Shall I bring coffee')
}

interface State {
  readonly name: string
  readonly reach: (person: ChatPerson) => Promise<void>
  /** Puts back what others have to find as it was. */
  readonly after?: () => void
}

const signedOut =
  (press: string, sees: string): State['reach'] =>
  async (person) => {
    await person.open()
    await person.sees('.sign-in form')
    if (press) await person.press('.ways button', press)
    await person.sees(sees)
  }

const states: readonly State[] = [
  { name: 'sign-in', reach: signedOut('', '[name=password]') },
  { name: 'sign-up', reach: signedOut('Create an account', '[name=name]') },
  { name: 'guest', reach: signedOut('without an account', '[name=name]') },
  {
    name: 'refused',
    async reach(person) {
      await signedOut('', '[name=password]')(person)
      await person.fill('[name=email]', ann.email)
      await person.fill('[name=password]', 'wrong')
      await person.page.press('Enter')
      await person.until('the refusal', async () => ((await person.texts('.problem'))[0] ?? '') !== '')
    },
  },
  {
    name: 'mailed-code',
    async reach(person) {
      await signedOut('I forgot', '[name=email]')(person)
      await person.fill('[name=email]', ann.email)
      await person.page.press('Enter')
      await person.sees('[name=mailedCode]')
    },
  },
  {
    name: 'second-factor',
    async reach(person) {
      await signedOut('', '[name=password]')(person)
      await person.fill('[name=email]', guarded.email)
      await person.fill('[name=password]', password)
      await person.page.press('Enter')
      await person.sees('form', 'Six digits')
    },
  },
  {
    name: 'session-ending',
    async reach(person) {
      await opened(person)
      await person.endSessionIn(100)
      await person.sees('dialog', 'Are you still there?')
    },
  },
  {
    name: 'first-conversation',
    async reach(person) {
      const { email } = await chat.signUp('Nia Newcomer')
      await person.signIn(email, password)
      await person.sees('.hint', 'No conversations yet')
    },
  },
  {
    name: 'list',
    async reach(person) {
      await person.signIn(ann.email, password)
      await person.sees('.conversation', 'Job search')
    },
  },
  {
    name: 'new-conversation',
    async reach(person) {
      await person.signIn(ann.email, password)
      await person.press('.sidebar button', 'New conversation')
      await person.sees('dialog .person', 'Demo Mentor')
    },
  },
  { name: 'thread', reach: opened },
  {
    name: 'message-menu',
    async reach(person) {
      await opened(person)
      await person.page.run(() =>
        document.querySelector<HTMLElement>('.message:not(.mine) .message-menu')?.click(),
      )
      await person.sees('.menu', 'Reply')
    },
  },
  {
    name: 'answering',
    async reach(person) {
      await opened(person)
      await person.choose('Shall I bring', 'Reply')
      await person.fill('.composer textarea', 'Gladly, and @Be')
      await person.sees('.mentions', 'Ben Ortiz')
    },
  },
  {
    name: 'emoji',
    async reach(person) {
      await opened(person)
      await person.press('.composer button', 'Emoji')
      await person.sees('.emoji-grid button')
    },
  },
  {
    name: 'search',
    async reach(person) {
      await opened(person)
      await person.press('.thread-header button', 'Search')
      await person.fill('.panel [type=search]', 'resume')
      await person.sees('.result', 'Welcome')
    },
  },
  {
    name: 'members',
    async reach(person) {
      await opened(person)
      await person.press('.thread-header button', 'Members')
      await person.sees('.panel .person', 'Ben Ortiz')
    },
  },
  {
    name: 'pins',
    async reach(person) {
      await opened(person)
      await more('Pinned messages')(person)
      await person.sees('.pinned', 'Welcome')
    },
  },
  {
    name: 'threads',
    async reach(person) {
      await opened(person)
      await more('Threads')(person)
      await person.sees('.panel .result', '2 answers')
    },
  },
  {
    name: 'thread-panel',
    async reach(person) {
      await opened(person)
      await person.press('.thread .message .link', '2 answers')
      await person.sees('.panel .bubble', 'And I can print it.')
    },
  },
  {
    name: 'mention-groups',
    async reach(person) {
      await opened(person)
      await person.fill('.composer textarea', 'Good news for @')
      await person.sees('.mentions', '@everyone')
    },
  },
  {
    name: 'invited',
    async reach(person) {
      await person.signIn(ann.email, password)
      await person.page.goto(invitation)
      await person.page.reload()
      await person.sees('dialog', 'Résumé meetup')
    },
  },
  {
    name: 'invitations',
    async reach(person) {
      await opened(person)
      await more('Invite by a link')(person)
      await person.press('.panel button', 'Make a link')
      await person.sees('.made')
    },
  },
  {
    name: 'group-settings',
    async reach(person) {
      await opened(person)
      await more('Settings of the group')(person)
      await person.sees('dialog', 'Who may write')
    },
  },
  {
    name: 'report',
    async reach(person) {
      await opened(person)
      await person.choose('Shall I bring', 'Report')
      await person.sees('dialog', 'What is it?')
    },
  },
  {
    name: 'delete',
    async reach(person) {
      await opened(person)
      await person.choose('Yes, I found', 'Delete')
      await person.sees('dialog', 'Delete this message?')
    },
  },
  {
    name: 'offline',
    async reach(person) {
      await opened(person)
      chat.line.cut()
      await person.write('Written without a line')
      await person.sees('.sending', 'Written without')
      await person.sees('#banner', 'No connection')
    },
    after: () => chat.line.restore(),
  },
]

describe.each(shownIn)('every state in $title', ({ name: engineName, missing }) => {
  const isFirst = engineName === 'chromium'
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each(states)(
    '$name',
    { timeout: 90_000, retry: 1 },
    async ({ name, reach, after }) => {
      for (const look of isFirst ? looks : looks.slice(0, 1)) {
        const person = createChatPerson(await engine.open(look.size), chat.url)
        try {
          await reach(person)
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
        } finally {
          after?.()
          await person.page.close()
        }
      }
    },
  )
})
