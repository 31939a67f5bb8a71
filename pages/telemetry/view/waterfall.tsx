import type { StepView, TraceView } from '../../../src/core/platform/observations/observations.model.ts'
import { duration, factsOf, stepName, titleOf } from '../text/words.ts'

const deepest = 5

/** How many steps it is within. */
function depthsOf(steps: readonly StepView[]): ReadonlyMap<string, number> {
  const parents = new Map(steps.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]))
  const depthOf = (spanId: string): number => {
    let depth = 0
    for (let at = parents.get(spanId); at && parents.has(at) && depth < deepest; at = parents.get(at)) depth++
    return depth
  }
  return new Map(steps.map(({ spanId }) => [spanId, depthOf(spanId)]))
}

/** Its words are in the cells beside it. */
function Bar({ step, whole }: { step: StepView; whole: number }) {
  const share = (ms: number) => (whole > 0 ? (ms / whole) * 1_000 : 0)
  const width = Math.max(4, share(step.durationMs))
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={step.failure === null ? undefined : 'failed'}
        x={Math.min(1_000 - width, Math.max(0, share(step.afterMs)))}
        y={1}
        width={width}
        height={8}
      />
    </svg>
  )
}

/** The steps of one part of a trace, each where it lies in time. */
export function Waterfall({ trace }: { trace: TraceView }) {
  const { steps, durationMs, droppedSteps } = trace
  const depths = depthsOf(steps)
  return (
    <>
      <table class="waterfall">
        <caption class="visually-hidden">{`Steps of ${titleOf(trace)}`}</caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="wide-only">
              {`0 to ${duration(durationMs)}`}
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.spanId}>
              <th scope="row" class={`depth-${depths.get(step.spanId) ?? 0}`}>
                {stepName(step)}
                {step.failure !== null && <span class="problem">{` failed: ${step.failure}`}</span>}
                <span class="facts">{factsOf(step).join(' · ')}</span>
              </th>
              <td class="number">{duration(Math.max(0, step.afterMs))}</td>
              <td class="number">{duration(step.durationMs)}</td>
              <td class="drawing">
                <Bar step={step} whole={durationMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {droppedSteps > 0 && <p class="quiet">{`${droppedSteps} more steps were too many to keep.`}</p>}
    </>
  )
}
