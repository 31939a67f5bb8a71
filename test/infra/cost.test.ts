import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import requestUnits from '../../bench/request-units.json' with { type: 'json' }
import { billOf, isDecided, type Resource } from '../../scripts/cost/bill.ts'
import { prices } from '../../scripts/cost/prices.ts'
import { callsOfPerson } from '../../scripts/cost/usage.ts'

const root = join(import.meta.dirname, '../..')
const profiles = ['small', 'standard', 'regions'] as const
const resourcesOf = (profile: string): readonly Resource[] =>
  JSON.parse(readFileSync(join(root, `infra/profiles/${profile}.snapshot.json`), 'utf8')).predictedResources
const costOf = (profile: string, users: number) => billOf(resourcesOf(profile), users, requestUnits)

test.each(profiles)('of all that %s makes somebody has decided what it costs', (profile) => {
  const undecided = resourcesOf(profile).filter((resource) => !isDecided(resource))
  expect(undecided.map(({ type }) => type)).toEqual([])
})

test('what one person does is counted in request units', () => {
  for (const name of Object.keys(callsOfPerson)) expect(requestUnits).toHaveProperty([name])
})

test('each price says where it was read, and when', () => {
  for (const [name, { dollars, from }] of Object.entries(prices)) {
    expect(dollars, name).toBeGreaterThan(0)
    expect(from, name).toMatch(/20\d\d|the same/)
  }
})

test('more people never cost less, and a bill is the sum of its lines', () => {
  for (const profile of profiles) {
    const bills = [1, 100, 1_000, 10_000, 100_000].map((users) => costOf(profile, users))
    for (const [i, { dollars, lines }] of bills.entries()) {
      expect(dollars).toBeGreaterThanOrEqual(bills[i - 1]?.dollars ?? 0)
      expect(lines.reduce((sum, line) => sum + line.dollars, 0)).toBeCloseTo(dollars)
    }
  }
})

test.each(profiles)(
  'the budget of %s tells of what is not ordinary, and not of a month of 1,000 people',
  (profile) => {
    const [budget] = resourcesOf(profile).filter(({ type }) => type === 'Microsoft.Consumption/budgets')
    const { dollars } = costOf(profile, 1_000)
    // It tells at four fifths of it.
    expect(budget?.properties?.['amount'] * 0.8).toBeGreaterThan(dollars)
    expect(budget?.properties?.['amount']).toBeLessThan(dollars * 2)
  },
)

test('the table of the documentation is true', () => {
  const rows = [100, 1_000, 10_000].map(
    (users) =>
      `| ${users.toLocaleString('en-US')} | ${profiles.map((profile) => `$${Math.round(costOf(profile, users).dollars).toLocaleString('en-US')}`).join(' | ')} |`,
  )
  expect(readFileSync(join(root, 'docs/infrastructure.md'), 'utf8')).toContain(rows.join('\n'))
})
