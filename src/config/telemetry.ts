import { area } from './area.ts'
import { onOrOff } from './schemas.ts'

export const telemetry = area({
  title: 'Telemetry',
  settings: {
    TELEMETRY: {
      schema: onOrOff,
      fallback: 'on',
      says: 'Traces: every line of the log has the ids of what it belongs to, through work that is done later and mail. off: nothing of it.',
    },
  },
  read: (values) => ({ config: { telemetry: { isOn: values.TELEMETRY === 'on' } } }),
})
