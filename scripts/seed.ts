import { demoPassword, demoStaff, seedDemo } from '../entry/demo.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'

if (process.env['NODE_ENV'] === 'production') {
  console.error('The demonstration accounts have a published password and are refused in production.')
  process.exit(1)
}
const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { created, found } = await seedDemo(ports, createApp(ports, config.app))
await defer.settled()
await close()
console.log(`${created} accounts created, ${found} already existed.`)
console.log(`Sign in as ${demoStaff.map(({ email }) => email).join(', ')} with the password ${demoPassword}`)
