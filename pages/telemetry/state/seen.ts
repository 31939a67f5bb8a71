import { computed, signal } from '@preact/signals'
import type {
  RouteView,
  Seen,
  TraceView,
} from '../../../src/core/platform/observations/observations.model.ts'
import { type Load, unreachable } from '../../base/api/ask.ts'
import { loosely } from '../../base/state/loosely.ts'
import { titleOf } from '../text/words.ts'

const everyMs = 2_000
const most = 200

export const load = signal<Load>('loading')
export const isPaused = signal(false)
/** Newest first. */
export const traces = signal<readonly TraceView[]>([])
export const routes = signal<readonly RouteView[]>([])
/** In seconds. */
export const bounds = signal<readonly number[]>([])

export const wanted = signal('')
export const wantsFailures = signal(false)

export const hasFailed = ({ steps }: TraceView): boolean => steps.some(({ failure }) => failure !== null)

/** Those that are asked for: by their words, or by the beginning of an id, as the log has it. */
export const shown = computed(() => {
  const text = wanted.value.trim().toLowerCase()
  return traces.value.filter(
    (trace) =>
      (!wantsFailures.value || hasFailed(trace)) &&
      (text === '' || trace.traceId.startsWith(text) || titleOf(trace).toLowerCase().includes(text)),
  )
})

async function read(): Promise<void> {
  const last = traces.value[0]?.number ?? 0
  let seen: Seen
  try {
    const answer = await fetch(`/dev/telemetry/seen/${last}`, { headers: { accept: 'application/json' } })
    if (!answer.ok) {
      load.value = {
        kind: 'refused',
        message: `The server answered ${answer.status}.`,
        status: answer.status,
      }
      return
    }
    seen = (await answer.json()) as Seen
  } catch {
    load.value = unreachable
    return
  }
  traces.value = [...[...seen.traces].reverse(), ...traces.value].slice(0, most)
  routes.value = seen.routes
  bounds.value = seen.bounds
  load.value = 'ready'
}

let reading: Promise<void> | null = null
/** One at a time, however often it is asked. */
export function readNow(): Promise<void> {
  reading ??= read().finally(() => {
    reading = null
  })
  return reading
}

/** Reads again and again, while somebody looks. */
export function follow(): void {
  const isLooking = () => !isPaused.value && document.visibilityState === 'visible'
  loosely(readNow)
  setInterval(() => isLooking() && loosely(readNow), everyMs)
  document.addEventListener('visibilitychange', () => isLooking() && loosely(readNow))
}
