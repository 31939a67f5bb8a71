import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

describe('what nobody caught', () => {
  const server = JSON.stringify(new URL('server.ts', import.meta.url).href)
  /** A process that stops in good order, in which something happens. */
  const run = (happens: string) => {
    const program = `
      import { stopInGoodOrder } from ${server}
      const say = (name) => (...facts) => console.log(JSON.stringify([name, facts[0], String(facts[1] ?? '')]))
      const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
      stopInGoodOrder(log, [
        () => { throw new Error('this step fails') },
        async () => say('closed')('in good order'),
      ])
      setInterval(() => {}, 1_000)
      ${happens}`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    return {
      status,
      events: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).slice(0, 2).join(' ')),
    }
  }

  test.each([
    ['uncaught_exception', "queueMicrotask(() => { throw new Error('thrown') })"],
    ['uncaught_exception', "setTimeout(() => { throw new Error('thrown') })"],
    ['uncaught_exception', "process.nextTick(() => { throw 'no error' })"],
    ['unhandled_rejection', "Promise.reject(new Error('rejected'))"],
  ])('%s is logged, then the process stops in good order and leaves with 1: %s', (name, happens) => {
    const { status, events } = run(happens)
    expect(events).toEqual([
      `error ${name}`,
      'info server_stopping',
      'error stop_step_failed',
      'closed in good order',
    ])
    expect(status).toBe(1)
  })

  test('another one while the process stops is logged, and the stop goes on', () => {
    const { status, events } = run("Promise.reject(new Error('first')); Promise.reject(new Error('second'))")
    expect(events.filter((event) => event === 'error unhandled_rejection')).toHaveLength(2)
    expect(events).toContain('closed in good order')
    expect(status).toBe(1)
  })
})
