import { alerts } from './alerts.ts'
import { uptimeTests } from './objectives.ts'
import type { Alert } from './slo.model.ts'

/** No rule of a thrifty deployment looks more often. */
export const thriftyMinutes = 15

/** As Azure takes it. */
const span = (minutes: number): string =>
  minutes % 1_440 === 0 ? `P${minutes / 1_440}D` : minutes % 60 === 0 ? `PT${minutes / 60}H` : `PT${minutes}M`

const paceOf = (everyMinutes: number, windowMinutes: number) => ({
  frequency: span(everyMinutes),
  window: span(windowMinutes),
})

const ruleOf = (alert: Alert) => ({
  name: alert.name,
  says: alert.says,
  severity: alert.severity,
  tells: alert.tells,
  query: alert.query,
  full: paceOf(alert.everyMinutes, alert.windowMinutes),
  thrifty: paceOf(
    Math.max(alert.everyMinutes, thriftyMinutes),
    alert.thriftyWindowMinutes ?? Math.max(alert.windowMinutes, thriftyMinutes),
  ),
})

/** infra/alerts.json, which infra/modules/promises.bicep reads. */
export const describeRules = (): string =>
  `${JSON.stringify({ rules: alerts.map(ruleOf), uptime: uptimeTests }, null, 2)}\n`
