import { WebPubSubClient } from '@azure/web-pubsub-client'
import { type Client, createClient, readError } from '../../src/client/client.ts'
import { socketOptions } from '../../src/client/connection.ts'
import { createLeaving } from '../../src/client/leaving.ts'
import { createLine } from '../../src/client/line.ts'
import {
  type ChatEvent,
  createLiveChat,
  type LiveChat,
  type LiveSocket,
  type LiveState,
} from '../../src/client/live-chat.ts'
import { createOutbox, type Outbox, type OutboxEntry } from '../../src/client/outbox.ts'
import { createReceipts, type Receipts } from '../../src/client/receipts.ts'
import { element, replaceChildren, timeOf } from './elements.ts'

type Answer<T extends (...values: any[]) => Promise<{ json(): Promise<any> }>> = Extract<
  Awaited<ReturnType<Awaited<ReturnType<T>>['json']>>,
  { id: string } | { items: any[] }
>
type Conversation = Answer<Client['api']['v1']['conversations']['$get']>['items'][number]
type Message = Answer<Client['api']['v1']['conversations'][':id']['messages']['$get']>['items'][number]

interface Me {
  readonly id: string
  readonly name: string
}

const typingShownMs = 6_000
const pageSize = 50

const root = document.querySelector<HTMLElement>('main') as HTMLElement
const banner = document.querySelector<HTMLElement>('#banner') as HTMLElement

const line = createLine()
const client = createClient({
  baseUrl: location.origin,
  line,
  expectedUser: () => me?.id,
  onSignedOut: () => showSignIn('You have been signed out.'),
})

const leaving = createLeaving({ baseUrl: location.origin, clear: () => outbox?.forget() })

let me: Me | undefined
let live: LiveChat | undefined
let outbox: Outbox | undefined
let receipts: Receipts | undefined
let liveState: LiveState = 'connecting'
let conversations: Conversation[] = []
let openId: string | undefined
let thread: Message[] = []
let hasOlder = false
let attached: { readonly id: string; readonly name: string }[] = []
const typing = new Map<string, number>()
const readTo = new Map<string, number>()
const online = new Set<string>()

const problemOf = async (response: Parameters<typeof readError>[0]): Promise<string> =>
  (await readError(response))?.message ?? 'Something went wrong. Try again.'

function titleOf(conversation: Conversation): string {
  if (conversation.name) return conversation.name
  const others = conversation.participants.filter(({ userId }) => userId !== me?.id)
  return others.map(({ name }) => name).join(', ') || 'Only me'
}

const nameOf = (userId: string): string => {
  const known = conversations.find(({ id }) => id === openId)?.participants
  return known?.find((each) => each.userId === userId)?.name ?? 'Former member'
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map(([first = '']) => first.toUpperCase())
    .join('')

const portrait = (name: string) =>
  element(
    'span',
    { class: 'portrait', 'aria-hidden': 'true', 'data-hue': String(hueOf(name)) },
    initialsOf(name),
  )

const hueOf = (name: string): number =>
  [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6

// Signing in

function showSignIn(note = ''): void {
  live?.stop()
  outbox?.stop()
  receipts?.stop()
  live = undefined
  me = undefined
  openId = undefined
  document.body.dataset['view'] = 'sign-in'
  banner.hidden = true
  const email = element('input', { type: 'email', name: 'email', autocomplete: 'username', required: '' })
  const password = element('input', {
    type: 'password',
    name: 'password',
    autocomplete: 'current-password',
    required: '',
  })
  const problem = element('p', { class: 'problem', role: 'alert' }, note)
  const button = element('button', { class: 'primary' }, 'Sign in')
  const form = element(
    'form',
    { class: 'sign-in' },
    element('h1', {}, 'MackChat'),
    element('p', { class: 'quiet' }, 'Sign in to see your conversations.'),
    element('label', {}, 'E-mail', email),
    element('label', {}, 'Password', password),
    problem,
    button,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    const response = await client.api.v1.auth.login
      .$post({ json: { email: email.value, password: password.value } })
      .catch(() => null)
    button.disabled = false
    if (!response?.ok) {
      problem.textContent = response ? await problemOf(response) : 'The server cannot be reached.'
      return
    }
    await start()
  })
  replaceChildren(root, form)
  email.focus()
}

// The frame

const list = element('ul', { class: 'conversations', 'aria-label': 'Conversations' })
const header = element('header', { class: 'thread-header' })
const log = element('ol', { class: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', tabindex: '0' })
const typingLine = element('p', { class: 'typing', role: 'status' })
const chips = element('ul', { class: 'chips', 'aria-label': 'Attachments' })
const input = element('textarea', {
  rows: '1',
  placeholder: 'Write a message',
  'aria-label': 'Message. Enter sends, Shift and Enter begins a new line.',
})
const filePicker = element('input', {
  type: 'file',
  multiple: '',
  class: 'visually-hidden',
  tabindex: '-1',
  'aria-hidden': 'true',
})
const attach = element('button', { type: 'button', class: 'round', 'aria-label': 'Attach files' }, '+')
const send = element('button', { class: 'round primary', 'aria-label': 'Send' }, '➤')
const composerProblem = element('p', { class: 'problem', role: 'alert' })
const composer = element(
  'form',
  { class: 'composer' },
  chips,
  composerProblem,
  element('div', { class: 'row' }, attach, filePicker, input, send),
)
const emptyThread = element(
  'div',
  { class: 'empty' },
  element('p', {}, 'Choose a conversation, or start a new one.'),
)
const threadPane = element('section', { class: 'thread', 'aria-label': 'Conversation' })

function showFrame(): void {
  const newButton = element('button', { class: 'primary' }, 'New')
  newButton.addEventListener('click', () => void showContacts())
  const signOut = element('button', {}, 'Sign out')
  signOut.addEventListener('click', async () => {
    signOut.disabled = true
    const departure = await leaving.leave()
    showSignIn(departure.isSignedOut ? '' : departure.message)
  })
  replaceChildren(
    root,
    element(
      'nav',
      { class: 'sidebar', 'aria-label': 'My conversations' },
      element(
        'header',
        {},
        portrait(me?.name ?? ''),
        element('strong', { class: 'grow title' }, me?.name ?? ''),
        newButton,
        signOut,
      ),
      list,
    ),
    threadPane,
  )
  replaceChildren(threadPane, emptyThread)
  document.body.dataset['view'] = 'list'
}

function showList(): void {
  replaceChildren(
    list,
    ...conversations.map((conversation) => {
      const { id, lastMessage, unreadCount, updatedAt } = conversation
      const title = titleOf(conversation)
      const button = element(
        'button',
        { class: 'conversation', ...(id === openId ? { 'aria-current': 'true' } : {}) },
        portrait(title),
        element(
          'span',
          { class: 'grow' },
          element(
            'span',
            { class: 'line' },
            element('strong', { class: 'title' }, title),
            element('time', { datetime: updatedAt }, timeOf(updatedAt)),
          ),
          element(
            'span',
            { class: 'line' },
            element('span', { class: 'excerpt' }, excerptOf(lastMessage)),
            ...(unreadCount > 0
              ? [
                  element(
                    'span',
                    { class: 'badge', 'aria-label': `${unreadCount} unread` },
                    String(unreadCount),
                  ),
                ]
              : []),
          ),
        ),
      )
      button.addEventListener('click', () => void openConversation(id))
      return element('li', {}, button)
    }),
    ...(conversations.length === 0
      ? [element('li', { class: 'quiet hint' }, 'No conversations yet. Start one with New.')]
      : []),
  )
}

function excerptOf(lastMessage: Conversation['lastMessage']): string {
  if (!lastMessage) return 'Nothing said yet'
  const own = lastMessage.senderId === me?.id ? 'You: ' : ''
  return own + (lastMessage.text || 'A file, or a deleted message')
}

async function loadConversations(): Promise<void> {
  const response = await client.api.v1.conversations.$get({ query: { limit: '50' } })
  if (!response.ok) return
  conversations = (await response.json()).items
  for (const { id, seq } of conversations) if (live?.positionIn(id) === undefined) live?.follow(id, seq)
  showList()
}

async function loadOne(id: string): Promise<void> {
  const response = await client.api.v1.conversations[':id'].$get({ param: { id } })
  if (response.status !== 200) return
  const conversation = await response.json()
  conversations = [conversation, ...conversations.filter((each) => each.id !== id)].sort((a, b) =>
    a.updatedAt < b.updatedAt ? 1 : -1,
  )
  if (id === openId) {
    readTo.clear()
    for (const [userId, { seq }] of Object.entries(conversation.readPositions)) readTo.set(userId, seq)
    online.clear()
    for (const userId of conversation.online) online.add(userId)
    showHeader()
    showThread()
  }
  showList()
}

// Starting a conversation

async function showContacts(): Promise<void> {
  const response = await client.api.v1.contacts.$get({ query: { limit: '100' } })
  const contacts = response.ok ? (await response.json()).items : []
  const dialog = element('dialog', { class: 'contacts', 'aria-label': 'New conversation' })
  const name = element('input', { name: 'name', maxlength: '100', placeholder: 'For a group' })
  const form = element(
    'form',
    { method: 'dialog' },
    element('h2', {}, 'New conversation'),
    ...(contacts.length === 0
      ? [element('p', { class: 'quiet' }, 'There is nobody you may write to yet.')]
      : []),
    element(
      'ul',
      {},
      ...contacts.map((contact) =>
        element(
          'li',
          {},
          element(
            'label',
            { class: 'check' },
            element('input', { type: 'checkbox', name: 'who', value: contact.userId }),
            portrait(contact.name),
            contact.name,
          ),
        ),
      ),
    ),
    element('label', {}, 'Name', name),
    element(
      'div',
      { class: 'row end' },
      element('button', { value: 'cancel', formnovalidate: '' }, 'Cancel'),
      element('button', { value: 'open', class: 'primary' }, 'Start'),
    ),
  )
  dialog.append(form)
  dialog.addEventListener('close', async () => {
    dialog.remove()
    const participantIds = [...form.querySelectorAll<HTMLInputElement>('[name=who]:checked')].map(
      ({ value }) => value,
    )
    if (dialog.returnValue !== 'open' || participantIds.length === 0) return
    const isGroup = participantIds.length > 1 || name.value.trim() !== ''
    const created = await client.api.v1.conversations.$post({
      json: isGroup
        ? { type: 'group', participantIds, ...(name.value.trim() ? { name: name.value } : {}) }
        : { type: 'direct', participantIds },
    })
    if (!created.ok) {
      tell(await problemOf(created))
      return
    }
    const { id } = await created.json()
    await loadConversations()
    await openConversation(id)
  })
  document.body.append(dialog)
  dialog.showModal()
}

// The thread

async function openConversation(id: string): Promise<void> {
  openId = id
  thread = []
  hasOlder = false
  typing.clear()
  readTo.clear()
  attached = []
  composerProblem.textContent = ''
  document.body.dataset['view'] = 'thread'
  replaceChildren(threadPane, header, log, typingLine, composer)
  showHeader()
  showThread()
  showChips()
  showList()
  if (matchMedia('(hover: hover)').matches) input.focus()
  await loadThread(id)
  await loadOne(id)
  markRead()
}

async function loadThread(id: string, before?: string): Promise<void> {
  const response = await client.api.v1.conversations[':id'].messages.$get({
    param: { id },
    query: { limit: String(pageSize), ...(before === undefined ? {} : { before }) },
  })
  if (!response.ok || id !== openId) return
  const { items, pagination } = await response.json()
  const known = new Set(items.map((message) => message.id))
  thread = [...thread.filter((message) => !known.has(message.id)), ...items].sort((a, b) => a.seq - b.seq)
  hasOlder = pagination.hasMore
  showThread(before === undefined)
}

function showHeader(): void {
  const conversation = conversations.find(({ id }) => id === openId)
  const back = element('button', { class: 'back', 'aria-label': 'Back to the list' }, '‹')
  back.addEventListener('click', closeThread)
  const title = conversation ? titleOf(conversation) : ''
  const others = conversation?.participants.filter(({ userId }) => userId !== me?.id) ?? []
  const isOnline = others.some(({ userId }) => online.has(userId))
  const detail =
    conversation?.type === 'group'
      ? `${conversation.participants.length} members`
      : isOnline
        ? 'online'
        : 'offline'
  replaceChildren(
    header,
    back,
    portrait(title),
    element(
      'div',
      { class: 'grow' },
      element('h2', {}, title),
      element('p', { class: isOnline ? 'presence online' : 'presence' }, detail),
    ),
  )
}

function closeThread(): void {
  openId = undefined
  document.body.dataset['view'] = 'list'
  replaceChildren(threadPane, emptyThread)
  showList()
  list.querySelector<HTMLButtonElement>('button')?.focus()
}

function showThread(goesToEnd = false): void {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
  const older = element('button', { class: 'older' }, 'Show older messages')
  older.addEventListener('click', () => {
    const [first] = thread
    if (first && openId) void loadThread(openId, first.id)
  })
  let day = ''
  let sender = ''
  const rows = thread.flatMap((message) => {
    const messageDay = new Date(message.timestamp).toDateString()
    const isNewDay = messageDay !== day
    const isNewSender = isNewDay || message.senderId !== sender
    day = messageDay
    sender = message.senderId
    return [
      ...(isNewDay ? [element('li', { class: 'day' }, dayOf(message.timestamp))] : []),
      messageRow(message, isNewSender),
    ]
  })
  const outgoing = openId ? (outbox?.entriesOf(openId) ?? []) : []
  replaceChildren(
    log,
    ...(hasOlder ? [element('li', {}, older)] : []),
    ...rows,
    ...outgoing.map(outgoingRow),
    ...(thread.length + outgoing.length === 0 ? [element('li', { class: 'quiet hint' }, 'Say hello.')] : []),
  )
  if (isAtEnd || goesToEnd) log.scrollTop = log.scrollHeight
}

const dayOf = (timestamp: string): string => {
  const date = new Date(timestamp)
  if (date.toDateString() === new Date().toDateString()) return 'Today'
  return date.toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
}

function messageRow(message: Message, isNewSender: boolean): HTMLElement {
  const isMine = message.senderId === me?.id
  const readers = [...readTo].filter(
    ([userId, seq]) => userId !== message.senderId && userId !== me?.id && seq >= message.seq,
  )
  const state = !isMine ? '' : readers.length > 0 ? '✓✓' : '✓'
  const stateName =
    readers.length > 0 ? `Read by ${readers.map(([userId]) => nameOf(userId)).join(', ')}` : 'Sent'
  const bubble = element(
    'div',
    { class: 'bubble', tabindex: '0' },
    ...(isNewSender && !isMine ? [element('strong', { class: 'sender' }, nameOf(message.senderId))] : []),
    ...(message.deletedAt
      ? [element('em', { class: 'quiet' }, 'This message was deleted.')]
      : [
          ...(message.text ? [element('p', {}, message.text)] : []),
          ...message.attachments.map((file) =>
            element(
              'a',
              { class: 'file', href: file.url, target: '_blank', rel: 'noopener' },
              endingOf(file.name),
              file.name,
            ),
          ),
        ]),
    element(
      'span',
      { class: 'meta' },
      ...(message.editedAt && !message.deletedAt ? ['edited '] : []),
      element('time', { datetime: message.timestamp }, timeOf(message.timestamp)),
      ...(state
        ? [element('span', { class: 'state', title: stateName, 'aria-label': stateName }, state)]
        : []),
    ),
  )
  const row = element(
    'li',
    { class: `message${isMine ? ' mine' : ''}${isNewSender ? ' first' : ''}` },
    bubble,
  )
  const reactions = Object.entries(message.reactions)
  const actions = element('div', { class: 'actions' })
  if (!message.deletedAt) {
    for (const [emoji, userIds] of reactions) actions.append(reactionButton(message, emoji, userIds))
    if (!message.reactions['👍']) actions.append(reactionButton(message, '👍', []))
    if (isMine) {
      const remove = element('button', { class: 'quiet', 'aria-label': 'Delete this message' }, 'Delete')
      remove.addEventListener(
        'click',
        () => void client.api.v1.messages[':id'].$delete({ param: { id: message.id } }),
      )
      actions.append(remove)
    }
    row.append(actions)
    if (reactions.length > 0) row.classList.add('reacted')
  }
  return row
}

function reactionButton(message: Message, emoji: string, userIds: readonly string[]): HTMLElement {
  const isMine = me !== undefined && userIds.includes(me.id)
  const label = userIds.length > 0 ? `${emoji} by ${userIds.map(nameOf).join(', ')}` : `React with ${emoji}`
  const button = element(
    'button',
    {
      class: userIds.length > 0 ? 'reaction' : 'reaction offered',
      'aria-pressed': String(isMine),
      'aria-label': label,
    },
    userIds.length > 0 ? `${emoji} ${userIds.length}` : emoji,
  )
  const param = { id: message.id, emoji }
  const change = client.api.v1.messages[':id'].reactions[':emoji']
  button.addEventListener('click', () => void (isMine ? change.$delete({ param }) : change.$put({ param })))
  return button
}

/** What kind of file it is, at a glance. */
const endingOf = (name: string): HTMLElement =>
  element(
    'span',
    { class: 'ending', 'aria-hidden': 'true' },
    /\.(\w{1,4})$/.exec(name)?.[1]?.toUpperCase() ?? 'FILE',
  )

function outgoingRow({ message, shown, status, problem, clientMessageId }: OutboxEntry): HTMLElement {
  const isOver = status === 'not_sent'
  const again = element('button', { class: 'quiet' }, 'Send again')
  again.addEventListener('click', () => void outbox?.again(clientMessageId))
  const giveUp = element('button', { class: 'quiet' }, 'Delete')
  giveUp.addEventListener('click', () => void outbox?.cancel(clientMessageId))
  const bubble = element(
    'div',
    { class: 'bubble' },
    ...(message.text ? [element('p', {}, message.text)] : []),
    ...(shown as readonly string[]).map((name) => element('span', { class: 'file' }, endingOf(name), name)),
    element('span', { class: 'meta' }, isOver ? `not sent: ${problem?.message ?? ''}` : 'sending…'),
    ...(isOver ? [again, giveUp] : []),
  )
  return element('li', { class: `message mine first ${isOver ? 'refused' : 'sending'}` }, bubble)
}

function showTyping(): void {
  const names = [...typing].flatMap(([userId, until]) => (until > Date.now() ? [nameOf(userId)] : []))
  typingLine.textContent =
    names.length === 0 ? '' : `${names.slice(0, 3).join(', ')} ${names.length > 1 ? 'are' : 'is'} typing…`
}

function markRead(): void {
  const last = thread.at(-1)
  const conversation = conversations.find(({ id }) => id === openId)
  if (!openId || !last || !conversation || document.visibilityState !== 'visible') return
  if (conversation.unreadCount === 0) return
  conversation.unreadCount = 0
  showList()
  receipts?.read(openId, last.seq)
}

// Writing

function submit(): void {
  const text = input.value
  const id = openId
  if (!id || !outbox || (text.trim() === '' && attached.length === 0)) return
  const files = attached
  input.value = ''
  attached = []
  outbox.add(
    id,
    { text, attachments: files.map((file) => file.id) },
    files.map(({ name }) => name),
  )
  fitInput()
  showChips()
  showThread(true)
}

function complain(words: string): void {
  composerProblem.textContent = words
}

async function upload(file: File): Promise<void> {
  complain('')
  const announced = await client.api.v1.files['upload-url'].$post({
    json: {
      fileName: file.name,
      fileType: file.type || 'application/octet-stream',
      fileSize: file.size,
      category: 'attachment',
    },
  })
  if (!announced.ok) {
    complain(await problemOf(announced))
    return
  }
  const { uploadUrl, fileId, headers } = await announced.json()
  const stored = await fetch(uploadUrl, { method: 'PUT', headers, body: file })
  if (!stored.ok) {
    complain(`${file.name} could not be uploaded.`)
    return
  }
  const completed = await client.api.v1.files.complete.$post({ json: { fileId, fileName: file.name } })
  if (!completed.ok) {
    complain(await problemOf(completed))
    return
  }
  attached = [...attached, { id: fileId, name: file.name }]
  showChips()
}

function showChips(): void {
  replaceChildren(
    chips,
    ...attached.map((file) => {
      const remove = element('button', { type: 'button', 'aria-label': `Remove ${file.name}` }, '×')
      remove.addEventListener('click', () => {
        attached = attached.filter((other) => other !== file)
        showChips()
      })
      return element('li', {}, file.name, remove)
    }),
  )
}

function fitInput(): void {
  input.style.height = 'auto'
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`
}

composer.addEventListener('submit', (event) => {
  event.preventDefault()
  submit()
})
input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  submit()
})
input.addEventListener('input', () => {
  fitInput()
  if (openId) receipts?.typing(openId)
})
attach.addEventListener('click', () => filePicker.click())
filePicker.addEventListener('change', async () => {
  for (const file of filePicker.files ?? []) await upload(file).catch(() => {})
  filePicker.value = ''
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && openId && !document.querySelector('dialog[open]')) closeThread()
})
document.addEventListener('visibilitychange', () => {
  markRead()
})
setInterval(showTyping, 1_000)

// Live

function showState(): void {
  if (!live) return
  const words = {
    live: '',
    slow: 'This network is slower here: messages take a few seconds.',
    foreign: 'This network wants you to sign in to it first.',
    offline: 'No connection. What you write is sent when it is back.',
    signed_out: 'You have been signed out.',
    connecting: 'Connecting…',
  }
  tell(words[liveState])
}

function tell(words: string): void {
  banner.textContent = words
  banner.hidden = words === ''
}

/** Changes a message that is shown. */
function changeShown(conversationId: string, id: string, change: (message: Message) => Message): void {
  if (conversationId !== openId) return
  thread = thread.map((message) => (message.id === id ? change(message) : message))
  showThread()
}

function onMessage({ conversationId, at, data }: Extract<ChatEvent, { event: 'message.new' }>): void {
  const conversation = conversations.find(({ id }) => id === conversationId)
  if (conversation) {
    conversation.lastMessage = { text: data.text, senderId: data.senderId, timestamp: data.timestamp }
    conversation.updatedAt = at
    conversation.unreadCount = data.senderId === me?.id ? 0 : conversation.unreadCount + 1
    conversations = [conversation, ...conversations.filter((other) => other !== conversation)]
  }
  if (conversationId === openId && !thread.some(({ id }) => id === data.id)) {
    typing.delete(data.senderId)
    readTo.set(data.senderId, data.seq)
    thread = [...thread, { ...data, readBy: {} }].sort((a, b) => a.seq - b.seq)
    showThread()
    showTyping()
    markRead()
  }
  showList()
}

function onReaction({
  event,
  conversationId,
  data,
}: Extract<ChatEvent, { event: 'reaction.added' | 'reaction.removed' }>): void {
  const { messageId, userId, emoji } = data
  changeShown(conversationId, messageId, (message) => {
    const { [emoji]: before = [], ...rest } = message.reactions
    const others = before.filter((id) => id !== userId)
    const userIds = event === 'reaction.added' ? [...others, userId] : others
    return { ...message, reactions: userIds.length > 0 ? { ...rest, [emoji]: userIds } : rest }
  })
}

function onTyping({
  event,
  conversationId,
  data,
}: Extract<ChatEvent, { event: 'typing.start' | 'typing.stop' }>): void {
  if (conversationId !== openId || data.userId === me?.id) return
  if (event === 'typing.start') typing.set(data.userId, Date.now() + typingShownMs)
  else typing.delete(data.userId)
  showTyping()
}

function onReading({ conversationId, data }: Extract<ChatEvent, { event: 'read.updated' }>): void {
  const { userId, seq, unreadCount } = data
  const conversation = conversations.find(({ id }) => id === conversationId)
  if (conversation && userId === me?.id && unreadCount !== undefined) {
    conversation.unreadCount = unreadCount
    showList()
  }
  if (conversationId === openId && userId !== me?.id) {
    readTo.set(userId, Math.max(seq, readTo.get(userId) ?? 0))
    showThread()
  }
}

function drop(conversationId: string): void {
  live?.forget(conversationId)
  conversations = conversations.filter(({ id }) => id !== conversationId)
  if (conversationId === openId) closeThread()
  showList()
}

function onEvent(event: ChatEvent): void {
  switch (event.event) {
    case 'message.new':
      onMessage(event)
      break
    case 'message.updated':
      changeShown(event.conversationId, event.data.id, (message) => ({ ...message, ...event.data }))
      break
    case 'message.deleted':
      changeShown(event.conversationId, event.data.messageId, (message) => ({
        ...message,
        text: '',
        attachments: [],
        reactions: {},
        deletedAt: event.at,
      }))
      break
    case 'reaction.added':
    case 'reaction.removed':
      onReaction(event)
      break
    case 'typing.start':
    case 'typing.stop':
      onTyping(event)
      break
    case 'read.updated':
      onReading(event)
      break
    case 'presence.updated':
      if (event.data.isOnline) online.add(event.data.userId)
      else online.delete(event.data.userId)
      if (event.conversationId === openId) showHeader()
      break
    case 'conversation.added':
      void loadConversations()
      break
    case 'conversation.removed':
      drop(event.conversationId)
      break
    case 'conversation.updated':
    case 'member.added':
    case 'member.removed':
      void loadOne(event.conversationId)
      break
    case 'session.revoked':
      void client.api.v1.users.me.$get()
      break
  }
}

async function start(): Promise<void> {
  const departure = await leaving.settle()
  if (departure?.isSignedOut === false) return showSignIn(departure.message)
  const response = await client.api.v1.users.me.$get()
  if (response.status !== 200) {
    showSignIn()
    return
  }
  const { id, name } = await response.json()
  me = { id, name }
  showFrame()
  receipts = createReceipts({ client, userId: id, line })
  outbox = createOutbox({
    client,
    userId: id,
    line,
    onSent(entry, message) {
      if (!message || entry.conversationId !== openId || thread.some((each) => each.id === message.id)) return
      thread = [...thread, message].sort((a, b) => a.seq - b.seq)
    },
  })
  outbox.onChange((conversationId) => {
    if (conversationId === openId) showThread()
  })
  void outbox.start()
  live = createLiveChat({
    client,
    line,
    outbox,
    onMissed: () => void loadConversations(),
    openSocket: (getClientAccessUrl) =>
      new WebPubSubClient({ getClientAccessUrl }, socketOptions) as unknown as LiveSocket,
    onEvent,
    onReload(conversationId, reason) {
      if (reason === 'forbidden') drop(conversationId)
      else if (conversationId === openId)
        void loadConversations().then(() => openConversation(conversationId))
      else void loadConversations()
    },
    onState(state) {
      liveState = state
      showState()
    },
  })
  live.start()
  await loadConversations()
}

void start()
