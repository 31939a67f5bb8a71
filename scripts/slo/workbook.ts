import { alerts } from './alerts.ts'
import { slos } from './objectives.ts'
import { metric } from './slo.model.ts'

/** Stands for the id of the workspace, which the template puts in its place. */
const workspace = '{workspace}'

const chart = (title: string, query: string, visualization: 'timechart' | 'table' = 'timechart') => ({
  type: 3,
  name: title,
  content: {
    version: 'KqlItem/1.0',
    query,
    size: 1,
    title,
    timeContextFromParameter: 'TimeRange',
    queryType: 0,
    resourceType: 'microsoft.operationalinsights/workspaces',
    crossComponentResources: [workspace],
    visualization,
  },
})

const text = (json: string) => ({ type: 1, name: 'text', content: { json } })

/** A promise that is a share: how much of it was kept each hour, against what was promised. */
const kept = slos.flatMap(({ name, says, ratio }) =>
  ratio === null
    ? []
    : [
        chart(
          `${name}: ${says}`,
          `${ratio.source}
| summarize bad = sum(bad), all = sum(all) by bin(TimeGenerated, 1h)
| where all > 0.0
| project TimeGenerated, kept = 100.0 * (1.0 - bad / all), promised = ${Number((ratio.objective * 100).toPrecision(6))}`,
        ),
      ],
)

const measured = `AppMetrics
| where Name == `

const charts = [
  ...kept,
  chart(
    'Requests by class of their answer',
    `${measured}${metric('http.server.request.duration')}
| summarize requests = sum(ItemCount) by answer = tostring(Properties['http.response.status_class']), bin(TimeGenerated, 5m)`,
  ),
  chart(
    'Slowest routes: mean, in seconds',
    `${measured}${metric('http.server.request.duration')}
| summarize seconds = sum(Sum) / sum(ItemCount), requests = sum(ItemCount) by route = tostring(Properties['http.route'])
| top 20 by seconds desc`,
    'table',
  ),
  chart(
    'Logins that were refused, by why',
    `AppEvents
| where Name == ${metric('auth.login.error')}
| summarize logins = sum(ItemCount) by reason = tostring(Properties['app.login.reason']), bin(TimeGenerated, 5m)`,
  ),
  chart(
    'The oldest mail, in seconds',
    `${measured}${metric('mail.queue.age')}
| summarize seconds = max(Sum) by bin(TimeGenerated, 5m)`,
  ),
  chart(
    'Whether a form is overdue',
    `${measured}${metric('forms.overdue')}
| summarize overdue = max(Sum) by bin(TimeGenerated, 1h)`,
  ),
  chart(
    'Jobs: runs, and when each last ended well',
    `${measured}${metric('app.job.duration')}
| extend failure = tostring(Properties['error.type'])
| summarize runs = sum(ItemCount), failed = sumif(ItemCount, isnotempty(failure)), endedWell = maxif(TimeGenerated, isempty(failure)) by job = tostring(Properties['app.job.name'])
| order by endedWell asc`,
    'table',
  ),
  chart(
    'Request units of Cosmos DB, by collection',
    `${measured}${metric('cosmos.request_charge')}
| summarize units = sum(Sum) by collection = tostring(Properties['db.collection.name']), bin(TimeGenerated, 1h)`,
  ),
  chart(
    'The event loop: how late, in seconds',
    `${measured}${metric('event_loop.delay')}
| summarize seconds = max(Sum) by AppRoleInstance, bin(TimeGenerated, 5m)`,
  ),
  chart(
    'Traces that found no room, or were not taken',
    `${measured}${metric('telemetry.dropped')}
| summarize traces = sum(Sum) by bin(TimeGenerated, 1h)`,
  ),
]

/** What the service judges of a chart: the queries of all, by title. */
export const charted: readonly { readonly title: string; readonly query: string }[] = charts.map(
  ({ content: { title, query } }) => ({ title, query }),
)

/** infra/workbook.json, as Azure stores a workbook. */
export const describeWorkbook = (): string =>
  `${JSON.stringify(
    {
      version: 'Notebook/1.0',
      items: [
        text(
          '## What is promised, and how it is kept\nMade from the same table as the alerts. docs/slo.md says what each means.',
        ),
        {
          type: 9,
          name: 'time',
          content: {
            version: 'KqlParameterItem/1.0',
            parameters: [
              {
                id: '6e2f3c52-6d0e-4b0b-9c11-0a4b8c1d7e01',
                version: 'KqlParameterItem/1.0',
                name: 'TimeRange',
                type: 4,
                isRequired: true,
                value: { durationMs: 30 * 86_400_000 },
                typeSettings: {
                  selectableValues: [1, 6, 24, 7 * 24, 30 * 24].map((hours) => ({
                    durationMs: hours * 3_600_000,
                  })),
                },
              },
            ],
            style: 'pills',
          },
        },
        ...charts,
        text(['### Alerts', ...alerts.map(({ name, says }) => `- **${name}**: ${says}`)].join('\n')),
      ],
      fallbackResourceIds: [workspace],
      $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
    },
    null,
    2,
  )}\n`
