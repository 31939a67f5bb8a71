import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const profiles = join(root, 'infra/profiles')
const runbooks = readFileSync(join(root, 'docs/runbooks.md'), 'utf8')

interface Snapshot {
  readonly predictedResources: readonly { readonly type: string; readonly name: string }[]
}

const tellsSomebody =
  /Insights\/(?:metricAlerts|scheduledQueryRules|activityLogAlerts)$|Consumption\/budgets$/

/** By its name, without the deployment's and without the number of the app. */
const alerts = new Set(
  readdirSync(profiles)
    .filter((name) => name.endsWith('.snapshot.json'))
    .flatMap(
      (name) => (JSON.parse(readFileSync(join(profiles, name), 'utf8')) as Snapshot).predictedResources,
    )
    .filter(({ type }) => tellsSomebody.test(type))
    .map(({ name }) => name.replace(/^toolsinc-/, '').replace(/-\d+$/, '')),
)

test('there are alerts', () => expect(alerts.size).toBeGreaterThan(5))

test.each([...alerts])('whoever is woken by %s finds what to do', (name) => {
  expect(runbooks).toMatch(new RegExp(`^\\| \`${name}\` \\| .+ \\| .+ \\|$`, 'm'))
})
