import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../src/adapters/sqlite/documents.ts'
import { collections } from '../../src/app/domains.ts'
import { type Entry, messages, type StoredMessage } from '../../src/core/messaging/chat/entries.model.ts'
import { inbox } from '../../src/core/messaging/chat/lists.model.ts'
import { documentIdOf } from '../../src/core/messaging/chat/message-id.ts'
import { freePort } from '../../test/free-port.ts'

export interface Served {
  readonly url: string
  readonly token: string
  readonly userId: string
  readonly stop: () => void
}

const account = { email: 'reader@example.com', password: 'SecurePass123!', name: 'Reader' }

async function serve(directory: string): Promise<{ url: string; server: ChildProcess }> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = spawn(process.execPath, ['--import', './entry/compile-cache.mjs', 'entry/node.ts'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATA_DIR: directory,
      PORT: String(port),
      HOST: 'localhost',
      PUBLIC_URL: url,
      RATE_LIMIT_SCALE: '1e9',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    createInterface({ input: server.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (line.includes('"server_started"')) resolve()
    })
  })
  return { url, server }
}

export async function ask(url: string, token: string | null, method = 'GET', body?: object): Promise<any> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${text}`)
  return text ? JSON.parse(text) : null
}

const messagesInOthers = 10
/** Each was last active so long before the one before it. */
const quietForMs = 10 * 60_000
const filler = 'please bring your notes on lesson seven and tell everybody about the meeting tomorrow'.split(
  ' ',
)

/** Ten words, of which each is in one message of ten or so. */
const textOf = (i: number): string =>
  Array.from({ length: 10 }, (_, k) => filler[(i * 7 + k * k + ((i * 31) % 17)) % filler.length]).join(' ')

const messageOf = (
  conversationId: string,
  senderId: string,
  id: string,
  seq: number,
  text: string,
  atMs: number,
) =>
  ({
    ...{
      id,
      conversationId,
      seq,
      kind: 'message',
      isNumbered: 'yes',
      threadKey: '',
      senderId,
      clientMessageId: null,
    },
    ...{ fingerprint: '', count: seq, text, attachments: [], mentions: [], replyTo: null, reactions: {} },
    ...{ at: new Date(atMs).toISOString(), editedAt: null, deletedAt: null },
  }) satisfies StoredMessage

export interface FillOptions {
  /** In the whole store. */
  readonly messages: number
  /** In the one conversation that is read. */
  readonly conversation: number
  /** That the reader is in, beside that one. Each has ten messages. */
  readonly conversations: number
}

/**
 * A server on a store of its own: one long conversation of the reader, many short ones, and what others say among themselves.
 * Every message has the word `common`; three of the long conversation have the word `seldom`, wherever it ends.
 */
export async function openFilled({
  messages: total,
  conversation,
  conversations,
}: FillOptions): Promise<Served & { readonly conversationId: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-search-'))
  const first = await serve(directory)
  const v1 = `${first.url}/api/v1`
  const { user } = await ask(`${v1}/auth/signup`, null, 'POST', account)
  first.server.kill('SIGTERM')
  await new Promise((resolve) => first.server.once('exit', resolve))

  const database = openSqlite(join(directory, 'tools-inc.db'))
  const clock = { now: () => Date.now() }
  const documents = createSqliteDocuments({ database, collections, clock })
  // Filling is not what is measured.
  database.exec('pragma synchronous = off')
  const endMs = Date.now() - 60_000
  const perBatch = 99

  async function fill(
    { conversationId, senderId, agoMs = 0 }: { conversationId: string; senderId: string; agoMs?: number },
    count: number,
    own?: (i: number) => string,
  ) {
    let batch: { insert: StoredMessage }[] = []
    const writing: Promise<unknown>[] = []
    for (let i = 0; i < count; i++) {
      const id = await documentIdOf(senderId, `m${i}`)
      const text = own?.(i) ?? `common ${textOf(i)}`
      const atMs = endMs - agoMs - (count - i) * 997
      batch.push({ insert: messageOf(conversationId, senderId, id, i + 1, text, atMs) })
      if (batch.length < perBatch && i < count - 1) continue
      writing.push(documents.transact<Entry>(messages, conversationId, batch))
      batch = []
      if (writing.length >= 20) await Promise.all(writing.splice(0))
    }
    await Promise.all(writing)
  }

  /** One of the reader's own, and what was said in it until so long ago. */
  async function open(count: number, agoMs: number, own?: (i: number) => string): Promise<string> {
    const conversationId = crypto.randomUUID()
    const at = new Date(endMs - agoMs).toISOString()
    const sent = { seq: count, count, at }
    await documents.insert<Entry>(messages, {
      ...{
        id: 'head',
        conversationId,
        kind: 'head',
        isNumbered: 'no',
        threadKey: '',
        type: 'group',
        name: 'Group',
        avatar: null,
      },
      ...{ seq: count, count, lastMessageId: null, createdAt: at, updatedAt: at },
      members: [{ userId: user.id, role: 'admin', joinedAt: new Date(0).toISOString(), joinedSeq: 0, sent }],
    })
    await documents.insert(inbox, { id: conversationId, userId: user.id, activeAt: at, isUnread: 'no' })
    await fill({ conversationId, senderId: user.id, agoMs }, count, own)
    return conversationId
  }

  const seldomAt = [1, Math.floor(conversation / 2), conversation - 2]
  const conversationId = await open(
    conversation,
    0,
    (i) => `common ${textOf(i)}${seldomAt.includes(i) ? ' seldom' : ''}${i % 10 === 3 ? ' 今日は天気' : ''}`,
  )
  for (let i = 0; i < conversations; i++) await open(messagesInOthers, i * quietForMs)
  const others = Math.max(0, total - conversation - messagesInOthers * conversations)
  const perConversation = 2_000
  for (let left = others; left > 0; left -= perConversation)
    await fill(
      { conversationId: crypto.randomUUID(), senderId: crypto.randomUUID() },
      Math.min(left, perConversation),
    )
  database.close()

  const { url, server } = await serve(directory)
  const { accessToken: token } = await ask(`${url}/api/v1/auth/login`, null, 'POST', account).catch(
    (error: unknown) => {
      server.kill('SIGKILL')
      throw error
    },
  )
  return {
    url,
    token,
    userId: user.id,
    conversationId,
    stop() {
      server.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
