import { metric, type Ratio } from './slo.model.ts'

/** The Functions host and others write rows to the same tables: a request is counted once, by our row. */
const ours = "SDKVersion startswith 'tools-inc-api'"
/** What is asked by machines, to see whether anybody is there. */
export const probes = ['/', '/api/healthz', '/api/readyz']
const probed = `(${probes.map((route) => `'${route}'`).join(', ')})`

/** Number of a text of KQL: no exponent, no tail of binary fractions. */
const decimal = (value: number): string => String(Number(value.toPrecision(6)))

/** Every request that is none of a probe, whether its trace was kept or not. */
export const requests = `AppMetrics
| where ${ours} and Name == ${metric('http.server.request.duration')}
| where tostring(Properties['http.route']) !in ${probed}
| extend bad = iff(tostring(Properties['http.response.status_class']) == '5xx', todouble(ItemCount), 0.0), all = todouble(ItemCount)`

/** Logins that were not refused for what was shown: they should have gone well. */
export const rightfulLogins = `AppEvents
| where ${ours} and Name in (${metric('auth.login.success')}, ${metric('auth.login.error')})
| extend reason = tostring(Properties['app.login.reason'])
| where Name == ${metric('auth.login.success')} or reason in ('unavailable', '_OTHER')
| extend bad = iff(Name == ${metric('auth.login.error')}, todouble(ItemCount), 0.0), all = todouble(ItemCount)`

/** What was late was mostly handed over as well, so that it is among `all` already. */
export const handedOver = `AppMetrics
| where ${ours} and Name in (${metric('chat.message.delivery')}, ${metric('chat.message.late')})
| extend bad = iff(Name == ${metric('chat.message.late')}, Sum, 0.0), all = iff(Name == ${metric('chat.message.delivery')}, todouble(ItemCount), 0.0)`

/** Below so many nobody is woken: of three requests at night one failure would be a third. */
const fewest = 5

/** Fires while what may go wrong in thirty days is used up `factor` times as fast as that, over the whole window and still. */
export const burning = (
  { source, objective }: Ratio,
  { factor, still }: { readonly factor: number; readonly still: '5m' | '30m' },
): string => {
  const rate = decimal(factor * (1 - objective))
  return `${source}
| extend isRecent = TimeGenerated > ago(${still})
| summarize bad = sum(bad), all = sum(all), badLately = sumif(bad, isRecent), allLately = sumif(all, isRecent)
| where bad >= ${fewest} and bad > ${rate} * all and badLately > ${rate} * allLately
| project bad, all, badLately, allLately`
}

/** Of requests that are none of a probe more than `share` failed. */
export const failing = (share: number): string => `${requests}
| summarize failed = sum(bad), all = sum(all)
| where failed > ${decimal(share)} * all
| project failed, all`

/**
 * The 95th percentile is above `ms` exactly where more than one in twenty took longer. What is slow is kept of traces, each for
 * itself, and so is counted there; how many there were in all is said by the metric, since what went well is a sample.
 */
export const slow = (ms: number): string => `let all = toscalar(${requests}
| summarize sum(all));
AppRequests
| where ${ours} and isnotempty(OperationName) and DurationMs > ${ms}.0
| where ${probes.map((route) => `OperationName !endswith ' ${route}'`).join(' and ')}
| summarize slow = sum(ItemCount)
| where todouble(slow) > 0.05 * all
| project slow, all`

export const refusedLogins = (more: number): string => `AppEvents
| where ${ours} and Name == ${metric('auth.login.error')}
| summarize refused = sum(ItemCount) by minute = bin(TimeGenerated, 1m)
| where refused > ${more}
| project minute, refused`

/** A counter that should stay where it is. */
export const counted = (name: 'cosmos.throttled', by: string): string => `AppMetrics
| where ${ours} and Name == ${metric(name)}
| summarize counted = sum(Sum) by what = tostring(Properties['${by}'])
| where counted > 0.0
| project what, counted`

type Gauge = 'mail.queue.age' | 'mail.dead' | 'forms.overdue' | 'keys.signing_age'

/** A gauge of which each process tells what it knows; who knows nothing recent tells nothing. */
export const above = (name: Gauge, most: number): string => `AppMetrics
| where ${ours} and Name == ${metric(name)}
| summarize found = max(Sum)
| where found > ${decimal(most)}
| project found`

/** Processes whose event loop is late again and again: once is a start, or a collection of garbage. */
export const lateLoops = (seconds: number, times: number): string => `AppMetrics
| where ${ours} and Name == ${metric('event_loop.delay')} and Sum > ${decimal(seconds)}
| summarize times = count() by AppRoleInstance
| where times >= ${times}
| project AppRoleInstance, times`

/** Damaged, or not found intact for longer than `seconds`, by whichever process looked last. */
export const unverified = (seconds: number): string => `AppMetrics
| where ${ours} and Name in (${metric('audit.verified_age')}, ${metric('audit.damaged')})
| extend age = iff(Name == ${metric('audit.verified_age')}, Sum, 0.0), damaged = iff(Name == ${metric('audit.damaged')}, Sum, 0.0)
| summarize age = max(age), damaged = max(damaged)
| where age > ${decimal(seconds)} or damaged > 0.0
| project age, damaged`

/** Jobs that did not end well within their time in any process, also those that did not run at all since we look. */
export const missing = (jobs: readonly { readonly name: string; readonly withinSeconds: number }[]): string =>
  `let observedAt = toscalar(AppMetrics | where ${ours} and Name == ${metric('jobs.last_success_age')} | summarize min(TimeGenerated));
let jobs = datatable(job: string, withinSeconds: long)[${jobs.map(({ name, withinSeconds }) => `'${name}', ${withinSeconds}`).join(', ')}];
jobs
| join kind=leftouter (AppMetrics
  | where ${ours} and Name == ${metric('app.job.duration')}
  | where isempty(tostring(Properties['error.type']))
  | summarize ranAt = max(TimeGenerated) by job = tostring(Properties['app.job.name'])) on job
| extend silentSeconds = datetime_diff('second', now(), coalesce(ranAt, observedAt))
| where silentSeconds > withinSeconds
| project job, silentSeconds`

/** No process says anything, though each does once a minute. */
export const silent = `AppMetrics
| where ${ours}
| summarize rows = count()
| where rows == 0
| project rows`

/** Asked from outside. Failed, too slow, or not asked at all. */
export const unreachable = (
  test: string,
  { slowMs, failures }: { readonly slowMs: number; readonly failures: number },
): string => `AppAvailabilityResults
| where Name == '${test}'
| summarize failed = countif(Success == false or DurationMs > ${slowMs}.0), asked = count()
| where failed >= ${failures} or failed == asked
| project failed, asked`

/** What is asked seldom: each time it failed, and at least once. */
export const alwaysFailing = (test: string): string => `AppAvailabilityResults
| where Name == '${test}'
| summarize failed = countif(Success == false), asked = count()
| where failed > 0 and failed == asked
| project failed, asked`
