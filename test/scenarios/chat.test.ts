import { expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import type { Browser } from '../app.ts'
import { useTarget } from './target.ts'

const { openBrowser } = useTarget()
const conversations = '/api/v1/conversations'

async function signIn(email: string): Promise<Browser & { userId: string }> {
  const browser = openBrowser()
  const answer = await browser.call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
  expect(answer.status).toBe(200)
  return { ...browser, userId: answer.body.user.id }
}

test('two people talk, and a third sees nothing of it', { timeout: 120_000 }, async () => {
  const mentor = await signIn('mentor@example.org')
  const learner = await signIn('learner@example.org')
  const stranger = await signIn('ben.brooks@example.org')

  const contacts = (await learner.call('GET', '/api/v1/contacts')).body.items
  expect(contacts.map(({ userId }: any) => userId)).toContain(mentor.userId)

  const opened = await learner.call('POST', conversations, {
    body: { type: 'direct', participantIds: [mentor.userId] },
  })
  expect(opened.status).toBe(201)
  const { id } = opened.body
  const again = await mentor.call('POST', conversations, {
    body: { type: 'direct', participantIds: [mentor.userId, learner.userId] },
  })
  expect(again.status).toBe(400)

  const say = (who: Browser, body: object) => who.call('POST', `${conversations}/${id}/messages`, { body })
  const first = await say(learner, { text: 'Good morning', clientMessageId: 'one' })
  expect(first.status).toBe(201)
  expect((await say(learner, { text: 'Good morning', clientMessageId: 'one' })).body.id).toBe(first.body.id)
  expect((await say(learner, { text: 'Another', clientMessageId: 'one' })).status).toBe(409)

  const [listed] = (await mentor.call('GET', conversations)).body.items
  expect(listed).toMatchObject({ id, unreadCount: 1, lastMessage: { text: 'Good morning' } })
  expect((await mentor.call('POST', `${conversations}/${id}/read`, { body: {} })).status).toBe(204)
  expect((await mentor.call('GET', `${conversations}/${id}`)).body.unreadCount).toBe(0)
  expect(
    (await mentor.call('POST', `${conversations}/${id}/typing`, { body: { state: 'start' } })).status,
  ).toBe(204)

  const answer = await say(mentor, { text: 'Good morning to you', replyTo: first.body.id })
  const reaction = `/api/v1/messages/${answer.body.id}/reactions/${encodeURIComponent('👍')}`
  expect((await learner.call('PUT', reaction)).status).toBe(204)
  const edited = await learner.call('PATCH', `/api/v1/messages/${first.body.id}`, {
    body: { text: 'Good evening' },
  })
  expect(edited.body).toMatchObject({ text: 'Good evening', seq: 1 })
  const found = await mentor.call('GET', '/api/v1/messages/search?q=evening')
  expect(found.body.items.map(({ text }: any) => text)).toEqual(['Good evening'])
  expect((await learner.call('DELETE', `/api/v1/messages/${first.body.id}`)).status).toBe(204)

  const page = (await mentor.call('GET', `${conversations}/${id}/messages?limit=1`)).body
  expect(page.items[0]).toMatchObject({ reactions: { '👍': [learner.userId] }, replyTo: first.body.id })
  const older = `${conversations}/${id}/messages?before=${page.pagination.nextCursor}`
  expect((await mentor.call('GET', older)).body.items[0]).toMatchObject({ text: '', seq: 1 })

  const file = await mentor.call('GET', `${conversations}/${id}/export`)
  expect(file.body.messages.map(({ senderId, text }: any) => [senderId, text])).toEqual([
    [learner.userId, ''],
    [mentor.userId, 'Good morning to you'],
  ])
  const readable = await mentor.call('GET', `${conversations}/${id}/export?format=text`)
  expect(readable.body).toMatch(/: Good morning to you\n\nEnd: 2 messages\.\n$/)

  const streams = { [id]: 0 }
  const { events, head, more } = (await mentor.call('POST', '/api/v1/sync', { body: { streams } })).body
    .streams[id]
  expect(events.map(({ seq, event }: any) => `${seq} ${event}`)).toEqual([
    '1 message.new',
    '2 message.new',
    '3 reaction.added',
    '4 message.updated',
    '5 message.deleted',
  ])
  expect([head, more]).toEqual([5, false])

  for (const path of ['', '/messages', '/export'].map((rest) => `${conversations}/${id}${rest}`))
    expect((await stranger.call('GET', path)).status).toBe(404)
  expect((await stranger.call('POST', '/api/v1/sync', { body: { streams } })).body.streams[id]).toMatchObject(
    {
      resync: true,
    },
  )
})

test('a group gains, promotes and loses members', { timeout: 120_000 }, async () => {
  const admin = await signIn('admin@example.org')
  const mentor = await signIn('mentor@example.org')
  const learner = await signIn('learner@example.org')
  const created = await admin.call('POST', conversations, {
    body: { type: 'group', name: 'Mornings', participantIds: [mentor.userId] },
    headers: { 'idempotency-key': 'mornings' },
  })
  const replayed = await admin.call('POST', conversations, {
    body: { type: 'group', name: 'Mornings', participantIds: [mentor.userId] },
    headers: { 'idempotency-key': 'mornings' },
  })
  expect(replayed.body.id).toBe(created.body.id)
  const one = `${conversations}/${created.body.id}`
  const added = await admin.call('POST', `${one}/members`, {
    body: { userIds: [learner.userId], role: 'admin' },
  })
  expect(added.body.participants).toHaveLength(3)
  expect((await learner.call('PATCH', one, { body: { name: 'Evenings' } })).body.name).toBe('Evenings')
  expect((await learner.call('DELETE', `${one}/members?userId=${mentor.userId}`)).status).toBe(204)
  expect((await mentor.call('GET', one)).status).toBe(404)
  expect((await admin.call('POST', `${one}/leave`)).status).toBe(204)
  expect((await learner.call('GET', one)).body.participants).toHaveLength(1)
})

test('the events are described', async () => {
  const document = (await openBrowser().call('GET', '/api/asyncapi.json')).body
  expect(document.asyncapi).toBe('3.0.0')
  expect(Object.keys(document.components.messages)).toContain('message_new')
})
