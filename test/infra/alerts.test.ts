import { beforeAll, describe, expect, test } from 'vitest'
import { alerts } from '../../scripts/slo/alerts.ts'
import { describeRules } from '../../scripts/slo/rules.ts'
import { atPace, type Hour, nowMs, rowsOf } from './hours.ts'
import { runQueries, whyNotRun } from './kql-engine.ts'

/* Each alert is made to fire, by its own query over an hour that is bad in one way, and is silent over a good one. */

const paces = ['full', 'thrifty'] as const
type Pace = (typeof paces)[number]

const from = (minute: number, bad: ReturnType<NonNullable<Hour['minute']>>): Hour => ({
  minute: (at) => (at >= minute ? bad : {}),
})

const badHours: Readonly<Record<string, readonly Hour[]>> = {
  'availability-burns-fast': [from(20, { failing: 2 })],
  'availability-burns-slowly': [from(0, { requests: 200, failing: 2 })],
  'requests-fail': [from(40, { failing: 4 })],
  'requests-slow': [from(40, { slow: 5 })],
  'logins-refused': [from(57, { guesses: 11 }), from(57, { lost: 11 })],
  'logins-burn-fast': [from(20, { lost: 1 })],
  'logins-burn-slowly': [from(0, { logins: 40, lost: 1 })],
  'messages-burn-fast': [from(0, { late: 10 }), from(0, { messages: 0, late: 10 })],
  'messages-burn-slowly': [from(0, { late: 5 })],
  'cosmos-throttles': [from(56, { throttled: 1 })],
  'mail-waits': [from(50, { gauges: { 'mail.queue.age': 700 } })],
  'mail-is-dead': [from(30, { gauges: { 'mail.dead': 1 } })],
  'forms-overdue': [from(30, { gauges: { 'forms.overdue': 1 } })],
  'jobs-stand-still': [from(0, { stopped: ['send-mail'] }), from(0, { broken: ['watch-mail'] })],
  'jobs-are-late': [
    from(0, { stopped: ['verify-audit'] }),
    from(0, { stopped: ['forget-sent-mail'] }),
    from(0, { broken: ['renew-form-keys'] }),
  ],
  'audit-not-verified': [
    from(0, { gauges: { 'audit.verified_age': 27 * 3_600 } }),
    from(0, { gauges: { 'audit.verified_age': null, 'audit.damaged': 1 } }),
  ],
  'keys-are-old': [from(0, { gauges: { 'keys.signing_age': 91 * 86_400 } })],
  'certificate-ends': [from(0, { uptime: { certificate: 'failed' } })],
  'event-loop-late': [from(50, { gauges: { 'event_loop.delay': 0.4 } })],
  'uptime-healthz': [
    from(45, { uptime: { healthz: 'failed' } }),
    from(45, { uptime: { healthz: 'slow' } }),
    from(0, { uptime: { healthz: 'not asked' } }),
  ],
  'uptime-readyz': [from(25, { uptime: { readyz: 'failed' } }), from(0, { uptime: { readyz: 'not asked' } })],
  'no-telemetry': [{ isDark: true }],
}

const good: readonly (readonly [what: string, hour: Hour])[] = [
  ['as usual', {}],
  [
    'with what may happen',
    {
      minute: (at) => ({
        failing: at === 30 ? 1 : 0,
        lost: at === 20 ? 1 : 0,
        late: at % 10 === 0 ? 1 : 0,
        guesses: at % 7 === 0 ? 9 : 1,
        throttled: at === 3 ? 5 : 0,
        gauges: { 'event_loop.delay': at % 20 === 0 ? 0.9 : 0.01 },
        uptime: at === 50 ? { healthz: 'failed', readyz: 'failed' } : {},
      }),
    },
  ],
]

/** As far as an alert lets it go. */
const atTheEdge: Readonly<Record<string, Hour>> = {
  'availability-burns-fast': from(0, { requests: 1_000, failing: 14 }),
  'requests-fail': from(0, { failing: 3 }),
  'requests-slow': from(0, { slow: 3 }),
  'logins-refused': from(0, { guesses: 10 }),
  'messages-burn-slowly': from(0, { late: 3 }),
  'mail-waits': from(0, { gauges: { 'mail.queue.age': 600 } }),
  'audit-not-verified': from(0, { gauges: { 'audit.verified_age': 26 * 3_600 } }),
  'keys-are-old': from(0, { gauges: { 'keys.signing_age': 90 * 86_400 } }),
  'event-loop-late': from(57, { gauges: { 'event_loop.delay': 5 } }),
  'uptime-healthz': from(55, { uptime: { healthz: 'failed' } }),
  'uptime-readyz': from(55, { uptime: { readyz: 'failed' } }),
}

const { rules } = JSON.parse(describeRules()) as {
  readonly rules: readonly {
    readonly name: string
    readonly query: string
    readonly full: { readonly window: string }
    readonly thrifty: { readonly window: string }
  }[]
}
/** Of what the rule in Azure says, not of the table. */
function minutesOf(window: string): number {
  const [, days = 0, hours = 0, minutes = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(window) ?? []
  return (Number(days) * 24 + Number(hours)) * 60 + Number(minutes)
}
const askedAt = (pace: Pace) =>
  rules.map(({ name, query, [pace]: { window } }) => ({ name, query, windowMinutes: minutesOf(window) }))

function remembered<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new Map<Given, Made>()
  return (given) => {
    const made = known.get(given) ?? make(given)
    known.set(given, made)
    return made
  }
}

test('each alert has hours in which it has to fire', () =>
  expect(Object.keys(badHours).toSorted()).toEqual(alerts.map(({ name }) => name).toSorted()))

describe.skipIf(whyNotRun !== null)(`by its own query${whyNotRun ? ` (not run: ${whyNotRun})` : ''}`, () => {
  const bad = Object.entries(badHours).flatMap(([name, hours]) =>
    hours.flatMap((hour, at) => paces.map((pace) => ({ name, hour, at, pace }))),
  )
  const calm = good.flatMap(([what, hour]) => paces.map((pace) => ({ what, hour, pace })))
  const edges = Object.entries(atTheEdge).map(([name, hour]) => ({ name, hour, pace: 'full' as const }))
  let found: Awaited<ReturnType<typeof runQueries>> = []
  beforeAll(async () => {
    const once = remembered(rowsOf)
    const worlds = [
      ...bad.map((each) => ({ ...each, asked: askedAt(each.pace).filter(({ name }) => name === each.name) })),
      ...edges.map((each) => ({
        ...each,
        asked: askedAt(each.pace).filter(({ name }) => name === each.name),
      })),
      ...calm.map((each) => ({ ...each, asked: askedAt(each.pace) })),
    ]
    found = await runQueries(
      await Promise.all(
        worlds.map(async ({ hour, pace, asked }) => ({
          workspace: atPace(await once(hour), pace),
          queries: asked,
        })),
      ),
      nowMs,
    )
  }, 300_000)

  test.each(bad.map(({ name, at, pace }, world) => ({ name, at, pace, world })))(
    '$name fires in its bad hour $at, pace $pace',
    ({ world }) => {
      expect(found[world]).toHaveLength(1)
      expect(found[world]?.[0]).not.toEqual([])
    },
  )

  test.each(edges.map(({ name }, at) => ({ name, world: bad.length + at })))(
    '$name is silent at its edge',
    ({ world }) => expect(found[world]).toEqual([[]]),
  )

  test.each(calm.map(({ what, pace }, at) => ({ what, pace, world: bad.length + edges.length + at })))(
    'all are silent over an hour $what, pace $pace',
    ({ pace, world }) => {
      const answers = askedAt(pace).map(({ name }, at) => [name, found[world]?.[at]])
      expect(answers).toEqual(askedAt(pace).map(({ name }) => [name, []]))
    },
  )
})
