import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { AppError } from '../src/core/errors.ts'

/** For a demonstration on one's own machine; known to everybody, and so refused in production. */
const password = 'Demo-Only-Start-Over-1'

const staff = [
  { email: 'admin@example.org', name: 'Demo Admin', role: 'admin' },
  { email: 'mentor@example.org', name: 'Demo Mentor', role: 'mentor' },
  { email: 'learner@example.org', name: 'Demo Learner', role: 'user' },
] as const

const firstNames = ['Alicia', 'Ben', 'Chidi', 'Dolores', 'Esteban', 'Fatima', 'Grace', 'Huy', 'Ines', 'Jamal']
const lastNames = ['Alvarez', 'Brooks', 'Chen', 'Diaz']

const learners = lastNames.flatMap((last) =>
  firstNames.map((first) => ({
    email: `${first}.${last}@example.org`.toLowerCase(),
    name: `${first} ${last}`,
    role: 'user' as const,
  })),
)

if (process.env['NODE_ENV'] === 'production') {
  console.error('The demonstration accounts have a published password and are refused in production.')
  process.exit(1)
}
const { config, secrets } = readConfig(process.env)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { users } = createApp(ports, config.app)
const passwordHash = await ports.hasher.hash(password)
let created = 0
for (const account of [...staff, ...learners]) {
  try {
    await users.createAccount({ ...account, passwordHash, emailVerified: true })
    created++
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'user_exists')) throw error
  }
}
await defer.settled()
close()
console.log(`${created} accounts made, ${staff.length + learners.length - created} were there.`)
console.log(`Sign in as ${staff.map(({ email }) => email).join(', ')} with the password ${password}`)
