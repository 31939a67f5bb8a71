import {
  boundsOf,
  type CounterName,
  definitionOf,
  type GaugeName,
  type HistogramName,
  type MetricName,
  type MetricPoint,
  type MetricReading,
  metricDefinitions,
} from '../../ports/metrics.ts'
import type { Facts } from '../../ports/telemetry-facts.ts'

/** Of one metric. Facts are of closed sets, so that only a mistake comes to so many. */
const mostPoints = 2_000

interface Series {
  readonly facts: Facts
  count: number
  sum: number
  readonly buckets: number[]
}

/** Counts in this process, all of what happens: nothing of it is a sample. */
export function createMetrics() {
  const series = new Map<MetricName, Map<string, Series>>()
  const gauges = new Map<
    string,
    { readonly name: GaugeName; readonly facts: Facts; readonly read: () => number | null }
  >()

  const keyOf = (name: MetricName, facts: Facts): string => {
    const { by } = definitionOf(name)
    let key = ''
    for (const fact of by) key += `${String(facts[fact] ?? '')}\n`
    return key
  }
  const onlyItsOwn = (name: MetricName, facts: Facts): Facts =>
    Object.fromEntries(
      definitionOf(name).by.flatMap((fact) => (facts[fact] === undefined ? [] : [[fact, facts[fact]]])),
    )

  /** By the object: calls of a port say the same one each time. */
  const remembered = new WeakMap<Facts, { readonly name: MetricName; readonly series: Series }>()

  function at(name: MetricName, facts: Facts, buckets: number): Series | null {
    const last = remembered.get(facts)
    if (last?.name === name) return last.series
    const found = find(name, facts, buckets)
    if (found) remembered.set(facts, { name, series: found })
    return found
  }

  function find(name: MetricName, facts: Facts, buckets: number): Series | null {
    let ofName = series.get(name)
    if (!ofName) {
      ofName = new Map()
      series.set(name, ofName)
    }
    const key = keyOf(name, facts)
    let found = ofName.get(key)
    if (!found) {
      if (ofName.size >= mostPoints) return null
      found = { facts: onlyItsOwn(name, facts), count: 0, sum: 0, buckets: Array(buckets).fill(0) }
      ofName.set(key, found)
    }
    return found
  }

  function pointsOf(name: MetricName): MetricPoint[] {
    const { kind } = definitionOf(name)
    if (kind === 'gauge')
      return [...gauges.values()].flatMap(({ name: of, facts, read }) => {
        const value = of === name ? read() : null
        return value === null || !Number.isFinite(value) ? [] : [{ kind, facts, value }]
      })
    return [...(series.get(name)?.values() ?? [])].map(({ facts, count, sum, buckets }) =>
      kind === 'counter' ? { kind, facts, value: sum } : { kind, facts, count, sum, buckets: [...buckets] },
    )
  }

  function add(to: Series, bounds: readonly number[], value: number): void {
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    to.count++
    to.sum += value
    to.buckets[bucket] = (to.buckets[bucket] ?? 0) + 1
  }

  return {
    count(name: CounterName, facts: Facts = {}, by = 1): void {
      const found = at(name, facts, 0)
      if (found) found.sum += by
    },
    measure(name: HistogramName, value: number, facts: Facts = {}): void {
      if (!Number.isFinite(value)) return
      const bounds = boundsOf(name)
      const found = at(name, facts, bounds.length + 1)
      if (found) add(found, bounds, value)
    },
    /** `measure` for what is measured again and again by the same facts: nothing is looked up a second time. */
    histogram(name: HistogramName, facts: Facts): (value: number) => void {
      const bounds = boundsOf(name)
      let found: Series | null = null
      return (value) => {
        found ??= find(name, facts, bounds.length + 1)
        if (found && Number.isFinite(value)) add(found, bounds, value)
      }
    },
    gauge(name: GaugeName, read: () => number | null, facts: Facts = {}): void {
      gauges.set(`${name}\n${keyOf(name, facts)}`, { name, facts: onlyItsOwn(name, facts), read })
    },
    /** All that have something to say. */
    read: (): readonly MetricReading[] =>
      (Object.keys(metricDefinitions) as MetricName[])
        .map((name) => ({ name, points: pointsOf(name) }))
        .filter(({ points }) => points.length > 0),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
