import type { RouteView } from '../../../src/core/platform/observations/observations.model.ts'
import { bounds, routes } from '../state/seen.ts'
import { quantile } from '../text/quantile.ts'
import { duration } from '../text/words.ts'

const shares = [
  ['Median', 0.5],
  ['95 %', 0.95],
  ['99 %', 0.99],
] as const

/** Its words are in the cells beside it. */
function Spread({ buckets }: Pick<RouteView, 'buckets'>) {
  const highest = Math.max(1, ...buckets)
  return (
    <svg class="spread" viewBox={`0 0 ${buckets.length} 10`} preserveAspectRatio="none" aria-hidden="true">
      {buckets.map((count, at) => {
        const height = count === 0 ? 0 : Math.max(0.5, (count / highest) * 10)
        return <rect key={at} x={at + 0.1} y={10 - height} width={0.8} height={height} />
      })}
    </svg>
  )
}

const keyOf = ({ method, route, statusClass }: RouteView): string => `${method} ${route} ${statusClass}`

/** How long requests took since the process began, by route and by how they were answered. */
export function Routes() {
  const all = [...routes.value].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  if (all.length === 0) return <p class="quiet">No request was answered yet.</p>
  return (
    <table class="routes">
      <caption class="visually-hidden">How long requests took, by route</caption>
      <thead>
        <tr>
          <th scope="col">Route</th>
          <th scope="col">Answered</th>
          <th scope="col" class="number">
            Requests
          </th>
          {shares.map(([title]) => (
            <th key={title} scope="col" class="number">
              {title}
            </th>
          ))}
          <th scope="col">{`From ${duration((bounds.value[0] ?? 0) * 1_000)} to more than ${duration((bounds.value.at(-1) ?? 0) * 1_000)}`}</th>
        </tr>
      </thead>
      <tbody>
        {all.map((each) => (
          <tr key={keyOf(each)}>
            <th scope="row">{`${each.method} ${each.route}`}</th>
            <td data-title="Answered" class={each.statusClass === '5xx' ? 'problem' : undefined}>
              {each.statusClass}
            </td>
            <td data-title="Requests" class="number">
              {each.count}
            </td>
            {shares.map(([title, share]) => {
              const { seconds, isMore } = quantile(share, each.buckets, bounds.value)
              return (
                <td key={title} data-title={title} class="number">
                  {`${isMore ? '> ' : ''}${duration(seconds * 1_000)}`}
                </td>
              )
            })}
            <td class="drawing">
              <Spread buckets={each.buckets} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
