import { expect, test } from 'vitest'
import { definitionOf, type MetricName, metricDefinitions } from '../../src/ports/metrics.ts'
import { codeIn, tableBelow } from './pages.ts'

test('each metric has its line, as it is declared', () => {
  const listed = tableBelow('docs/telemetry.md', 'Metrics').map(
    ([name = '', kind, unit, by = '', says]) =>
      [codeIn(name)[0], { kind, unit, by: codeIn(by), says }] as const,
  )
  const declared = (Object.keys(metricDefinitions) as MetricName[]).map(
    (name) => [name, { ...definitionOf(name), by: [...definitionOf(name).by] }] as const,
  )
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(declared))
})
