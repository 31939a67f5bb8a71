import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { createTestApp, origin } from '../../app.ts'

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
