import type { FinishedStep, FinishedTrace } from '../../ports/finished-traces.ts'
import type { Step, StepName } from '../../ports/telemetry.ts'
import type { Facts, FailureType } from '../../ports/telemetry-facts.ts'

/** The part of a trace that runs in this process. */
export interface LiveTrace {
  readonly id: string
  /** Whether it is one of those that are kept by chance. */
  readonly isPicked: boolean
  readonly link: FinishedTrace['link']
  /** Milliseconds from the timer to the epoch: within a trace the time of day may be set anew, and changes nothing. */
  readonly epochMs: number
  /** Those that have ended, each with when: what they say is worked out where it is kept. */
  readonly ended: { readonly step: LiveStep; readonly at: number }[]
  droppedSteps: number
  /** Null while its first step is under way; 0 when it was not kept. */
  standsFor: number | null
}

/** A step that is under way. */
export interface LiveStep extends Step {
  readonly trace: LiveTrace
  /** Made when first asked for: most are never shown. */
  spanId(): string
  /** What is said of it so far. */
  facts(): Facts
  failure(): FailureType | null
  /** What it says of itself once it has ended. */
  finished(endedAt: number): FinishedStep
}

/** Bytes that are asked for one by one cost more than the rest of a step. */
const pool = new Uint8Array(4_096)
let next = pool.length
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function randomHex(bytes: number): string {
  if (next + bytes > pool.length) {
    crypto.getRandomValues(pool)
    next = 0
  }
  let text = ''
  for (const end = next + bytes; next < end; next++) text += hexOf[pool[next] ?? 0]
  return text
}

/** An id of zeros is none. */
function randomId(bytes: number): string {
  const id = randomHex(bytes)
  return /[^0]/.test(id) ? id : randomId(bytes)
}

export const newTraceId = (): string => randomId(16)

export function createLiveStep(
  trace: LiveTrace,
  name: StepName,
  /** Asked for only where the step is shown. */
  parentSpanId: () => string | null,
  given: Facts,
  /** In milliseconds of the timer. */
  startedAt: number,
): LiveStep {
  let facts = given
  let failure: FailureType | null = null
  let id: string | undefined
  const spanId = () => {
    id ??= randomId(8)
    return id
  }
  return {
    trace,
    spanId,
    facts: () => facts,
    failure: () => failure,
    set(more) {
      facts = { ...facts, ...more }
    },
    fail(type) {
      failure = type
      facts = { ...facts, 'error.type': type }
    },
    finished: (endedAt) => ({
      name,
      spanId: spanId(),
      parentSpanId: parentSpanId(),
      startedAtMs: trace.epochMs + startedAt,
      durationMs: Math.max(0, endedAt - startedAt),
      facts,
      failure,
    }),
  }
}
