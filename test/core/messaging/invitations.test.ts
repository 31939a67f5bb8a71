import { beforeEach, describe, expect, test } from 'vitest'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { leftConversations } from '../../../src/core/messaging/chat/lists.model.ts'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
/** Shares neither course nor mentor with anybody. */
let eve: ChatPerson
let group: string

const invite = async (by: Browser, body: object = {}) =>
  by.call('POST', `${conversations}/${group}/invitations`, { body })
const tokenOf = async (by: Browser, body: object = {}): Promise<string> => (await invite(by, body)).body.token
const look = (who: Browser, token: string) => who.call('GET', `/api/v1/invitations/${token}`)
const accept = (who: Browser, token: string) => who.call('POST', `/api/v1/invitations/${token}/accept`)
const decline = (who: Browser, token: string) => who.call('POST', `/api/v1/invitations/${token}/decline`)
const listed = async (by: Browser) =>
  (await by.call('GET', `${conversations}/${group}/invitations`)).body.items
const revoke = (by: Browser, id: string) => by.call('DELETE', `${conversations}/${group}/invitations/${id}`)
const remove = (by: Browser, who: ChatPerson) =>
  by.call('DELETE', `${conversations}/${group}/members?userId=${who.userId}`)
const makeRole = (who: ChatPerson, role: string) =>
  ann.call('POST', `${conversations}/${group}/members`, { body: { userIds: [who.userId], role } })
const membersOf = async () =>
  (await ann.call('GET', `${conversations}/${group}`)).body.participants.map(
    ({ userId }: { userId: string }) => userId,
  )
const stranger = (name: string): Promise<ChatPerson> =>
  signedInBrowser(testApp, { ...person, email: `${name.toLowerCase()}@example.com`, name })
const setStatus = async (who: ChatPerson, status: 'suspended' | 'active') => {
  const { value } = await testApp.users.changeUser(who.userId, (user) => ({ ...user, status }))
  testApp.users.announce(value)
  await testApp.settled()
}

beforeEach(async () => {
  testApp = await createTestApp({ environment: { CHAT_URL: 'https://portal.example/chat' } })
  ;[ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
  eve = await stranger('Eve')
  const body = { type: 'group', name: 'Garden', participantIds: [ben.userId] }
  group = (await ann.call('POST', conversations, { body })).body.id
})

describe('an invitation', () => {
  test('leads to the chat page, says what it is for, and lets in who is asked by nobody else', async () => {
    const { status, body } = await invite(ann, { maxUses: 2 })
    expect(status).toBe(201)
    expect(body.url).toBe(`https://portal.example/chat#invitation=${body.token}`)
    expect((await look(eve, body.token)).body).toEqual({
      conversation: { id: group, name: 'Garden', avatar: null, memberCount: 2 },
      invitedBy: { name: 'Ann' },
      role: 'member',
      isMember: false,
      expiresAt: new Date(testApp.clock.now() + 7 * 24 * 3_600_000).toISOString(),
    })
    await ann.call('POST', `${conversations}/${group}/messages`, { body: { text: 'from before' } })
    const accepted = await accept(eve, body.token)
    expect([accepted.status, accepted.body.id, accepted.body.memberCount]).toEqual([200, group, 3])
    expect((await eve.call('GET', `${conversations}/${group}/messages`)).body.items).toEqual([])
    expect((await eve.call('GET', conversations)).body.items).toHaveLength(1)
    const { streams } = (await ann.call('POST', '/api/v1/sync', { body: { streams: { [group]: 0 } } })).body
    expect(streams[group].events.at(-1)).toMatchObject({
      event: 'member.added',
      data: { userId: eve.userId, role: 'member' },
    })
  })

  test('is stored without what opens it, and listed without it', async () => {
    const token = await tokenOf(ann)
    const { items } = await testApp.ports.documents.scan(messages)
    const stored = JSON.stringify(items.filter(({ value }) => value.kind === 'invitation'))
    const secret = token.slice(-43)
    expect(stored).toContain('secretHash')
    expect([stored.includes(secret), JSON.stringify(await listed(ann)).includes(secret)]).toEqual([
      false,
      false,
    ])
    expect(JSON.stringify(await listed(ann))).not.toContain('secretHash')
  })

  test('uses nothing up for who is in already', async () => {
    const token = await tokenOf(ann, { maxUses: 1 })
    expect((await look(ben, token)).body.isMember).toBe(true)
    for (let i = 0; i < 3; i++) expect((await accept(ben, token)).status).toBe(200)
    expect((await listed(ann))[0].uses).toBe(0)
    expect((await accept(eve, token)).status).toBe(200)
    expect((await accept(eve, token)).status).toBe(200)
    expect((await listed(ann))[0].uses).toBe(1)
    expect((await accept(await stranger('Fay'), token)).status).toBe(404)
  })

  test('ends by expiring, by being used up, by being revoked: alike for one that never was', async () => {
    const short = await tokenOf(ann, { expiresInSeconds: 60 })
    testApp.clock.advance(60_000)
    const { id, token: revoked } = (await invite(ann)).body
    for (let i = 0; i < 2; i++) expect((await revoke(ann, id)).status).toBe(204)
    const good = await tokenOf(ann)
    const guessed = good.slice(0, -4) + (good.endsWith('AAAA') ? 'BBBA' : 'AAAA')
    const otherPlace = (await invite(ann)).body.token.slice(0, 43) + good.slice(43)
    const answers = []
    for (const token of [short, revoked, guessed, otherPlace, 'x', `${good}A`, 'A'.repeat(86)])
      for (const ask of [look, accept, decline]) answers.push(await ask(eve, token))
    const shapes = answers.map(({ status, body }) =>
      JSON.stringify([status, { ...body.error, requestId: '' }]),
    )
    expect(new Set(shapes)).toEqual(new Set([shapes[0]]))
    expect(answers[0]?.status).toBe(404)
    expect((await look(eve, good)).status).toBe(200)
    expect(await listed(ann)).toHaveLength(2)
  })

  test('is declined, which is counted, and ends one that was for one', async () => {
    const [forMany, forOne] = [await tokenOf(ann), await tokenOf(ann, { maxUses: 1 })]
    for (const token of [forMany, forOne]) expect((await decline(eve, token)).status).toBe(204)
    expect((await look(eve, forOne)).status).toBe(404)
    expect(await listed(ann)).toMatchObject([{ declined: 1, uses: 0, maxUses: null }])
    expect(JSON.stringify(await listed(ann))).not.toContain(eve.userId)
    expect((await decline(ben, forMany)).status).toBe(204)
    expect((await listed(ann))[0].declined).toBe(1)
  })

  test('is one of fifty at most, and needs a confirmed address to be used where one is asked for', async () => {
    for (let i = 0; i < 50; i++) expect((await invite(ann)).status).toBe(201)
    expect((await invite(ann)).body.error.code).toBe('conflict')
    await revoke(ann, (await listed(ann))[0].id)
    expect((await invite(ann)).status).toBe(201)
  })
})

describe('who may invite', () => {
  test('are admins and moderators; moderators only members, nobody admins', async () => {
    expect((await invite(ben)).body.error.code).toBe('forbidden')
    expect((await ben.call('GET', `${conversations}/${group}/invitations`)).status).toBe(403)
    await makeRole(ben, 'moderator')
    expect((await invite(ben)).status).toBe(201)
    expect((await invite(ben, { role: 'moderator' })).status).toBe(403)
    expect((await invite(ann, { role: 'admin' })).status).toBe(400)
    const token = await tokenOf(ann, { role: 'moderator' })
    expect((await accept(eve, token)).body.can).toContain('pin')
    expect((await invite(await stranger('Fay'))).status).toBe(404)
    const { id } = (await listed(ann)).find(({ role }: { role: string }) => role === 'moderator')
    expect((await revoke(ben, id)).status).toBe(403)
  })

  test('take their links along when they lose the right to', async () => {
    await makeRole(ben, 'moderator')
    const token = await tokenOf(ben)
    const loses = async (lose: () => Promise<unknown>, regain: () => Promise<unknown>) => {
      expect((await look(eve, token)).status).toBe(200)
      await lose()
      expect((await look(eve, token)).status).toBe(404)
      expect((await accept(eve, token)).status).toBe(404)
      await regain()
    }
    await loses(
      () => makeRole(ben, 'member'),
      () => makeRole(ben, 'moderator'),
    )
    await loses(
      () => setStatus(ben, 'suspended'),
      () => setStatus(ben, 'active'),
    )
    await loses(
      () => eve.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`),
      () => eve.call('DELETE', `/api/v1/users/me/blocks/${ben.userId}`),
    )
    await loses(
      () => remove(ann, ben),
      () => makeRole(ben, 'moderator'),
    )
    const moderating = await tokenOf(ann, { role: 'moderator' })
    expect((await look(eve, moderating)).status).toBe(200)
    await makeRole(ben, 'admin')
    await makeRole(ann, 'moderator')
    expect((await look(eve, moderating)).status).toBe(404)
  })
})

describe('who was in it before', () => {
  test('and was removed, comes back by no older link, by a newer one, and by being added', async () => {
    const [before, another] = [await tokenOf(ann), await tokenOf(ann, { maxUses: 5 })]
    await accept(eve, before)
    expect((await remove(ann, eve)).status).toBe(204)
    for (const token of [before, another])
      for (const ask of [look, accept, decline]) expect((await ask(eve, token)).status).toBe(404)
    expect((await accept(await stranger('Fay'), before)).status).toBe(200)
    expect((await accept(eve, await tokenOf(ann))).status).toBe(200)
    await remove(ann, eve)
    expect((await accept(eve, await tokenOf(ann))).status).toBe(200)
    await eve.call('POST', `${conversations}/${group}/leave`)
    expect((await accept(eve, another)).status).toBe(404)
  })

  test('and left, comes back by any, and not around slow mode', async () => {
    await ann.call('PATCH', `${conversations}/${group}`, { body: { settings: { slowModeSeconds: 600 } } })
    const token = await tokenOf(ann)
    const say = () => eve.call('POST', `${conversations}/${group}/messages`, { body: { text: 'hello' } })
    await accept(eve, token)
    expect((await say()).status).toBe(201)
    await eve.call('POST', `${conversations}/${group}/leave`)
    expect((await accept(eve, token)).status).toBe(200)
    expect((await say()).status).toBe(429)
    testApp.clock.advance(600_000)
    expect((await say()).status).toBe(201)
  })

  test('and is removed while accepting, is out in the end', async () => {
    const token = await tokenOf(ann)
    for (let round = 0; round < 10; round++) {
      await accept(eve, token)
      const gone = remove(ann, eve)
      await Promise.all([gone, accept(eve, token), accept(eve, token), accept(eve, token)])
      expect(await membersOf()).not.toContain(eve.userId)
      const key = { partition: eve.userId, id: group }
      await testApp.ports.documents.remove(leftConversations, key)
    }
  })
})

test('of fifty who take the last use at once on two processes, one gets in', async () => {
  const other = await createTestApp({ ports: () => testApp.ports })
  const token = await tokenOf(ann, { maxUses: 1 })
  const people = await Promise.all(Array.from({ length: 50 }, (_, i) => stranger(`Person${i}`)))
  const answers = await Promise.all(
    people.map(async ({ accessToken }, i) =>
      (i % 2 === 0 ? testApp : other).app.request(`http://localhost/api/v1/invitations/${token}/accept`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}` },
      }),
    ),
  )
  const counts = Object.groupBy(answers, ({ status }) => status)
  expect([counts[200]?.length, counts[404]?.length]).toEqual([1, 49])
  expect(await membersOf()).toHaveLength(3)
  expect((await listed(ann))[0]).toMatchObject({ uses: 1, maxUses: 1 })
})

test('of fifty who take twenty uses at once on two processes, twenty get in', async () => {
  const other = await createTestApp({ ports: () => testApp.ports })
  const token = await tokenOf(ann, { maxUses: 20 })
  const people = await Promise.all(Array.from({ length: 50 }, (_, i) => stranger(`Person${i}`)))
  const answers = await Promise.all(
    people.map(async ({ accessToken }, i) =>
      (i % 2 === 0 ? testApp : other).app.request(`http://localhost/api/v1/invitations/${token}/accept`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}` },
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(await membersOf()).toHaveLength(22)
  expect((await listed(ann))[0]).toMatchObject({ uses: 20 })
})

test('a full group lets nobody in, and uses nothing up', async () => {
  const head = await testApp.ports.documents.read(messages, { partition: group, id: 'head' })
  if (head?.value.kind !== 'head') throw new Error('no head')
  const [first] = head.value.members
  const crowd = Array.from({ length: 498 }, (_, i) => ({
    ...first!,
    role: 'member' as const,
    userId: `p${i}`,
  }))
  const full = { ...head.value, members: [...head.value.members, ...crowd] }
  await testApp.ports.documents.replace(messages, full, head.version)
  testApp.clock.advance(6_000)
  const token = await tokenOf(ann, { maxUses: 3 })
  const refused = await accept(eve, token)
  expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict'])
  expect((await listed(ann))[0].uses).toBe(0)
})

test('guests come in by links of staff alone, and suspended people not at all', async () => {
  const guest = browserOf(testApp)
  await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Gil' } })
  const token = await tokenOf(ann)
  for (const ask of [look, accept, decline]) expect((await ask(guest, token)).status).toBe(404)
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'mentor' }))
  expect((await accept(guest, token)).status).toBe(200)
  await setStatus(eve, 'suspended')
  expect((await accept(eve, token)).body.error.code).toBe('account_suspended')
})

test('making and opening are limited for each person', async () => {
  testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '100000' } })
  ann = await stranger('Ann')
  const admin = await stranger('Admin')
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  await testApp.runJob('sync-staff-directory')
  const body = { type: 'group', name: 'Garden', participantIds: [admin.userId] }
  group = (await ann.call('POST', conversations, { body })).body.id
  let token = ''
  for (let i = 0; i < 20; i++) token = await tokenOf(ann)
  expect((await invite(ann)).status).toBe(429)
  testApp.clock.advance(60_000)
  for (let i = 0; i < 20; i++) await look(ann, i % 2 === 0 ? token : 'guess')
  for (const ask of [look, accept, decline]) expect((await ask(ann, token)).status).toBe(429)
})

test('what somebody invited is handed over to them, and goes with them', async () => {
  await makeRole(ben, 'moderator')
  const [mine, theirs] = [await invite(ben, { maxUses: 4 }), await invite(ann)]
  const entry = testApp.registry.entries().find(({ store }) => store === messages.name)
  const account = { userId: ben.userId } as never
  if (!entry || !('collect' in entry) || !('erase' in entry)) throw new Error('not registered')
  const [exported] = (await entry.collect(account)) as { invitations: object[] }[]
  expect(exported?.invitations).toEqual([expect.objectContaining({ id: mine.body.id, maxUses: 4 })])
  expect(JSON.stringify(exported)).not.toContain('secret')
  await ben.call('POST', `${conversations}/${group}/leave`)
  await entry.erase(account)
  expect((await listed(ann)).map(({ id }: { id: string }) => id)).toEqual([theirs.body.id])
})
