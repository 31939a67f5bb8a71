import { beforeEach, describe, expect, test } from 'vitest'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { ExportedConversation } from '../../../src/core/messaging/chat/export.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { pdf } from '../files/sample-files.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let cid: ChatPerson
let id: string
/** Pages of messages that the store was asked for. */
let pages = 0

beforeEach(async () => {
  testApp = await createTestApp({
    ports: ({ documents }) => ({
      documents: {
        ...documents,
        query: (collection, query) => {
          if (collection === (messages as unknown) && query.limit === 200) pages++
          return documents.query(collection, query)
        },
      },
    }),
  })
  const people = await chatPeople(testApp, 'Ann', 'Ben', 'Cid')
  ann = people[0]!
  ben = people[1]!
  cid = people[2]!
  const { body } = await ann.call('POST', conversations, {
    body: { type: 'group', name: 'Class', participantIds: [ben.userId] },
  })
  id = body.id
  pages = 0
})

const say = async (who: ChatPerson, text: string, more: object = {}) =>
  (await who.call('POST', `${conversations}/${id}/messages`, { body: { text, ...more } })).body
const exported = (who: ChatPerson, format = 'json') =>
  who.call('GET', `${conversations}/${id}/export?format=${format}`)
const actorOf = ({ userId }: ChatPerson) => ({
  userId,
  sessionId: 's',
  role: 'user' as const,
  securityEpoch: 1,
})
const caller = { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const }

test('has everything in order, with names, times in UTC and attachments by name', async () => {
  const asked = await ann.call('POST', '/api/v1/files/upload-url', {
    body: {
      fileName: 'plan.pdf',
      fileType: 'application/pdf',
      fileSize: pdf.byteLength,
      category: 'attachment',
    },
  })
  const { uploadUrl, headers, fileId } = asked.body
  await testApp.app.request(uploadUrl, { method: 'PUT', headers, body: pdf })
  await ann.call('POST', '/api/v1/files/complete', { body: { fileId, fileName: 'plan.pdf' } })
  const first = await say(ann, 'hello', { attachments: [fileId] })
  const second = await say(ben, 'helo Ann')
  await ben.call('PATCH', `/api/v1/messages/${second.id}`, { body: { text: 'hello Ann' } })
  const third = await say(ben, 'oops')
  await ben.call('DELETE', `/api/v1/messages/${third.id}`)

  const json = await exported(ben)
  expect(json.status).toBe(200)
  const read = ExportedConversation.parse(json.body)
  expect(read.conversation.participants.map(({ name }) => name)).toEqual(['Ann', 'Ben'])
  expect(read.messages.map(({ senderName, text }) => [senderName, text])).toEqual([
    ['Ann', 'hello'],
    ['Ben', 'hello Ann'],
    ['Ben', ''],
  ])
  expect(read.messages[0]?.attachments[0]?.name).toBe('plan.pdf')
  expect(read.messages[0]?.timestamp).toBe(first.timestamp)

  const text = await exported(ben, 'text')
  expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(text.body.split('\n')).toEqual([
    'Class',
    'Participants: Ann, Ben',
    `Exported: ${first.timestamp}. All times are UTC.`,
    '',
    `[${first.timestamp}] Ann: hello`,
    `    [file: plan.pdf, application/pdf, ${pdf.byteLength} bytes]`,
    `[${second.timestamp}] Ben: hello Ann (edited ${second.timestamp})`,
    `[${third.timestamp}] Ben: (deleted ${third.timestamp})`,
    '',
    'End: 3 messages.',
    '',
  ])
})

test('nothing that somebody writes looks like a line of somebody else', async () => {
  for (const lineBreak of ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029'])
    await say(ben, `x${lineBreak}[2026-01-01T00:00:00.000Z] Ann: I owe Ben a car`)
  const { body } = await exported(ann, 'text')
  for (const line of body.split(/[\n\r\v\f\u0085\u2028\u2029]/))
    expect(line.includes('I owe') && line.startsWith('[')).toBe(false)
})

test('opens in another origin, as a file, and is kept nowhere', async () => {
  const portal = 'http://localhost:3000'
  const { headers } = await ann.call('GET', `${conversations}/${id}/export`, { headers: { origin: portal } })
  expect(headers.get('access-control-allow-origin')).toBe(portal)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
  expect(headers.get('access-control-expose-headers')).toContain('Content-Disposition')
  expect(headers.get('content-disposition')).toBe(`attachment; filename="conversation-${id}.json"`)
  expect(headers.get('cache-control')).toBe('private, no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

describe('only what this member may see', () => {
  test('begins where they joined', async () => {
    await say(ann, 'before')
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [cid.userId] } })
    await say(ann, 'after')
    const { body } = await exported(cid)
    expect(body.messages.map(({ text }: { text: string }) => text)).toEqual(['after'])
  })

  test('is nothing to a stranger, and costs them no turn', async () => {
    expect((await exported(cid)).status).toBe(404)
    expect(testApp.auditRecords.some(({ eventType }) => eventType === 'conversation.export')).toBe(false)
  })

  test('breaks off when the membership ends meanwhile', async () => {
    for (let n = 0; n < 12; n++) await Promise.all(Array.from({ length: 40 }, () => say(ann, `message ${n}`)))
    const pieces = await testApp.chat.exportConversation(caller, actorOf(ben), id, 'json')
    await pieces.next()
    await pieces.next()
    await ann.call('DELETE', `${conversations}/${id}/members?userId=${ben.userId}`)
    testApp.clock.advance(6_000)
    await expect(pieces.next()).rejects.toMatchObject({ code: 'not_found' })
  })
})

test('is read page by page, as the reader takes it', async () => {
  for (let n = 0; n < 12; n++) await Promise.all(Array.from({ length: 40 }, () => say(ann, `message ${n}`)))
  const pieces = await testApp.chat.exportConversation(caller, actorOf(ann), id, 'json')
  expect(pages).toBe(0)
  await pieces.next()
  expect(pages).toBe(0)
  await pieces.next()
  expect(pages).toBe(1)
  // What is written meanwhile is not in it: an export of a busy conversation ends.
  await say(ben, 'late')
  let rest = ''
  for await (const piece of pieces) rest += piece
  expect(pages).toBe(3)
  expect(rest).not.toContain('late')
  const { body } = await exported(ann)
  expect(body.messages).toHaveLength(481)
  expect(body.messages.map(({ seq }: { seq: number }) => seq)).toEqual(
    body.messages.map(({ seq }: { seq: number }) => seq).toSorted((a: number, b: number) => a - b),
  )
})

test('is recorded, and limited for each person', async () => {
  const limited = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
  const [eve, fay] = (await chatPeople(limited, 'Eve', 'Fay')) as [ChatPerson, ChatPerson]
  const { body } = await eve.call('POST', conversations, {
    body: { type: 'direct', participantIds: [fay.userId] },
  })
  const path = `${conversations}/${body.id}/export`
  for (let n = 0; n < 10; n++) expect((await eve.call('GET', path)).status).toBe(200)
  const refused = await eve.call('GET', path)
  expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limit_exceeded'])
  expect((await fay.call('GET', path)).status).toBe(200)
  const entries = limited.auditRecords.filter(({ eventType }) => eventType === 'conversation.export')
  expect(entries).toHaveLength(11)
  expect(entries[0]).toMatchObject({ actorId: eve.userId, resourceId: body.id })
})
