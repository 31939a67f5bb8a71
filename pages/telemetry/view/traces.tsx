import { signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { TraceView } from '../../../src/core/platform/observations/observations.model.ts'
import { hasFailed, shown, traces, wanted, wantsFailures } from '../state/seen.ts'
import { duration, firstOf, timeOfDay, titleOf } from '../text/words.ts'
import { Waterfall } from './waterfall.tsx'

/** By its number: what comes in meanwhile changes nothing about it. */
const opened = signal<number | null>(null)

/** Mail and other work that goes on with a trace later are parts of it. */
const partsOf = ({ traceId }: TraceView): readonly TraceView[] =>
  traces.value
    .filter((each) => each.traceId === traceId)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.number - b.number))

function Opened({ trace }: { trace: TraceView }) {
  const parts = partsOf(trace)
  const [{ startedAt } = trace] = parts
  return (
    <div class="opened">
      <p class="small">
        Trace <code>{trace.traceId}</code>, as the log has it.
        {trace.linkedTraceId !== null && (
          <>
            {' '}
            Its caller says that it belongs to <code>{trace.linkedTraceId}</code>.
          </>
        )}
      </p>
      {parts.map((part) => (
        <section key={part.number} aria-label={titleOf(part)}>
          {parts.length > 1 && (
            <h3>
              {titleOf(part)}
              {part.startedAt !== startedAt && (
                <span class="quiet">
                  {`, ${duration(Date.parse(part.startedAt) - Date.parse(startedAt))} after the first`}
                </span>
              )}
            </h3>
          )}
          <Waterfall trace={part} />
        </section>
      ))}
    </div>
  )
}

function Row({ trace }: { trace: TraceView }) {
  const id = useId()
  const isOpen = opened.value === trace.number
  const status = firstOf(trace)?.facts['http.response.status_code']
  return (
    <li class="trace">
      <button
        type="button"
        class="plain"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => {
          opened.value = isOpen ? null : trace.number
        }}
      >
        <span class="grow">{titleOf(trace)}</span>
        {hasFailed(trace) && <span class="problem">failed</span>}
        {status !== undefined && <span>{status}</span>}
        <span class="number">{duration(trace.durationMs)}</span>
        <time class="quiet" dateTime={trace.startedAt}>
          {timeOfDay(trace.startedAt)}
        </time>
      </button>
      {isOpen && (
        <div id={id}>
          <Opened trace={trace} />
        </div>
      )}
    </li>
  )
}

/** The last ones, newest first. */
export function Traces() {
  const all = shown.value
  return (
    <>
      <div class="filters">
        <label>
          Find by route, job or the beginning of a trace id
          <input
            type="search"
            value={wanted.value}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value
            }}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={wantsFailures.value}
            onChange={({ currentTarget }) => {
              wantsFailures.value = currentTarget.checked
            }}
          />
          <span>With failures alone</span>
        </label>
      </div>
      <p class="quiet">{`${all.length} of ${traces.value.length}, newest first`}</p>
      <ol class="traces">
        {all.map((trace) => (
          <Row key={trace.number} trace={trace} />
        ))}
      </ol>
    </>
  )
}
