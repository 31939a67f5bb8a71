import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'

/*
 * Removes, in every store, what is past its retention; with --dry-run it only counts. The server's jobs do the same by
 * themselves. Each run is a row of the audit log.
 */

try {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
  const isDryRun = values['dry-run']
  const { config, secrets } = readConfig(process.env)
  const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
  const report = await createApp(ports, config.app).retention.keep({ isDryRun })
  await defer.settled()
  await close()
  console.log(isDryRun ? 'past retention, not removed:' : 'past retention, removed:')
  for (const { store, retention, records } of report)
    console.log(`${(records === null ? '-' : String(records)).padStart(8)}  ${store.padEnd(24)} ${retention}`)
} catch (error) {
  reportFailedStart(error)
}
