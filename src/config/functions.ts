import { area } from './area.ts'
import { onOrOff } from './schemas.ts'

export const functions = area({
  title: 'Azure Functions',
  settings: {
    FUNCTIONS_STREAMING: {
      schema: onOrOff,
      fallback: 'on',
      says: 'Azure Functions alone: off hands over each body as a whole, for a host that cannot stream.',
    },
  },
  read: (values) => ({ config: { functions: { isStreaming: values.FUNCTIONS_STREAMING === 'on' } } }),
})
