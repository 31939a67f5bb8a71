import { alerts } from './alerts.ts'
import { slos, uptimeTests } from './objectives.ts'
import { thriftyMinutes } from './rules.ts'
import type { Alert } from './slo.model.ts'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const time = (minutes: number): string =>
  minutes >= 1_440 ? `${minutes / 1_440} days` : minutes >= 60 ? `${minutes / 60} h` : `${minutes} min`

const severities = ['critical', 'error', 'warning', 'informational'] as const

const rowOf = ({ name, says, slo, severity, tells, everyMinutes, windowMinutes }: Alert) => [
  `[\`${name}\`](runbooks.md#alerts)`,
  says,
  slo,
  severities[severity],
  tells,
  time(everyMinutes),
  time(windowMinutes),
]

const often = (minutes: number) => alerts.filter(({ everyMinutes }) => everyMinutes === minutes).length

const askedBy = ({ everySeconds, places }: { readonly everySeconds: number; readonly places: number }) =>
  `each ${time(everySeconds / 60)} from ${places === 1 ? 'one place' : `each of ${places} places`}`

/** docs/slo.md */
export const describePage = (): string => `# What is promised, and who is told

Made of one table ([scripts/slo](../scripts/slo/objectives.ts)) by \`npm run docs:slo\`, and so are the rules of alerts and the workbook in Azure: do not edit it by hand. The reasons are
in [ADR 81](adr/0081-promises-in-one-table.md), what to do about each alert is in the [runbooks](runbooks.md#alerts).

## Promises

${table(
  ['promise', 'means', 'objective'],
  slos.map(({ name, says, objective }) => [`\`${name}\``, says, objective]),
)}

Of a share that is promised for 30 days something may go wrong: 0.1 % of requests are 43 minutes. A *burn rate* says how many times too fast that is used up. At 14.4 it is
gone in two days, and somebody is woken; at 6 in five days, and somebody is told. Both look at a long time, so that one bad minute wakes nobody, and at a short one, so
that an alert ends when the trouble does. Fewer than five failures in the long time wake nobody.

## Alerts

An alert fires when its query answers a row. \`on-call\` is a phone, at night too (\`ON_CALL_EMAIL\`, \`ALERT_PHONE\`); \`people\` is a mail, read in the morning (\`ALERT_EMAIL\`). Beside these, services
tell of themselves when they fill up or answer with errors: \`infra/modules/alerts.bicep\`.

${table(['alert', 'means', 'promise', 'severity', 'tells', 'looks every', 'looks back'], alerts.map(rowOf))}

Where nothing is said, that is said too: \`no-telemetry\` when no process tells anything, \`jobs-stand-still\` and \`jobs-are-late\` when a job does not end well in any process,
\`uptime-healthz\` and \`uptime-readyz\` when nobody asks from outside any more.

Azure charges for a rule by how often it looks: ${often(1)} look each minute, ${often(5)} each five, the rest seldomer. In the profile \`small\` none looks more often than each ${thriftyMinutes} minutes,
and looks back as far. What a rule and a test from outside cost is said in the price list of Azure Monitor; it was not looked up here.

## Asked from outside

Availability tests of Application Insights, from places in the United States. One that waits, redirects or answers anything but 200 has failed.

${table(
  ['test', 'asks', 'how often', 'in `small`', 'and'],
  uptimeTests.map(({ name, path, full, thrifty, certificateDays }) => [
    `\`${name}\``,
    `\`GET ${path}\``,
    askedBy(full),
    askedBy(thrifty),
    certificateDays === null ? '' : `that the certificate is good for ${certificateDays} days more`,
  ]),
)}

## The four that were asked for

| asked for | is |
| --- | --- |
| requests failed > 5 % over 5 minutes, a mail | \`requests-fail\` |
| the 95th percentile of request duration > 1,000 ms over 10 minutes, an incident | \`requests-slow\`: more than one in twenty took longer, which is the same. It counts traces of slow requests, all of which are sent while \`TELEMETRY_SLOW_MS\` is 1000 or less |
| \`auth.login.error\` > 10 in 1 minute, an SMS | \`logins-refused\` |
| Cosmos DB 429 > 0 over 5 minutes | \`cosmos-throttles\`; throughput grows by itself up to the maximum of each container (autoscale), and this says that the maximum was reached |

## The workbook

\`infra/workbook.json\` is deployed as a shared workbook of the workspace: each share that is promised, hour by hour and against its objective; requests, routes, logins, mail, forms, jobs, request units, the event
loop.

## From a log

\`\`\`sh
npm run slo:report -- api.log
\`\`\`

says from the JSON lines of one machine (\`LOG_FORMAT=json\`) what of this was kept: requests, how long they took, logins, and the events that tell of mail, forms, jobs and the audit log. What no
line tells, it says. It ends with 1 where a promise was broken.

## How it is checked

\`npx vitest run test/infra/kql.test.ts test/infra/alerts.test.ts\`:

- Microsoft's own language service for KQL judges every query, of alerts and of the workbook, against the tables that Application Insights writes as they are documented;
- each alert is made to fire by its own query over an hour of rows that is bad in one way, and has to be silent over good ones. The rows are those that our own adapter sends, as ingestion stores them, sampled as in
  production. The engine is \`duckdb-kql\` (PyPI): \`KQL_PYTHON\` names a Python that has it. Where there is none, these tests are skipped and say so.

**Not verified:** no rule has run in Azure yet, and no workbook was looked at there.

Checked against the code on 2026-11-28.
`
