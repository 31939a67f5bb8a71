import { expect, test } from 'vitest'
import { createInvocationLines, type HostLog } from './invocation-lines.ts'

type Filed = readonly [call: string, level: string, line: string]

function openLines() {
  const filed: Filed[] = []
  const hostOf = (call: string): HostLog => ({
    debug: (line: string) => void filed.push([call, 'debug', line]),
    info: (line: string) => void filed.push([call, 'info', line]),
    warn: (line: string) => void filed.push([call, 'warn', line]),
    error: (line: string) => void filed.push([call, 'error', line]),
  })
  const lines = createInvocationLines((line, level) => filed.push(['outside', level, line]))
  return { ...lines, filed, hostOf }
}

test('a line goes to the call that it is said in, however deep and however many are under way, and once', async () => {
  const { write, within, filed, hostOf } = openLines()
  const gate = Promise.withResolvers<void>()
  const levels = ['debug', 'info', 'warn', 'error'] as const
  const deep = async (level: (typeof levels)[number]) => {
    await gate.promise
    await new Promise((resolve) => setImmediate(resolve))
    write(`said at ${level}`, level)
  }
  const calls = levels.map((level) => within(hostOf(`call of ${level}`), () => deep(level)))
  write('between', 'warn')
  gate.resolve()
  await Promise.all(calls)
  expect(filed).toEqual([
    ['outside', 'warn', 'between'],
    ...levels.map((level) => [`call of ${level}`, level, `said at ${level}`]),
  ])
})

test('what goes on after a call, answered or failed, is said outside', async () => {
  const { write, within, filed, hostOf } = openLines()
  const later = Promise.withResolvers<void>()
  const ends: Promise<void>[] = []
  const work = (name: string) => async () => {
    ends.push(later.promise.then(() => write(`after ${name}`, 'error')))
    write(`in ${name}`, 'info')
    if (name === 'failed') throw new Error('on purpose')
    return name
  }
  expect(await within(hostOf('a'), work('answered'))).toBe('answered')
  await expect(within(hostOf('b'), work('failed'))).rejects.toThrow('on purpose')
  later.resolve()
  await Promise.all(ends)
  expect(filed).toEqual([
    ['a', 'info', 'in answered'],
    ['b', 'info', 'in failed'],
    ['outside', 'error', 'after answered'],
    ['outside', 'error', 'after failed'],
  ])
})

test('a channel that has ended takes no line away, and throws nothing', async () => {
  const { write, within, filed, hostOf } = openLines()
  const broken = {
    ...hostOf('call'),
    error() {
      throw new Error('write after end')
    },
  }
  await within(broken, async () => write('the last words', 'error'))
  expect(filed).toEqual([['outside', 'error', 'the last words']])
})
