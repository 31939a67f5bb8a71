import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'

/* Counts who takes part in each course again, from what people have learned. Safe while the server runs. */

const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { enrolments, courses, corrected } = await createApp(ports, config.app).enrollments.recount()
await defer.settled()
await close()
console.log(`Counted ${enrolments} enrollments in ${courses} courses; corrected ${corrected} courses.`)
