import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Action } from '../../../src/core/messaging/chat/actions.model.ts'
import { saidByDevices } from '../../../src/core/messaging/chat/events.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { doors, elsewhere, type Scene, withoutDoor } from './chat-doors.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

/* Every action, in every state of a conversation, by every way in: what comes of it. */

const v1 = '/api/v1'
const read = (file: URL) => readFileSync(file, 'utf8')

interface Setting {
  readonly type: 'direct' | 'group'
  /** Ann's, in a group that Ben runs. */
  readonly role?: 'admin' | 'moderator' | 'member'
  /** After everything else is there. */
  readonly change?: (scene: Scene) => Promise<unknown>
  /** What is refused, with which code; everything else is taken. */
  readonly refused: Readonly<Partial<Record<Action, string>>>
}

const all = (actions: readonly Action[], code: string) =>
  Object.fromEntries(actions.map((action) => [action, code])) as Partial<Record<Action, string>>

const block = (by: ChatPerson, who: ChatPerson) => by.call('PUT', `${v1}/users/me/blocks/${who.userId}`)
const setStatus =
  (status: 'active' | 'suspended', of: (scene: Scene) => ChatPerson) =>
  async (scene: Scene): Promise<void> => {
    const { users, settled } = scene.testApp
    const { value } = await users.changeUser(of(scene).userId, (user) => ({ ...user, status }))
    users.announce(value)
    await settled()
  }
const configure = (settings: object) => (scene: Scene) =>
  scene.ben.call('PATCH', `${v1}/conversations/${scene.conversationId}`, { body: { settings } })
const inTurn =
  (...steps: readonly ((scene: Scene) => Promise<unknown>)[]) =>
  async (scene: Scene) => {
    for (const step of steps) await step(scene)
  }

const notInDirect = {
  ...all(['invite', 'manageMembers', 'manageRoles', 'manageSettings', 'leave'], 'conflict'),
  ...all(['mentionEveryone', 'mentionModerators', 'deleteOthers'], 'forbidden'),
}
/** What the other one would receive. */
const shut = {
  ...notInDirect,
  ...all(['send', 'startThread', 'attach', 'edit', 'react', 'type', 'pin'], 'forbidden'),
}
const notAMember = all(Action.options, 'not_found')
const notForMembers = all(
  ['mentionEveryone', 'pin', 'deleteOthers', 'invite', 'manageMembers', 'manageRoles', 'manageSettings'],
  'forbidden',
)
const notForModerators = all(['manageRoles', 'manageSettings'], 'forbidden')
const posting = all(
  ['send', 'startThread', 'attach', 'edit', 'type', 'mentionEveryone', 'mentionModerators'],
  'forbidden',
)
const waiting = all(['send', 'startThread', 'attach', 'mentionModerators'], 'rate_limit_exceeded')

const settings: Readonly<Record<string, Setting>> = {
  'a direct one': { type: 'direct', refused: notInDirect },
  'a direct one, blocked by the other': {
    type: 'direct',
    change: ({ ann, ben }) => block(ben, ann),
    refused: shut,
  },
  'a direct one, blocked by oneself': {
    type: 'direct',
    change: ({ ann, ben }) => block(ann, ben),
    refused: shut,
  },
  'a direct one, unblocked again': {
    type: 'direct',
    change: inTurn(
      ({ ann, ben }) => block(ben, ann),
      ({ ann, ben }) => ben.call('DELETE', `${v1}/users/me/blocks/${ann.userId}`),
    ),
    refused: notInDirect,
  },
  'a direct one with somebody suspended': {
    type: 'direct',
    change: setStatus('suspended', ({ ben }) => ben),
    refused: shut,
  },
  'a direct one with somebody who was suspended': {
    type: 'direct',
    change: inTurn(
      setStatus('suspended', ({ ben }) => ben),
      setStatus('active', ({ ben }) => ben),
    ),
    refused: notInDirect,
  },
  'a direct one whose other is gone': {
    type: 'direct',
    async change({ testApp, ben }) {
      const user = (await testApp.users.read(ben.userId))?.value
      if (!user) throw new Error('there is nobody to erase')
      for (const entry of testApp.registry.entries())
        if ('erase' in entry) await entry.erase({ userId: user.id, addresses: [user.email] } as never)
    },
    // What Ben wrote is gone with him: there is nothing to report.
    refused: { ...shut, report: 'conflict' },
  },
  'a group, as a member': { type: 'group', role: 'member', refused: notForMembers },
  'a group, as a moderator': { type: 'group', role: 'moderator', refused: notForModerators },
  'a group, as an admin': { type: 'group', role: 'admin', refused: {} },
  'a group with somebody who has blocked me': {
    type: 'group',
    role: 'member',
    change: ({ ann, ben }) => block(ben, ann),
    refused: notForMembers,
  },
  'a group for announcements, as a member': {
    type: 'group',
    role: 'member',
    change: configure({ posting: 'moderators' }),
    refused: { ...notForMembers, ...posting },
  },
  'a group for announcements, as a moderator': {
    type: 'group',
    role: 'moderator',
    change: configure({ posting: 'moderators' }),
    refused: notForModerators,
  },
  'a group in slow mode, as a member who wrote': {
    type: 'group',
    role: 'member',
    change: configure({ slowModeSeconds: 60 }),
    refused: { ...notForMembers, ...waiting },
  },
  'a group in slow mode, as a member who waited': {
    type: 'group',
    role: 'member',
    change: inTurn(configure({ slowModeSeconds: 60 }), async ({ testApp }) => testApp.clock.advance(60_000)),
    refused: notForMembers,
  },
  'a group in slow mode, as a moderator': {
    type: 'group',
    role: 'moderator',
    change: configure({ slowModeSeconds: 60 }),
    refused: notForModerators,
  },
  'a group, after being removed': {
    type: 'group',
    role: 'admin',
    change: ({ ann, ben, conversationId }) =>
      ben.call('DELETE', `${v1}/conversations/${conversationId}/members?userId=${ann.userId}`),
    refused: notAMember,
  },
  'a group, after leaving': {
    type: 'group',
    role: 'admin',
    change: ({ ann, conversationId }) => ann.call('POST', `${v1}/conversations/${conversationId}/leave`),
    refused: notAMember,
  },
  'a group, suspended': {
    type: 'group',
    role: 'admin',
    // Whether a session stands is believed for half a minute, by who reads.
    change: inTurn(
      setStatus('suspended', ({ ann }) => ann),
      async ({ testApp }) => testApp.clock.advance(31_000),
    ),
    refused: all(Action.options, 'session over'),
  },
}

let scenes = 0
async function open(testApp: TestApp, { type, role, change }: Setting): Promise<Scene> {
  const n = ++scenes
  const [ann, ben, cat] = (await chatPeople(testApp, `Ann${n}`, `Ben${n}`, `Cat${n}`)) as [
    ChatPerson,
    ChatPerson,
    ChatPerson,
  ]
  const isGroup = type === 'group'
  const body = isGroup
    ? { type, name: 'Garden', participantIds: [ann.userId, cat.userId] }
    : { type, participantIds: [ann.userId] }
  const conversationId = (await ben.call('POST', `${v1}/conversations`, { body })).body.id
  const inIt = `${v1}/conversations/${conversationId}`
  const say = async (who: ChatPerson, text: string) =>
    (await who.call('POST', `${inIt}/messages`, { body: { text } })).body.id
  const hers = await say(ann, 'hello')
  const bens = await say(ben, 'hello Ann')
  const cats = await say(isGroup ? cat : ben, 'hello all')
  await ann.call('PUT', `${v1}/messages/${bens}/reactions/👍`)
  await ben.call('PUT', `${inIt}/pins/${cats}`)
  if (isGroup && role !== 'member')
    await ben.call('POST', `${inIt}/members`, { body: { userIds: [ann.userId], role } })
  const invitationId = isGroup
    ? (await (role === 'member' ? ben : ann).call('POST', `${inIt}/invitations`, { body: {} })).body.id
    : '00000000-0000-4000-8000-000000000000'
  const scene = { testApp, ann, ben, cat, conversationId, hers, bens, cats, invitationId }
  await change?.(scene)
  return scene
}

/** How a session that is over is told at the different ways in. */
const sessionOver = ['account_suspended', 'token_revoked']

describe.each(Object.entries(settings))('in %s', (_, setting) => {
  const app = createTestApp()

  test.each(doors.map((door) => ({ ...door, name: `${door.action} by ${door.way} ${door.says ?? ''}` })))(
    '$name',
    async ({ action, open: enter }) => {
      const outcome = await enter(await open(await app, setting))
      const expected = setting.refused[action] ?? 'taken'
      if (expected === 'session over') expect(sessionOver).toContain(outcome)
      else expect(outcome).toBe(expected)
    },
  )

  test('is what `can` says', async () => {
    const { ann, conversationId } = await open(await app, setting)
    const answer = await ann.call('GET', `${v1}/conversations/${conversationId}`)
    if (setting.refused.read) return expect(answer.status).not.toBe(200)
    // Slow mode takes nothing away, it only says until when; what there is to report is not asked.
    const isRefused = (action: Action) =>
      action in withoutDoor ||
      (action !== 'report' && ['forbidden', 'conflict'].includes(setting.refused[action] ?? 'taken'))
    const can = answer.body.can.filter((action: Action) => !(action in withoutDoor))
    expect(can).toEqual(Action.options.filter((action) => !isRefused(action)))
    const waits = Object.values(setting.refused).includes('rate_limit_exceeded')
    expect(answer.body.nextSendAt !== null).toBe(waits)
  })
})

describe('the matrix has', () => {
  const described = createTestApp().then((testApp) =>
    Object.entries((testApp.describe() as { paths: Record<string, Record<string, any>> }).paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { tags }]) => ({
          way: `${method.toUpperCase()} ${path.replace(v1, '')}`,
          isChat: tags.includes('MackChat') || /\/(conversations|messages|sync|invitations)\b/.test(path),
        })),
    ),
  )
  const ways = new Set([...doors.map(({ way }) => way), ...Object.keys(elsewhere)])

  test('every way in to a conversation', async () => {
    const operations = (await described).filter(({ isChat }) => isChat).map(({ way }) => way)
    const said = Object.keys(saidByDevices).map((name) => `socket ${name}`)
    expect([...ways].toSorted()).toEqual([...operations, ...said].toSorted())
  })

  test('every use case that somebody enters', () => {
    const chat = new URL('../../../src/core/messaging/chat/', import.meta.url)
    /** They ask what one is in, or whom one may write to, or hand on to those that ask. */
    const others = [
      'chat.ts',
      'create-conversation.ts',
      'device-events.ts',
      'list-conversations.ts',
      'permissions.ts',
      'sync.ts',
    ]
    const entered = readdirSync(chat).filter(
      (file) =>
        !others.includes(file) &&
        /\(\s*(?:caller: Caller,\s*)?actor: Actor\b/.test(read(new URL(file, chat))),
    )
    expect(entered).toContain('send-message.ts')
    for (const file of entered)
      expect(read(new URL(file, chat)), file).toMatch(/permissions\.require(?:In|InOver)?\(/)
  })

  test('a way for every action', () => {
    const used = new Set([...doors.map(({ action }) => action), ...Object.keys(withoutDoor)])
    expect([...used].toSorted()).toEqual(Action.options.toSorted())
    expect(doors.filter(({ action }) => action in withoutDoor)).toEqual([])
  })
})
