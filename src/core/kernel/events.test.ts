import { expect, test } from 'vitest'
import { createEvent, createQuestion } from './events.ts'

test('listeners hear one after another, in the order in which they were attached', async () => {
  const heard: string[] = []
  const event = createEvent<string>('users.renamed')
  const slow = event.listener('slow', async (name) => {
    await new Promise((resolve) => queueMicrotask(() => resolve(null)))
    heard.push(`slow ${name}`)
  })
  const quick = event.listener('quick', async (name) => void heard.push(`quick ${name}`))
  slow.attach()
  quick.attach()
  await event.emit('Ann')
  expect(heard).toEqual(['slow Ann', 'quick Ann'])
})

test('one that fails keeps nobody from hearing, and fails who told', async () => {
  const heard: string[] = []
  const event = createEvent<string>('users.renamed')
  event.listener('broken', () => Promise.reject(new Error('broken'))).attach()
  event.listener('other', async (name) => void heard.push(name)).attach()
  await expect(event.emit('Ann')).rejects.toThrow('broken')
  event.listener('worse', () => Promise.reject(new Error('worse'))).attach()
  await expect(event.emit('Ben')).rejects.toMatchObject({
    errors: [new Error('broken'), new Error('worse')],
  })
  expect(heard).toEqual(['Ann', 'Ben'])
})

test('a listener says what it listens to and whose it is; nobody listens twice', () => {
  const event = createEvent<string>('users.renamed')
  const listener = event.listener('chat', async () => {})
  expect(listener).toMatchObject({ to: 'users.renamed', by: 'chat' })
  listener.attach()
  expect(() => event.listener('chat', async () => {}).attach()).toThrow('chat listens to users.renamed twice')
})

test('a question is answered by one for each key', () => {
  const question = createQuestion<'course' | 'form', () => string>('files.bindings')
  question.listener('course', () => 'by courses').attach()
  expect(question.of('course')?.()).toBe('by courses')
  expect(question.of('form')).toBeUndefined()
  expect(question.all()).toHaveLength(1)
})
