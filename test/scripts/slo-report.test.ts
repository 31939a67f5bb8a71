import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { slos } from '../../scripts/slo/objectives.ts'
import { createReport } from '../../scripts/slo/report.ts'
import { createConsoleLog } from '../../src/adapters/console/log.ts'
import { root } from '../docs/pages.ts'

const startMs = Date.UTC(2026, 10, 28, 8)

/** Lines as the program writes them. */
function linesOf(write: (log: ReturnType<typeof createConsoleLog>, pass: (ms: number) => void) => void) {
  const lines: string[] = []
  let now = startMs
  const log = createConsoleLog({
    format: 'json',
    level: 'info',
    write: (line) => lines.push(line),
    now: () => new Date(now),
  })
  write(log, (ms) => {
    now += ms
  })
  return lines
}
const request = (more: object = {}) => ({
  requestId: 'one',
  method: 'GET',
  route: '/api/v1/courses',
  status: 200,
  durationMs: 12,
  ...more,
})
function reportOn(lines: readonly string[]) {
  const report = createReport()
  for (const line of lines) report.take(line)
  const { kept, ...rest } = report.results()
  return { ...rest, ...Object.fromEntries(kept.map(({ name, ...each }) => [name, each])), kept }
}
const good = linesOf((log, pass) => {
  for (let n = 0; n < 2_000; n++) {
    log.info('request', request({ durationMs: n % 50 === 0 ? 1_500 : 12 }))
    pass(10_000)
  }
  for (let n = 0; n < 50; n++)
    log.info('request', request({ route: '/api/readyz', status: 503, durationMs: 8_000 }))
  log.info('request', request({ status: 500 }))
  for (const status of [200, 401, 401, 429])
    log.info('request', request({ method: 'POST', route: '/api/v1/auth/login', status }))
  log.warn('mail_waits', { waiting: 1, waitingSinceMs: 400_000 })
})

test('each promise has its line, and a good day breaks none', () => {
  const report = reportOn(good)
  expect(report.kept.map(({ name }) => name)).toEqual(slos.map(({ name }) => name))
  expect(report).toMatchObject({
    unreadable: 0,
    from: '2026-11-28T08:00:00.000Z',
    availability: { broken: false, says: expect.stringContaining('1 of 2005') },
    latency: { broken: false },
    logins: { broken: false, says: expect.stringContaining('0 of 1 ') },
    messages: { broken: null },
    mail: { broken: false },
    forms: { broken: false },
    audit: { broken: false },
  })
})

test.each([
  [
    'availability',
    () =>
      linesOf((log) =>
        [500, 503, 500, 500, 502, 200].map((status) => log.info('request', request({ status }))),
      ),
  ],
  [
    'latency',
    () => linesOf((log) => [1_001, 3, 3].map((durationMs) => log.info('request', request({ durationMs })))),
  ],
  [
    'logins',
    () =>
      linesOf((log) =>
        [503, 200].map((status) =>
          log.info('request', request({ method: 'POST', route: '/api/v1/auth/login', status })),
        ),
      ),
  ],
  ['mail', () => linesOf((log) => log.warn('mail_waits', { waiting: 1, waitingSinceMs: 600_001 }))],
  ['forms', () => linesOf((log) => log.warn('forms_overdue', { escalated: 1, putAside: 0 }))],
  ['audit', () => linesOf((log) => log.error('audit_damaged', new Error('no')))],
])('%s is broken', (name, lines) => {
  expect(reportOn([...lines()])).toMatchObject({ [name]: { broken: true } })
})

test('the hours in which it went wrong too fast are named', () => {
  const lines = linesOf((log, pass) => {
    for (let n = 0; n < 400; n++) {
      log.info('request', request({ status: n < 6 ? 500 : 200 }))
      pass(20_000)
    }
  })
  expect(reportOn(lines)).toMatchObject({
    availability: { says: expect.stringContaining('14.4 times too fast in 2026-11-28T08') },
  })
})

test('what is no line of ours is counted and does no harm', () => {
  const hostile = ['', 'plain', '{', 'null', '[1]', '{"at":"never","event":"request"}', '{"at":1,"event":2}']
  const odd = ['{"at":"2026-11-28T08:00:00.000Z","event":"request","route":{},"status":"500"}']
  expect(reportOn([...hostile, ...odd])).toMatchObject({
    told: 1,
    unreadable: 6,
    availability: { broken: null },
  })
})

const directory = mkdtempSync(join(tmpdir(), 'slo-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const run = (...files: readonly string[]) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) =>
    execFile(process.execPath, ['scripts/slo-report.ts', ...files], { cwd: root }, (error, out, said) =>
      resolve({ code: error ? Number(error.code) : 0, out, said }),
    ),
  )

test('as a command: 0 where all was kept, 1 where not, 2 where nothing tells', async () => {
  const files = ['good', 'bad', 'none'].map((name) => join(directory, `${name}.log`))
  const [goodFile = '', badFile = '', noFile = ''] = files
  writeFileSync(goodFile, good.join('\n'))
  writeFileSync(
    badFile,
    linesOf((log) => log.warn('forms_overdue', { escalated: 1, putAside: 0 })).join('\n'),
  )
  writeFileSync(noFile, '08:00:00.000 info request\n')
  const [kept, broken, none, noName, missing] = await Promise.all([
    run(goodFile),
    run(goodFile, badFile),
    run(noFile),
    run(),
    run(join(directory, 'missing.log')),
  ])
  expect(kept).toMatchObject({ code: 0, out: expect.stringContaining('kept    availability') })
  expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('BROKEN  forms') })
  for (const each of [none, noName, missing]) {
    expect(each.code).toBe(2)
    expect(each.said.trim().split('\n')).toHaveLength(1)
  }
})
