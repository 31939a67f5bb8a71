import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { InvalidConfiguration, readConfig } from '../src/config/config.ts'

/*
 * Recomputes the chain of the audit log. Prints the last hash of each month: keep those elsewhere, and compare, to find
 * a tail that was cut off. Ends with 1 and the place of the first broken row when there is one.
 */

try {
  const { config, secrets } = readConfig(process.env)
  const { ports, close } = await wire(config, secrets, createNodeNative(config))
  const verification = await ports.audit.verify()
  await close()
  if (verification.intact) {
    console.log(`intact: ${verification.records} rows`)
    for (const [partition, hash] of Object.entries(verification.heads)) console.log(`${partition} ${hash}`)
  } else {
    const { partition, sequence } = verification.firstBroken
    console.error(`broken: the first wrong row is partition ${partition}, sequence ${sequence}`)
    process.exitCode = 1
  }
} catch (error) {
  console.error(error instanceof InvalidConfiguration ? error.message : error)
  process.exitCode = 1
}
