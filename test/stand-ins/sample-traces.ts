import type { FinishedStep, FinishedTrace } from '../../src/ports/finished-traces.ts'
import { closedSet, httpStatus } from '../../src/ports/telemetry-facts.ts'

const name = closedSet(() => ['/api/v1/users/:id', 'Users', 'send-mail', 'reset-password'])
const startedAtMs = Date.UTC(2026, 10, 28, 8, 0, 0) + 0.125

const step = (given: Partial<FinishedStep> & Pick<FinishedStep, 'name' | 'spanId'>): FinishedStep => ({
  parentSpanId: null,
  startedAtMs,
  durationMs: 12.5,
  facts: {},
  failure: null,
  ...given,
})

/** One of each kind of step: well and failed, first and inner, of one and of many, linked and gone on with. */
export const sampleTraces: readonly FinishedTrace[] = [
  {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    standsFor: 0x1_0000 / 3_277,
    link: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
    droppedSteps: 0,
    steps: [
      step({
        name: 'documents.read',
        spanId: '00f067aa0ba902b7',
        parentSpanId: '53995c3f42cd8ad8',
        startedAtMs: startedAtMs + 1,
        durationMs: 3.25,
        facts: {
          'db.system.name': 'azure.cosmosdb',
          'db.collection.name': name('Users'),
          'db.operation.name': 'documents.read',
          'app.is_conflict': true,
        },
      }),
      step({
        name: 'hasher.verify',
        spanId: '00f067aa0ba902b8',
        parentSpanId: '53995c3f42cd8ad8',
        facts: { 'app.operation': 'hasher.verify' },
      }),
      step({
        name: 'request',
        spanId: '53995c3f42cd8ad8',
        facts: {
          'http.request.method': 'GET',
          'http.route': name('/api/v1/users/:id'),
          'http.response.status_code': httpStatus(200),
          'http.response.status_class': '2xx',
        },
      }),
    ],
  },
  {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    standsFor: 1,
    link: null,
    droppedSteps: 0,
    steps: [
      step({
        name: 'mailer.send',
        spanId: 'b7ad6b7169203331',
        parentSpanId: 'b7ad6b7169203332',
        facts: { 'app.operation': 'mailer.send', 'app.system': 'smtp', 'error.type': 'PortUnavailable' },
        failure: 'PortUnavailable',
      }),
      step({
        name: 'mail',
        spanId: 'b7ad6b7169203332',
        parentSpanId: 'b7ad6b7169203333',
        facts: { 'app.mail.template': name('reset-password'), 'error.type': 'MailPutOff' },
        failure: 'MailPutOff',
      }),
    ],
  },
  {
    traceId: '0af7651916cd43dd8448eb211c80319d',
    standsFor: 1,
    link: null,
    droppedSteps: 0,
    steps: [
      step({
        name: 'request',
        spanId: 'c7ad6b7169203331',
        durationMs: 2_000,
        facts: {
          'http.request.method': 'POST',
          'http.route': name('/api/v1/users/:id'),
          'http.response.status_code': httpStatus(503),
          'http.response.status_class': '5xx',
          'error.type': '503',
        },
        failure: '503',
      }),
    ],
  },
  {
    traceId: '0af7651916cd43dd8448eb211c80319e',
    standsFor: 2,
    link: null,
    droppedSteps: 0,
    steps: [step({ name: 'job', spanId: 'd7ad6b7169203331', facts: { 'app.job.name': name('send-mail') } })],
  },
]
