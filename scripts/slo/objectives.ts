import { handedOver, requests, rightfulLogins } from './queries.ts'
import type { Ratio, Slo } from './slo.model.ts'

/*
 * What is promised, and who is told when a promise is about to be broken. The rules in Azure, the workbook, docs/slo.md and
 * the report from a log are made of this: `npm run docs:slo`.
 */

export const availability: Ratio = { objective: 0.999, source: requests }
export const logins: Ratio = { objective: 0.999, source: rightfulLogins }
export const messages: Ratio = { objective: 0.99, source: handedOver }

export const slos: readonly Slo[] = [
  {
    name: 'availability',
    says: 'Requests that are answered, and not with an error of ours (5xx). Probes do not count.',
    objective: '99.9 % in 30 days',
    ratio: availability,
  },
  {
    name: 'latency',
    says: 'How long a request takes, probes apart: all but one in twenty.',
    objective: 'at most 1 s',
    ratio: null,
  },
  {
    name: 'logins',
    says: 'Logins that were not refused for what was shown, and went well: right passwords open.',
    objective: '99.9 % in 30 days',
    ratio: logins,
  },
  {
    name: 'messages',
    says: 'Changes in conversations that are handed over to devices within 1 s of their commit.',
    objective: '99 % in 30 days',
    ratio: messages,
  },
  { name: 'mail', says: 'How long the oldest mail waits.', objective: 'at most 10 minutes', ratio: null },
  {
    name: 'forms',
    says: 'Somebody looks at each form in the time that its sender was promised: 48 hours, 24 for some.',
    objective: 'each',
    ratio: null,
  },
  { name: 'jobs', says: 'Each job ends well in its time.', objective: 'each', ratio: null },
  {
    name: 'audit',
    says: 'The chain of the audit log was recomputed and found intact.',
    objective: 'each day',
    ratio: null,
  },
  {
    name: 'keys',
    says: 'The signing key is younger than 90 days, and certificates are good for 14 days more.',
    objective: 'always',
    ratio: null,
  },
  {
    name: 'reachable',
    says: 'The API answers those who ask from outside, within 5 s.',
    objective: 'each of the last times',
    ratio: null,
  },
]

/** Asked from outside, by availability tests of Application Insights, at these addresses of the API. */
export const uptimeTests = [
  {
    name: 'healthz',
    path: '/api/healthz',
    certificateDays: null,
    full: { everySeconds: 300, places: 5 },
    thrifty: { everySeconds: 300, places: 1 },
  },
  {
    name: 'readyz',
    path: '/api/readyz',
    certificateDays: null,
    full: { everySeconds: 300, places: 1 },
    thrifty: { everySeconds: 900, places: 1 },
  },
  {
    name: 'certificate',
    path: '/api/healthz',
    certificateDays: 14,
    full: { everySeconds: 900, places: 1 },
    thrifty: { everySeconds: 900, places: 1 },
  },
] as const
