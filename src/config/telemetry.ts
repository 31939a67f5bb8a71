import { area } from './area.ts'
import { anyText, onOrOff, wholeNumber } from './schemas.ts'

export const telemetry = area({
  title: 'Telemetry',
  settings: {
    TELEMETRY: {
      schema: onOrOff,
      fallback: 'on',
      says: 'Traces and metrics: every line of the log has the ids of what it belongs to, through work that is done later and mail. off: nothing of it.',
    },
    METRICS_PORT: {
      schema: wholeNumber(0, 65_535),
      example: '9464',
      says: 'Node alone: `GET /metrics` for Prometheus on this port. It asks for no token: keep it from the world. 0 picks a free port.',
    },
    METRICS_HOST: {
      schema: anyText,
      fallback: '127.0.0.1',
      says: 'The address on which METRICS_PORT listens.',
    },
  },
  read(values, { runtime, problem, isSet }) {
    const isOn = values.TELEMETRY === 'on'
    if (isSet('METRICS_PORT') && runtime !== 'node')
      problem('METRICS_PORT', 'is for Node alone: nothing else can listen on a second port')
    if (isSet('METRICS_PORT') && !isOn) problem(['METRICS_PORT', 'TELEMETRY'], 'needs TELEMETRY=on')
    return {
      config: {
        telemetry: { isOn, metrics: { port: values.METRICS_PORT, host: values.METRICS_HOST } },
      },
    }
  },
})
