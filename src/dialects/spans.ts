import type { FinishedStep } from '../ports/finished-traces.ts'
import type { StepName } from '../ports/telemetry.ts'

/** As OpenTelemetry sorts spans. */
export type SpanKind = 'internal' | 'server' | 'client' | 'consumer'

/** Ports behind which this process itself computes. */
const computing = /^(?:hasher|images|pictureConverter)\./
const consuming: readonly StepName[] = [
  'announcement',
  'decision',
  'deferred',
  'erasure',
  'export',
  'import',
  'mail',
]

export function kindOf({ name }: FinishedStep): SpanKind {
  if (name === 'request') return 'server'
  if (name === 'job' || computing.test(name)) return 'internal'
  return consuming.includes(name) ? 'consumer' : 'client'
}

/** What a span is called: of few values, since that is what it is grouped by. */
export function spanName({ name, facts }: FinishedStep): string {
  const more = [
    facts['http.route'],
    facts['app.job.name'],
    facts['app.task.name'],
    facts['app.mail.template'],
    facts['db.collection.name'],
  ].find((value) => value !== undefined)
  if (name === 'request') return [facts['http.request.method'] ?? 'HTTP', more].filter(Boolean).join(' ')
  return [name, more].filter(Boolean).join(' ')
}

/** Its facts, but for those that only metrics are told apart by. */
export const attributesOf = ({
  facts,
}: FinishedStep): readonly (readonly [string, string | number | boolean])[] =>
  Object.entries(facts).filter(([key]) => key !== 'http.response.status_class')
