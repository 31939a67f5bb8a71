import type { Action } from '../../../src/core/messaging/chat/actions.model.ts'
import type { TestApp } from '../../app.ts'
import type { ChatPerson } from './chat-people.ts'

/** Ann does it, in a conversation with Ben and, in a group, Cat. */
export interface Scene {
  readonly testApp: TestApp
  readonly ann: ChatPerson
  readonly ben: ChatPerson
  readonly cat: ChatPerson
  readonly conversationId: string
  /** A message of each, from before. Ann has reacted to Ben's with 👍, and Cat's is pinned. */
  readonly hers: string
  readonly bens: string
  readonly cats: string
  /** Of an invitation that Ben made, where there is one. */
  readonly invitationId: string
}

export interface Door {
  readonly action: Action
  /** `METHOD /path` of the reference, or `socket` and the name of what a device says. */
  readonly way: string
  readonly says?: string
  /** What came of it: `taken`, or the code of the refusal. */
  readonly open: (scene: Scene) => Promise<string>
}

const v1 = '/api/v1'

async function ask(who: ChatPerson, method: string, path: string, body?: object): Promise<string> {
  const answer = await who.call(method, `${v1}${path}`, body === undefined ? {} : { body })
  return answer.status < 300 ? 'taken' : answer.body.error.code
}

const door = (
  action: Action,
  way: string,
  pathOf: (scene: Scene) => string,
  bodyOf?: (scene: Scene) => object,
  says?: string,
): Door => ({
  action,
  way,
  ...(says === undefined ? {} : { says }),
  open: (scene) => ask(scene.ann, way.split(' ')[0] ?? '', pathOf(scene), bodyOf?.(scene)),
})

/** What a device says over its socket. */
const socket = (action: Action, name: string, bodyOf: (scene: Scene) => object): Door => ({
  action,
  way: `socket ${name}`,
  async open(scene) {
    const { testApp, ann, conversationId } = scene
    const said = testApp.realtime.connections.of('chat')?.events[name]
    if (!said) throw new Error(`nobody hears ${name}`)
    try {
      await said({ userId: ann.userId, connectionId: 'c' }, { conversationId, ...bodyOf(scene) })
      return 'taken'
    } catch (error) {
      return (error as { code: string }).code
    }
  },
})

/** Typing may be lost, so it is taken in silence: what counts is whether others hear of it. */
const heard = (typing: Door): Door => ({
  ...typing,
  async open(scene) {
    const { testApp, ben, conversationId } = scene
    const { url } = await testApp.devices.clientAccess({
      userId: ben.userId,
      groups: [`c.${conversationId}`],
      ttlSeconds: 60,
    })
    const phone = testApp.devices.connect(url)
    const said = await typing.open(scene)
    await testApp.settled()
    if (said !== 'taken') return said
    return phone.received.some((event: any) => event.event === 'typing.start') ? 'taken' : 'forbidden'
  },
})

/** A file of Ann's, ready to be sent; who may upload nothing has none. */
async function uploaded({ testApp, ann }: Scene): Promise<string> {
  const bytes = new TextEncoder().encode('%PDF-1.7 words')
  const { status, body } = await ann.call('POST', `${v1}/files/upload-url`, {
    body: {
      fileName: 'a.pdf',
      fileType: 'application/pdf',
      fileSize: bytes.length,
      category: 'attachment',
    },
  })
  if (status >= 300) return '00000000-0000-4000-8000-000000000000'
  const { uploadUrl, method, headers, fileId } = body
  await testApp.app.request(uploadUrl, { method, headers, body: bytes })
  await ann.call('POST', `${v1}/files/complete`, { body: { fileId } })
  return fileId
}

const inConversation = (rest: string) => (scene: Scene) => `/conversations/${scene.conversationId}${rest}`
const messagesOf = inConversation('/messages')
const sendIt = 'POST /conversations/{id}/messages'
const members = 'POST /conversations/{id}/members'

export const doors: readonly Door[] = [
  door('read', 'GET /conversations/{id}', inConversation('')),
  door('read', 'GET /conversations/{id}/messages', messagesOf),
  door('read', 'GET /conversations/{id}/pins', inConversation('/pins')),
  door('read', 'GET /conversations/{id}/threads', inConversation('/threads')),
  door('read', 'GET /messages/{id}/thread', ({ bens }) => `/messages/${bens}/thread`),
  door(
    'read',
    'POST /messages/{id}/thread/read',
    ({ bens }) => `/messages/${bens}/thread/read`,
    () => ({}),
  ),
  door('read', 'GET /conversations/{id}/export', inConversation('/export')),
  door(
    'read',
    'GET /messages/search',
    ({ conversationId }) => `/messages/search?q=hello&conversationId=${conversationId}`,
  ),
  door('read', 'POST /conversations/{id}/read', inConversation('/read'), () => ({})),
  socket('read', 'read', () => ({})),
  door('read', 'PATCH /conversations/{id}/mine', inConversation('/mine'), () => ({ isPinned: true })),
  {
    action: 'read',
    way: 'POST /sync',
    async open({ ann, conversationId }) {
      const body = { streams: { [conversationId]: 0 } }
      const answer = await ann.call('POST', `${v1}/sync`, { body })
      if (answer.status !== 200) return answer.body.error.code
      const stream = answer.body.streams[conversationId]
      return stream.events ? 'taken' : stream.reason === 'forbidden' ? 'not_found' : stream.reason
    },
  },
  door('send', sendIt, messagesOf, () => ({ text: 'more' })),
  socket('send', 'message', () => ({ text: 'more' })),
  door('startThread', sendIt, messagesOf, ({ bens }) => ({ text: 'in it', threadId: bens }), 'in a thread'),
  socket('startThread', 'message', ({ cats }) => ({ text: 'in it', threadId: cats })),
  {
    action: 'attach',
    way: sendIt,
    says: 'with a file',
    async open(scene) {
      return ask(scene.ann, 'POST', messagesOf(scene), { text: 'more', attachments: [await uploaded(scene)] })
    },
  },
  door(
    'mentionEveryone',
    sendIt,
    messagesOf,
    () => ({ text: 'all', mentionGroups: ['everyone'] }),
    'to everybody',
  ),
  door(
    'mentionModerators',
    sendIt,
    messagesOf,
    () => ({ text: 'help', mentionGroups: ['moderators'] }),
    'to the moderators',
  ),
  socket('mentionEveryone', 'message', () => ({ text: 'all', mentionGroups: ['everyone'] })),
  socket('mentionModerators', 'message', () => ({ text: 'help', mentionGroups: ['moderators'] })),
  door(
    'edit',
    'PATCH /messages/{id}',
    ({ hers }) => `/messages/${hers}`,
    () => ({ text: 'changed' }),
  ),
  door('react', 'PUT /messages/{id}/reactions/{emoji}', ({ bens }) => `/messages/${bens}/reactions/🎉`),
  door('retract', 'DELETE /messages/{id}/reactions/{emoji}', ({ bens }) => `/messages/${bens}/reactions/👍`),
  door('retract', 'DELETE /messages/{id}', ({ hers }) => `/messages/${hers}`, undefined, 'one’s own'),
  door('deleteOthers', 'DELETE /messages/{id}', ({ cats }) => `/messages/${cats}`, undefined, 'of a member'),
  heard(
    door('type', 'POST /conversations/{id}/typing', inConversation('/typing'), () => ({ state: 'start' })),
  ),
  heard(socket('type', 'typing', () => ({ state: 'start' }))),
  door('pin', 'PUT /conversations/{id}/pins/{messageId}', (s) => inConversation(`/pins/${s.hers}`)(s)),
  door('pin', 'DELETE /conversations/{id}/pins/{messageId}', (s) => inConversation(`/pins/${s.cats}`)(s)),
  door('invite', 'POST /conversations/{id}/invitations', inConversation('/invitations'), () => ({})),
  door('invite', 'GET /conversations/{id}/invitations', inConversation('/invitations')),
  door('invite', 'DELETE /conversations/{id}/invitations/{invitationId}', (s) =>
    inConversation(`/invitations/${s.invitationId}`)(s),
  ),
  door(
    'manageMembers',
    members,
    inConversation('/members'),
    ({ cat }) => ({ userIds: [cat.userId] }),
    'as they are',
  ),
  door('manageMembers', 'DELETE /conversations/{id}/members', (s) =>
    inConversation(`/members?userId=${s.cat.userId}`)(s),
  ),
  door(
    'manageRoles',
    members,
    inConversation('/members'),
    ({ cat }) => ({ userIds: [cat.userId], role: 'moderator' }),
    'to another role',
  ),
  door('manageSettings', 'PATCH /conversations/{id}', inConversation(''), () => ({ name: 'Other' }), 'name'),
  door(
    'manageSettings',
    'PATCH /conversations/{id}',
    inConversation(''),
    () => ({ settings: { slowModeSeconds: 5 } }),
    'settings',
  ),
  door('leave', 'POST /conversations/{id}/leave', inConversation('/leave')),
  door(
    'report',
    'POST /messages/{id}/reports',
    ({ bens }) => `/messages/${bens}/reports`,
    () => ({
      reason: 'harassment',
    }),
  ),
]

/** Operations of MackChat that do nothing in a conversation in which somebody is, with where they are tested. */
export const elsewhere: Readonly<Record<string, string>> = {
  'GET /conversations': 'what one is in, by its own index: chat.test.ts',
  'GET /conversations/unread': 'what one is in, by its own index: mine.test.ts',
  'POST /conversations': 'asks whom one may write to: contacts.test.ts',
  'GET /invitations/{token}': 'for who is not in it yet: invitations.test.ts',
  'POST /invitations/{token}/accept': 'for who is not in it yet: invitations.test.ts',
  'POST /invitations/{token}/decline': 'for who is not in it yet: invitations.test.ts',
  'GET /reports': 'for staff: reports.test.ts',
  'GET /reports/{id}': 'for staff: reports.test.ts',
  'PATCH /reports/{id}': 'for staff: reports.test.ts',
  'socket ping': 'says nothing',
}

/** Actions that nothing does yet. */
export const withoutDoor: Readonly<Partial<Record<Action, string>>> = {
  call: 'there are no calls yet',
}
