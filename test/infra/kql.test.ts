import { expect, test } from 'vitest'
import { alerts } from '../../scripts/slo/alerts.ts'
import { charted } from '../../scripts/slo/workbook.ts'
import { faultsOf } from './kql-judge.ts'

test.each([
  ['a column that is not there', 'AppRequests | where Sucess == false | count'],
  ['a table that is not there', 'AppRequest | count'],
  ['a function that is not there', 'AppRequests | summarize percentil(DurationMs, 95)'],
  ['text compared with a number', 'AppRequests | where Name > 5'],
  ['a step that is no step', 'AppRequests | sumarize count()'],
  ['one bracket too few', 'AppRequests | summarize count( by Name'],
  ['a column that was summed away', 'AppRequests | summarize count() by Name | where DurationMs > 5'],
])('the judge finds %s', (_, query) => expect(faultsOf(query)).not.toEqual([]))

test.each(alerts)('the service would take the query of $name', ({ query }) =>
  expect(faultsOf(query)).toEqual([]),
)

test.each(charted)('the service would take the query of the chart "$title"', ({ query }) =>
  expect(faultsOf(query)).toEqual([]),
)

test.each(alerts)('a rule may run $name', ({ query, everyMinutes }) => {
  // What rules refuse, and what those refuse that look each minute; `ago` of a literal alone.
  expect(query).not.toMatch(/bag_unpack|pivot|narrow|AggregatedValue/)
  for (const [, span] of query.matchAll(/ago\(([^)]*)\)/g)) expect(span).toMatch(/^\d+[mhd]$/)
  if (everyMinutes === 1) expect(query).not.toMatch(/\b(?:search|union|take|limit|ingestion_time|adx)\b/)
})
