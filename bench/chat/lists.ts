import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBench } from '../../scripts/seed/bench.ts'
import type { PersonPlan } from '../../scripts/seed/plan.ts'
import { createRandom } from '../../scripts/seed/random.ts'
import { writeConversation } from '../../scripts/seed/write-chat.ts'
import { createCourseBook } from '../../scripts/seed/write-courses.ts'
import { writePerson } from '../../scripts/seed/write-people.ts'
import { createWriter } from '../../scripts/seed/writer.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import { readConfig } from '../../src/config/config.ts'
import { newSession } from '../../src/core/accounts/auth/new-session.ts'
import { sessions } from '../../src/core/accounts/auth/sessions.model.ts'
import { type Entry, messages } from '../../src/core/messaging/chat/entries.model.ts'
import { encodeCursor } from '../../src/ports/cursor.ts'
import { createTestApp, origin, type TestApp } from '../../test/app.ts'
import { sqlitePorts } from '../../test/scripts/seed/sqlite-app.ts'

/*
 * What pages, catching up, lists and connections cost in a large store, as shares of what they cost in a small one; and how
 * many messages are sent in the time of as many bare inserts of the same bytes. Everything in this process, on SQLite files,
 * each pair in turn: A B A B …, medians. `MESSAGES` makes the large store smaller.
 */

const rounds = 150
const people = 50
const nowMs = Date.UTC(2026, 10, 24)
const dayMs = 24 * 60 * 60_000
const largeMessages = Number(process.env['MESSAGES'] ?? 1_000_000)
const sizes = {
  large: {
    messages: largeMessages,
    conversation: Math.min(100_000, largeMessages / 2),
    conversations: 1_000,
  },
  small: { messages: 1_000, conversation: 1_000, conversations: 10 },
}
type Size = (typeof sizes)['large']

const idOf = (kind: string, i: number): string => createRandom('bench', kind, i).uuid(nowMs - 300 * dayMs)
const directory = mkdtempSync(join(tmpdir(), 'bench-lists-'))

interface Store {
  readonly testApp: TestApp
  readonly userId: string
  readonly conversationId: string
  readonly newestSeq: number
  readonly middleAt: string
  readonly senders: readonly string[]
  token(): Promise<string>
}

async function open(name: string, size: Size): Promise<Store> {
  const database = openSqlite(join(directory, `${name}.db`))
  const testApp = await createTestApp({
    startAt: nowMs,
    environment: { RATE_LIMIT_SCALE: '1e9' },
    ports: ({ clock }) => sqlitePorts(database, clock),
  })
  const settings = readConfig({ NODE_ENV: 'test' }).config.app
  const bench = createBench(testApp.ports, settings, { seed: 'bench', passwordHash: 'x' })
  const writer = createWriter(testApp.ports, { documents: false, records: false })
  const book = createCourseBook()
  const person = (i: number): PersonPlan => ({
    id: idOf('person', i),
    email: `person${i}@example.org`,
    name: `Person ${i}`,
    role: 'user',
    createdAtMs: nowMs - 6 * dayMs,
    mentor: null,
    signIns: [],
    enrolments: [],
  })
  const others = Math.max(people, 60)
  for (let i = 0; i <= others; i++) await writePerson(bench, writer, person(i), book)
  await writer.settle()
  const userId = idOf('person', 0)
  const senders = Array.from({ length: people }, (_, i) => idOf('person', i + 1))
  const conversation = (id: string, memberIds: readonly string[], count: number, createdAtMs: number) =>
    writeConversation({ settings }, writer, {
      id,
      type: 'group',
      name: 'A group',
      memberIds,
      createdAtMs,
      messageCount: count,
      *messages() {
        for (let k = 0; k < count; k++)
          yield {
            senderId: memberIds[k % memberIds.length] ?? '',
            clientMessageId: `${id} ${k}`,
            text: `This is message number ${k}, about as long as what people write to each other.`,
            atMs: createdAtMs + 1_000 + k * 1_000,
          }
      },
      reads: [],
    })
  const conversationId = idOf('conversation', 0)
  const beganMs = nowMs - 5 * dayMs
  await conversation(conversationId, [userId, ...senders.slice(0, 4)], size.conversation, beganMs)
  for (let i = 1; i < size.conversations; i++)
    await conversation(
      idOf('conversation', i),
      [userId, senders[i % people] ?? ''],
      2,
      nowMs - 3 * dayMs + i * 60_000,
    )
  // What others say to others.
  let left = size.messages - size.conversation
  for (let i = 0; left > 0; i++, left -= 5_000)
    await conversation(idOf('elsewhere', i), senders.slice(0, 3), Math.min(left, 5_000), nowMs - 4 * dayMs)
  await writer.flush()
  const { accessTokens, ids } = testApp.ports
  const sessionId = ids.next()
  const iat = Math.floor(testApp.clock.now() / 1000)
  const claims = { sub: userId, sid: sessionId, role: 'user' as const, jti: ids.next(), iat, exp: iat + 600 }
  const account = await testApp.users.read(userId)
  bench.take('session', 0)
  bench.at(testApp.clock.now())
  const opening = {
    id: sessionId,
    secret: bench.bytes(32),
    device: 'Firefox',
    place: null,
    isOnSharedDevice: false,
    isSecondFactorProved: true,
    atMs: testApp.clock.now(),
  }
  const { session } = await newSession(
    bench,
    { id: userId, securityEpoch: account?.value.securityEpoch ?? 1 },
    opening,
    bench.settings.auth,
  )
  await testApp.ports.documents.insert(sessions, session)
  return {
    testApp,
    userId,
    conversationId,
    newestSeq: size.conversation,
    middleAt: new Date(beganMs + 1_000 + (size.conversation / 2) * 1_000).toISOString(),
    senders,
    token: () => accessTokens.sign(claims),
  }
}

const started = performance.now()
const [large, small] = [await open('large', sizes.large), await open('small', sizes.small)]
console.log(`filled in ${Math.round((performance.now() - started) / 1000)} s: ${JSON.stringify(sizes)}\n`)
const tokens = new Map([
  [large, await large.token()],
  [small, await small.token()],
])

async function call(store: Store, path: string, body?: object): Promise<any> {
  const answer = await store.testApp.app.request(`${origin}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${tokens.get(store)}`,
      'x-background': 'true',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`)
  const said = JSON.parse(text)
  if (said.items?.length === 0) throw new Error(`${path} shows nothing`)
  return said
}
const page = (store: Store, query: string) =>
  call(store, `/conversations/${store.conversationId}/messages?limit=50${query}`)
const cursorAt = (seq: number) => encodeURIComponent(encodeCursor([seq, '']))

/** As the service tells the app of a connection: it asks for its groups twice, and says that it is there. */
async function connect(store: Store): Promise<void> {
  await call(store, '/realtime/negotiate', {})
  const listener = store.testApp.realtime.connections.of('chat')
  await listener?.groupsOf(store.userId)
  await listener?.groupsOf(store.userId)
  await listener?.connected({ userId: store.userId, connectionId: store.testApp.ports.ids.next() })
}

const measured: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['the newest page of messages', (s) => page(s, '')],
  ['a page in the middle, backwards', (s) => page(s, `&before=${cursorAt(s.newestSeq / 2)}`)],
  ['a page near the beginning, backwards', (s) => page(s, `&before=${cursorAt(100)}`)],
  ['a page in the middle, forwards', (s) => page(s, `&after=${cursorAt(s.newestSeq / 2)}`)],
  ['a page after a moment', (s) => page(s, `&after=${s.middleAt}`)],
  [
    'catching up from the middle',
    (s) => call(s, '/sync', { streams: { [s.conversationId]: Math.floor(s.newestSeq / 2) } }),
  ],
  ['the first page of the list, ten of 1,000 and of 10', (s) => call(s, '/conversations?limit=10')],
  ['what is unread, counted', (s) => call(s, '/conversations/unread')],
  ['opening a connection', connect],
]

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
const row = (what: string, value: string, wanted: string) => console.log(`| ${what} | ${value} | ${wanted} |`)
const ms = (value: number) => `${value.toFixed(2)} ms`

row('large store ÷ small store', 'measured', 'wanted')
row('---', '---', '---')
for (const [what, work] of measured) {
  const times: { readonly a: number[]; readonly b: number[] } = { a: [], b: [] }
  for (let i = -20; i < rounds; i++) {
    const [a, b] = [await timed(() => work(large)), await timed(() => work(small))]
    if (i < 0) continue
    times.a.push(a)
    times.b.push(b)
  }
  const [a, b] = [median(times.a), median(times.b)]
  row(what, `${(a / b).toFixed(2)} (${ms(a)} ÷ ${ms(b)})`, '≤ 1.5')
}

/** So many at a time, each beginning the next when it has ended. */
async function perSecond(each: number, one: (by: number, i: number) => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await Promise.all(
    large.senders.map(async (_, by) => {
      for (let i = 0; i < each; i++) await one(by, i)
    }),
  )
  return (large.senders.length * each) / ((performance.now() - began) / 1000)
}
const { testApp } = large
const admin = { userId: large.senders[0] ?? '', sessionId: 's', role: 'user', securityEpoch: 1 } as const
const groupId = idOf('senders', 0)
const groupBench = { settings: readConfig({ NODE_ENV: 'test' }).config.app }
const groupWriter = createWriter(testApp.ports, { documents: false, records: false })
await writeConversation(groupBench, groupWriter, {
  id: groupId,
  type: 'group',
  name: 'Everybody',
  memberIds: large.senders,
  createdAtMs: nowMs - dayMs,
  messageCount: 0,
  messages: () => [],
  reads: [],
})
await groupWriter.flush()
const text = 'This is a message about as long as what people write to each other. '
/** The time of the app goes as that of the machine does: what it does every few seconds it does as often as it would. */
let tickedAt = performance.now()
function tick(): void {
  const passedMs = Math.floor(performance.now() - tickedAt)
  tickedAt += passedMs
  testApp.clock.advance(passedMs)
}
const send = (by: number) => {
  tick()
  return testApp.chat.sendMessage({ ...admin, userId: large.senders[by] ?? '' }, groupId, {
    text,
    clientMessageId: crypto.randomUUID(),
    attachments: [],
    mentions: [],
  } as never)
}
const each = 20
/** The same documents as were sent, in another conversation. */
async function copies(): Promise<readonly Entry[]> {
  const { items } = await testApp.ports.documents.query(messages, {
    path: 'byKind',
    partition: groupId,
    equals: { kind: 'message' },
    direction: 'desc',
    limit: people * each,
  })
  return items.map(({ value }) => ({ ...value, conversationId: idOf('bare', 0) })).toReversed()
}
const rates: { readonly a: number[]; readonly b: number[] } = { a: [], b: [] }
for (let round = -4; round < 25; round++) {
  const a = await perSecond(each, send)
  const copied = await copies()
  const b = await perSecond(each, (by, i) =>
    testApp.ports.documents.insert<Entry>(messages, copied[i * people + by] as Entry),
  )
  if (round < 0) continue
  rates.a.push(a)
  rates.b.push(b)
}
const [sent, inserted] = [median(rates.a), median(rates.b)]
row(
  `messages by ${people} senders in one conversation ÷ bare inserts of the same bytes, ${people} under way`,
  `${median(rates.a.map((a, i) => a / (rates.b[i] ?? 0))).toFixed(2)} (${Math.round(sent)} ÷ ${Math.round(inserted)} a second)`,
  '≥ 0.8',
)
rmSync(directory, { recursive: true })
process.exit(0)
