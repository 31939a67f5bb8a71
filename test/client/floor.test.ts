import { afterEach, expect, test, vi } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { createFloor } from '../../src/client/floor.ts'
import { createLine } from '../../src/client/line.ts'
import { createLiveChat, type LiveSocket } from '../../src/client/live-chat.ts'
import { createOutbox } from '../../src/client/outbox.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const settled = () => new Promise((resolve) => setTimeout(resolve))

test('what is thrown and what a promise is rejected with is heard once, and stays within', async () => {
  const heard: unknown[] = []
  const floor = createFloor((error) => heard.push(error))
  floor(() => {
    throw 'thrown'
  })
  floor(async () => {
    throw 'rejected'
  })
  floor(() => 'done')
  await settled()
  expect(heard).toEqual(['thrown', 'rejected'])
})

test('without anybody to hear it, and when that fails too, the page reports it', async () => {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  createFloor()(() => {
    throw 'thrown'
  })
  createFloor(() => {
    throw 'hearing'
  })(() => Promise.reject('rejected'))
  await settled()
  expect(reported).toEqual(['thrown', 'hearing'])
})

test('an event is not lost over what the page made of the one before it', async () => {
  const heard: unknown[] = []
  const failed: unknown[] = []
  const listeners: Record<string, (event?: any) => void> = {}
  const socket: LiveSocket = {
    on(name: string, listener: (event?: any) => void) {
      listeners[name] = listener
    },
    start: async () => {},
    stop: () => {},
    sendEvent: async () => ({}),
  }
  const conversationId = '0198a6f0-0000-7000-8000-0000000000f1'
  const events = [2, 3, 4].map((seq) => ({ event: 'message.deleted', conversationId, seq, data: {} }))
  const live = createLiveChat({
    client: createClient({
      baseUrl: 'http://api.invalid',
      locks: null,
      notes: null,
      fetch: async () => Response.json({ streams: { [conversationId]: { events: [], more: false } } }),
    }),
    openSocket: () => socket,
    onEvent(event) {
      if ('seq' in event && event.seq === 2) throw 'the page'
      heard.push('seq' in event && event.seq)
    },
    onReload: () => {},
    onState: () => {
      throw 'the state'
    },
    onError: (error) => failed.push(error),
  })
  live.start()
  listeners['connected']?.()
  live.follow(conversationId, 1)
  for (const data of events) listeners['group-message']?.({ message: { data } })
  await settled()
  expect(heard).toEqual([3, 4])
  expect(live.positionIn(conversationId)).toBe(4)
  expect(new Set(failed)).toEqual(new Set(['the page', 'the state']))
  live.stop()
})

test('whoever watches the line or the outbox fails for nobody else', async () => {
  const failed: unknown[] = []
  const onError = (error: unknown) => failed.push(error)
  const line = createLine({ onError })
  const states: string[] = []
  line.onChange(() => {
    throw 'the line'
  })
  line.onChange((state) => states.push(state))
  line.note('silence')
  const outbox = createOutbox({
    client: createClient({ baseUrl: 'http://api.invalid', locks: null, notes: null }),
    userId: 'ann',
    locks: null,
    tabs: null,
    onError,
  })
  const told: string[] = []
  outbox.onChange(() => {
    throw 'the outbox'
  })
  outbox.onChange((conversationId) => told.push(conversationId))
  outbox.add('family', { text: 'hello', attachments: [], mentions: [] })
  expect([states, told]).toEqual([['down'], ['family']])
  expect(failed).toEqual(['the line', 'the outbox'])
  await outbox.forget()
})
