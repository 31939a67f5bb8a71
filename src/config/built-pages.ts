import { area } from './area.ts'
import { blobs } from './blobs.ts'
import { originOf, partsOf } from './connection-string.ts'
import { realtime } from './realtime.ts'
import { onOrOff } from './schemas.ts'

/** Where a storage account is reached: by its own words, or by its name. */
function storageOrigin(connectionString: string | undefined): string | null {
  const parts = partsOf(connectionString ?? '')
  const name = parts.get('accountname')
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net'
  return originOf(parts.get('blobendpoint')) ?? (name ? `https://${name}.blob.${suffix}` : null)
}

export const builtPages = area({
  title: 'Pages for people',
  settings: {
    CHAT_PAGE: {
      schema: onOrOff,
      fallback: 'off',
      says: 'on: serves MackChat as a page at /chat, in production too. Outside production it is at /dev/chat anyway. Needs Node or Functions.',
    },
    CONSOLE_PAGE: {
      schema: onOrOff,
      says: 'off: no console for staff at /console. Unset: on, but on workerd, which has no files.',
    },
  },
  read(values, { problem, read, runtime }) {
    const isServed = values.CHAT_PAGE === 'on'
    if (isServed && runtime === 'workerd')
      problem('CHAT_PAGE', 'needs Node or Functions: workerd has no files')
    if (values.CONSOLE_PAGE === 'on' && runtime === 'workerd')
      problem('CONSOLE_PAGE', 'needs Node or Functions: workerd has no files')
    const hasConsole = (values.CONSOLE_PAGE ?? (runtime === 'workerd' ? 'off' : 'on')) === 'on'
    const service = read(realtime)
    const files = read(blobs)
    const devices =
      service.config.realtime.kind === 'web-pubsub'
        ? (service.config.realtime.endpoint ??
          partsOf(service.secrets.webPubSubConnectionString ?? '').get('endpoint'))
        : undefined
    const storage =
      files.config.blobs.kind === 'azure'
        ? (originOf(files.config.blobs.url) ?? storageOrigin(files.secrets.storageConnectionString))
        : null
    const socket = originOf(devices)?.replace(/^http/, 'ws')
    return {
      app: {
        builtPages: {
          isChatServed: isServed,
          isConsoleServed: hasConsole,
          /** Origins of other services that the pages talk to. */
          elsewhere: [...(socket ? [socket] : []), ...(storage ? [storage] : [])],
        },
      },
    }
  },
})
