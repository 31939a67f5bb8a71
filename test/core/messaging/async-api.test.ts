import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { memoryEventHost, memoryHub } from '../../../src/adapters/memory/realtime.ts'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { createTestApp, origin } from '../../app.ts'
import { chatPeople } from './chat-people.ts'

const document = (await (
  await (await createTestApp()).app.request(`${origin}/api/asyncapi.json`)
).json()) as any

test('the document is valid AsyncAPI 3', () => {
  const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const validate = ajv.compile(schema)
  validate(document)
  expect(validate.errors ?? []).toEqual([])
})

test('every reference in it leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  )
  expect(references.length).toBeGreaterThan(20)
  for (const path of references)
    expect(
      path.split('/').reduce<any>((node, key) => node?.[key], document),
      path,
    ).toBeDefined()
})

test('it describes every event, and what it says of one is what the code checks', () => {
  const { messages } = document.components
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  for (const name of Object.keys(events)) {
    const message = messages[name.replaceAll('.', '_')]
    expect(message.name).toBe(name)
    expect(ajv.compile(message.payload)({ event: name })).toBe(false)
  }
  const typing = {
    event: 'typing.start',
    conversationId: '00000000-0000-7000-8000-000000000001',
    at: '2026-11-24T00:00:00.000Z',
    data: {
      conversationId: '00000000-0000-7000-8000-000000000001',
      userId: '00000000-0000-7000-8000-000000000002',
    },
  }
  expect(ajv.compile(messages.typing_start.payload)(typing)).toBe(true)
})

test('what a device is answered is as the document says, whether taken or refused', async () => {
  const testApp = await createTestApp()
  const [ann, ben] = await chatPeople(testApp, 'Ann', 'Ben')
  if (!ann || !ben) throw new Error('nobody')
  const conversation = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [ben.userId] },
  })
  let id = 0
  const say = async (said: object) => {
    const answer = await testApp.app.request(`${origin}/api/v1/realtime/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-request-origin': memoryEventHost,
        'ce-hub': memoryHub,
        'ce-connectionid': 'x',
        'ce-id': String(++id),
        'ce-userid': ann.userId,
        'ce-type': 'azure.webpubsub.user.message',
        'ce-signature': await testApp.devices.sign('x'),
      },
      body: JSON.stringify(said),
    })
    return answer.json() as any
  }
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const { answer_message_sent, answer_refused } = document.components.messages
  const [isSent, isRefused] = [answer_message_sent, answer_refused].map(({ payload }) => ajv.compile(payload))
  const said = { conversationId: conversation.body.id, clientMessageId: 'mine-1', text: 'Hello' }
  const taken = await say(said)
  expect(taken).toMatchObject({ said: 'message', clientMessageId: 'mine-1', message: { text: 'Hello' } })
  expect([isSent?.(taken), isSent?.errors]).toEqual([true, null])
  const refused = await say({ ...said, clientMessageId: 'mine-2', text: '' })
  expect(refused).toMatchObject({ said: 'message', clientMessageId: 'mine-2' })
  expect([isRefused?.(refused), isRefused?.errors]).toEqual([true, null])
  expect([isSent?.(refused), isRefused?.(taken)]).toEqual([false, false])
})
