import { expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { useTarget } from './target.ts'

const { openBrowser, printed, send } = useTarget()

/** On the Functions host a line of a call comes within one of the host. */
const read = (line: string): readonly any[] => {
  if (!line.startsWith('{')) return []
  const { message, ...rest } = JSON.parse(line)
  return rest.event === 'rpc_log' ? read(message) : [rest]
}
const linesOf = (event: string) =>
  printed()
    .split('\n')
    .flatMap(read)
    .filter((line) => line.event === event)

test('every line of a request has the ids of its trace, which no other request has', async () => {
  const { call } = openBrowser()
  await Promise.all([
    ...Array.from({ length: 5 }, () => send('/api/v1/courses')),
    call('POST', '/api/v1/auth/login', { body: { email: 'admin@example.org', password: demoPassword } }),
  ])
  await expect.poll(() => linesOf('request').length).toBeGreaterThanOrEqual(6)
  const requests = linesOf('request')
  for (const { trace_id, span_id } of requests) {
    expect(trace_id).toMatch(/^(?!0{32})[\da-f]{32}$/)
    expect(span_id).toMatch(/^(?!0{16})[\da-f]{16}$/)
  }
  expect(new Set(requests.map(({ trace_id }) => trace_id)).size).toBe(requests.length)
})

test('a stranger who names a trace is linked; only a host that takes strangers in goes on with it', async () => {
  const traceId = 'c'.repeat(31)
  const named = Array.from({ length: 3 }, (_, n) => `${traceId}${n}`)
  for (const each of named)
    await send('/api/healthz', { headers: { traceparent: `00-${each}-${'d'.repeat(16)}-01` } })
  const linked = () => linesOf('request').filter(({ linkedTraceId }) => named.includes(linkedTraceId))
  await expect.poll(() => linked().length).toBe(3)
  const host = new Set(linesOf('host_invocation').map(({ trace_id }) => trace_id))
  for (const { trace_id, span_id } of linked()) {
    expect(named.includes(trace_id)).toBe(host.has(trace_id))
    expect(span_id).not.toBe('d'.repeat(16))
  }
})
