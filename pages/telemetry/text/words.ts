import type { StepView, TraceView } from '../../../src/core/platform/observations/observations.model.ts'

/** What a step is about, of the facts that say so. */
const about = [
  'http.route',
  'app.job.name',
  'app.task.name',
  'app.mail.template',
  'db.collection.name',
] as const

export function stepName({ name, facts }: StepView): string {
  const subject = about.map((fact) => facts[fact]).find((value) => value !== undefined)
  const method = facts['http.request.method']
  return [name === 'request' ? (method ?? name) : name, subject].filter(Boolean).join(' ')
}

/** The step that the others are part of: it comes from elsewhere, or from nowhere. */
export function firstOf({ steps }: Pick<TraceView, 'steps'>): StepView | undefined {
  const ids = new Set(steps.map(({ spanId }) => spanId))
  return steps.find(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId))
}

export function titleOf(trace: Pick<TraceView, 'steps'>): string {
  const first = firstOf(trace)
  return first ? stepName(first) : ''
}

/** What the title says already is not said again. */
const said: readonly string[] = [
  ...about,
  'http.request.method',
  'db.operation.name',
  'app.operation',
  'error.type',
]

const lastWord = (name: string): string =>
  (name.split('.').findLast((part) => part !== 'name') ?? name).replaceAll('_', ' ')

export const factsOf = ({ facts }: StepView): readonly string[] =>
  Object.entries(facts)
    .filter(([name]) => !said.includes(name) && name !== 'http.response.status_class')
    .map(([name, value]) => `${lastWord(name)} ${value}`)

export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1_000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`
}

export const timeOfDay = (at: string): string => new Date(at).toLocaleTimeString('en-US', { hour12: false })
