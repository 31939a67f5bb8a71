import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { maxMembers } from '../src/core/messaging/chat/chat.model.ts'
import { messages } from '../src/core/messaging/chat/entries.model.ts'
import { createTestApp, origin, signedInBrowser } from '../test/app.ts'
import { sqlitePorts } from '../test/scripts/seed/sqlite-app.ts'
import { median } from './measure.ts'

/*
 * What a group costs by its size: the largest there can be against one of three, in turn, in one process, on an SQLite file
 * of which every commit is flushed. What is deferred is awaited in between, so that nothing of it counts for the next one.
 */

const rounds = 60
const directory = mkdtempSync(join(tmpdir(), 'bench-groups-'))
const database = openSqlite(join(directory, 'app.sqlite'))
const testApp = await createTestApp({ ports: ({ clock }) => sqlitePorts(database, clock) })

const admin = await signedInBrowser(testApp, {
  email: 'admin@example.com',
  password: 'SecurePass123!',
  name: 'Admin',
})
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
const people: Awaited<ReturnType<typeof signedInBrowser>>[] = []
for (let i = 0; i < maxMembers - 1; i++) {
  const account = { email: `p${i}@example.com`, password: 'SecurePass123!', name: `Person ${i}` }
  people.push(await signedInBrowser(testApp, account))
}
await testApp.settled()

async function call(token: string, method: string, path: string, body?: object): Promise<any> {
  const answer = await testApp.app.request(`${origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`)
  return answer.status === 204 ? null : answer.json()
}

/** Of two people beside the admin, or of all. */
async function openGroup(others: typeof people): Promise<string> {
  const body = { type: 'group', name: 'Group', participantIds: others.map(({ userId }) => userId) }
  const { id } = await call(admin.accessToken, 'POST', '/conversations', body)
  for (let i = 0; i < 60; i++)
    await call(admin.accessToken, 'POST', `/conversations/${id}/messages`, { text: `message ${i}` })
  for (const { accessToken } of others) await call(accessToken, 'POST', `/conversations/${id}/read`, {})
  await testApp.settled()
  return id
}

// One of all, so that the reader of the list is in nothing else.
const small = await openGroup(people.slice(0, 2))
const large = await openGroup(people.slice(2))
await call(admin.accessToken, 'POST', `/conversations/${large}/members`, {
  userIds: people.slice(0, 2).map(({ userId }) => userId),
})

interface Step {
  readonly name: string
  readonly run: (id: string, member: string) => Promise<unknown>
}
const steps: readonly Step[] = [
  {
    name: 'send',
    run: (id, who) => call(who, 'POST', `/conversations/${id}/messages`, { text: 'one more' }),
  },
  { name: 'mark as read', run: (id, who) => call(who, 'POST', `/conversations/${id}/read`, {}) },
  { name: 'page of 50', run: (id, who) => call(who, 'GET', `/conversations/${id}/messages`) },
  { name: 'details', run: (id, who) => call(who, 'GET', `/conversations/${id}`) },
  { name: 'list', run: (_, who) => call(who, 'GET', '/conversations') },
  { name: 'sync', run: (id, who) => call(who, 'POST', '/sync', { streams: { [id]: 10 } }) },
]

const [inSmall, inLarge] = [people[0]?.accessToken ?? '', people[9]?.accessToken ?? '']
const took = new Map<string, { readonly small: number[]; readonly large: number[] }>()
const turns = [
  { size: 'small', id: small, who: inSmall },
  { size: 'large', id: large, who: inLarge },
] as const
for (let round = 0; round < rounds; round++)
  for (const { name, run } of steps) {
    const times = took.get(name) ?? { small: [], large: [] }
    took.set(name, times)
    for (const { size, id, who } of turns) {
      const startedAt = performance.now()
      await run(id, who)
      times[size].push(performance.now() - startedAt)
      await testApp.settled()
    }
  }

const sizeOf = async (id: string): Promise<number> => {
  const head = await testApp.ports.documents.read(messages, { partition: id, id: 'head' })
  return JSON.stringify(head?.value).length
}
console.log(`head: ${await sizeOf(small)} bytes of 3 members, ${await sizeOf(large)} of ${maxMembers}`)
for (const [name, times] of took) {
  const [few, many] = [median(times.small), median(times.large)]
  console.log(
    `${name}: ${few.toFixed(1)} ms of 3, ${many.toFixed(1)} ms of ${maxMembers}, ${(many / few).toFixed(1)} times`,
  )
}
await testApp.settled()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
