import type { FactName, Facts } from './telemetry-facts.ts'

interface Definition {
  readonly kind: 'histogram' | 'counter' | 'gauge'
  /** As UCUM has it: `s` for seconds. */
  readonly unit:
    | 's'
    | '{request_unit}'
    | '{mail}'
    | '{push}'
    | '{form}'
    | '{damage}'
    | '{message}'
    | '{connection}'
    | '{login}'
    | '{request}'
    | '{trace}'
  /** The facts by which it is told apart, and no others: what they may be bounds how much it holds. */
  readonly by: readonly FactName[]
  readonly says: string
}

/** Every metric there is. Names of the OpenTelemetry semantic conventions where there is one. */
export const metricDefinitions = {
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    by: ['http.request.method', 'http.route', 'http.response.status_class'],
    says: 'Requests, by the pattern of the route and the class of the answer.',
  },
  'db.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    by: ['db.system.name', 'db.collection.name', 'db.operation.name', 'error.type'],
    says: 'Calls of databases and the cache.',
  },
  'app.port.duration': {
    kind: 'histogram',
    unit: 's',
    by: ['app.system', 'app.operation', 'error.type'],
    says: 'Calls of everything else that leaves the process, waits for the disk or computes for long.',
  },
  'app.job.duration': {
    kind: 'histogram',
    unit: 's',
    by: ['app.job.name', 'error.type'],
    says: 'Runs of jobs.',
  },
  'cosmos.request_charge': {
    kind: 'histogram',
    unit: '{request_unit}',
    by: ['db.collection.name'],
    says: 'What Cosmos DB charged for a request.',
  },
  'cosmos.throttled': {
    kind: 'counter',
    unit: '{request}',
    by: ['db.collection.name'],
    says: 'Requests that Cosmos DB refused with 429.',
  },
  'auth.login.success': { kind: 'counter', unit: '{login}', by: ['app.login.way'], says: 'Logins.' },
  'auth.login.error': {
    kind: 'counter',
    unit: '{login}',
    by: ['app.login.way', 'app.login.reason'],
    says: 'Logins that were refused, and why.',
  },
  'auth.login.duration': {
    kind: 'histogram',
    unit: 's',
    by: ['app.login.way'],
    says: 'How long logins take, refused ones too.',
  },
  'chat.message.delivery': {
    kind: 'histogram',
    unit: 's',
    by: [],
    says: 'From the commit of a change in a conversation until it was handed over to the devices.',
  },
  'chat.message.late': {
    kind: 'counter',
    unit: '{message}',
    by: [],
    says: 'Changes in conversations that were not handed over within a second of their commit, or not at the first try.',
  },
  'mail.queue.age': {
    kind: 'gauge',
    unit: 's',
    by: [],
    says: 'Since when the oldest mail could have been sent, as last counted.',
  },
  'mail.dead': {
    kind: 'gauge',
    unit: '{mail}',
    by: [],
    says: 'Dead letters that somebody has to look at, as last counted.',
  },
  'forms.overdue': {
    kind: 'gauge',
    unit: '{form}',
    by: [],
    says: '1 where a form waits that nobody looked at in the promised time, else 0, as last looked.',
  },
  'audit.verified_age': {
    kind: 'gauge',
    unit: 's',
    by: [],
    says: 'Since when the audit log was last found intact, as far as this process has looked.',
  },
  'audit.damaged': {
    kind: 'gauge',
    unit: '{damage}',
    by: [],
    says: '1 where the audit log was found damaged when it was last verified, else 0.',
  },
  'keys.signing_age': {
    kind: 'gauge',
    unit: 's',
    by: [],
    says: 'For how long the signing key in use has been in use.',
  },
  'push.sent': {
    kind: 'counter',
    unit: '{push}',
    by: ['app.push.service', 'app.push.outcome'],
    says: 'Devices that were told that something is there, by what became of it.',
  },
  'hasher.wait': {
    kind: 'histogram',
    unit: 's',
    by: [],
    says: 'How long a password waits for its turn to be hashed.',
  },
  'realtime.connections': {
    kind: 'gauge',
    unit: '{connection}',
    by: [],
    says: 'Devices that are connected to the server in this process.',
  },
  'jobs.last_success_age': {
    kind: 'gauge',
    unit: 's',
    by: ['app.job.name'],
    says: 'Since when a job last ended well in this process; since its start where it never did.',
  },
  'event_loop.delay': {
    kind: 'gauge',
    unit: 's',
    by: [],
    says: 'How late the event loop was, for one turn in a hundred, since this was last asked.',
  },
  'telemetry.dropped': {
    kind: 'counter',
    unit: '{trace}',
    by: [],
    says: 'Traces that were to be kept and found no room, or could not be sent.',
  },
} as const satisfies Readonly<Record<string, Definition>>

export type MetricName = keyof typeof metricDefinitions
type OfKind<Kind> = {
  [N in MetricName]: (typeof metricDefinitions)[N]['kind'] extends Kind ? N : never
}[MetricName]
export type CounterName = OfKind<'counter'>
export type HistogramName = OfKind<'histogram'>
export type GaugeName = OfKind<'gauge'>

export const definitionOf = (name: MetricName): Definition => metricDefinitions[name]

/** Upper bounds in the unit of the metric; beyond the last there is one more bucket. */
export const boundsOf = (name: HistogramName): readonly number[] =>
  name === 'cosmos.request_charge' ? charges : seconds

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const charges = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000]

/** One metric by one set of facts, since the process began. */
export type MetricPoint = { readonly facts: Facts } & (
  | { readonly kind: 'counter' | 'gauge'; readonly value: number }
  | {
      readonly kind: 'histogram'
      readonly count: number
      readonly sum: number
      /** As many as there are bounds, and one more: how many fell into each. */
      readonly buckets: readonly number[]
    }
)

export interface MetricReading {
  readonly name: MetricName
  readonly points: readonly MetricPoint[]
}
