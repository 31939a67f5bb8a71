import { expect, test } from 'vitest'
import { deliverable } from '../../../test/contracts/addresses.ts'
import { createConsoleLog } from './log.ts'

function openLog(format: 'json' | 'text', level: 'debug' | 'info' | 'warn' | 'error' = 'info') {
  const lines: string[] = []
  const log = createConsoleLog({ format, level, write: (line) => lines.push(line), now: () => new Date(0) })
  return { log, lines }
}

test('one JSON line an event, below the level nothing', () => {
  const { log, lines } = openLog('json')
  log.debug('unseen')
  log.info('request', { status: 200, route: '/api/healthz', linkedTraceId: undefined })
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'request', status: 200, route: '/api/healthz' },
  ])
})

test('a line has the ids of what is under way, and says them once', () => {
  const lines: string[] = []
  let trace: { trace_id: string; span_id: string } | null = { trace_id: 'a', span_id: 'b' }
  for (const format of ['json', 'text'] as const) {
    const log = createConsoleLog({
      format,
      level: 'info',
      write: (line) => lines.push(line),
      now: () => new Date(0),
      trace: () => trace,
    })
    log.info('request', { trace_id: 'a' })
    log.error('failed', new Error('no'))
  }
  trace = null
  expect(lines.map((line) => line.split(/trace_id|span_id/).length)).toEqual([3, 3, 3, 3])
})

test('a readable line in a terminal', () => {
  const { log, lines } = openLog('text')
  log.warn('slow', { durationMs: 12 })
  expect(lines).toEqual(['00:00:00.000 warn  slow durationMs=12'])
})

test('an error is written with its causes, and without what it should not hold', () => {
  const { log, lines } = openLog('json')
  const secret = [
    'ann.o+x@example.com',
    'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    'v1.01a20b53-3b24-73c1-8d43-b3efc410f3f1.01a20b53-3b27-773a-96a6-085f54d659bb.1.vzv7GO_-fm74S5Vaf8wWbJnjrEo',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
  ]
  log.error('failed', new Error(`outer ${secret[0]}`, { cause: new Error(secret.join(' ')) }), {
    note: secret[0],
  })
  for (const text of secret) expect(lines.join()).not.toContain(text)
  expect(lines.join()).toContain('caused by')
})

test('no address that the doors let in is written, nor a part of it', () => {
  for (const [, address] of deliverable) {
    const { log, lines } = openLog('json')
    log.warn('refused', { note: `could not reach ${address}: again later`, quoted: `<${address}>` })
    expect(JSON.parse(lines[0] ?? ''), address).toMatchObject({
      note: 'could not reach [email]: again later',
      quoted: '<[email]>',
    })
  }
})

test.each(['json', 'text'] as const)('what somebody sent begins no line of its own, as %s', (format) => {
  const { log, lines } = openLog(format)
  const sent = 'x\n12:00:00.000 info  server_started\r\u2028\u0085\u001b[31m{"level":"info"}\u202e'
  log.info('request', { status: 200, note: sent, list: { sent } as never })
  log.error('failed', new Error(sent, { cause: new Error(sent) }), { note: sent })
  for (const line of lines) {
    const [, ...stack] = line.split('\n')
    if (format === 'json') expect(stack).toEqual([])
    // Where a stack is written as it is, its lines are set off from those that begin an event.
    for (const more of stack) expect(more).toMatch(/^ {2}/)
    for (const control of ['\r', '\u001b']) expect(line).not.toContain(control)
    if (format === 'text') expect(line).not.toMatch(/[\u2028\u0085\u202e]/)
  }
})

test('anything may be thrown', () => {
  const { log, lines } = openLog('json')
  const mute = {
    toString() {
      throw new Error('no text')
    },
  }
  const circular = new Error('circular')
  circular.cause = circular
  const thrown = [undefined, null, 'text', { a: 1 }, Symbol('s'), Object.create(null), mute, circular]
  for (const each of thrown) log.error('failed', each)
  expect(lines).toHaveLength(thrown.length)
})
