import { expect, test } from 'vitest'
import { type Browser, createTestApp, person, signedInBrowser } from '../../app.ts'
import { enrol, publishCourse, signUp, staffMember } from '../learning/course-people.ts'

const stranger = '00000000-0000-7000-8000-00000000ffff'

const assign = (admin: Browser, mentorId: string, learnerId: string) =>
  admin.call('PATCH', `/api/v1/admin/users/${learnerId}`, { body: { mentorId } })

/** A course that these people take part in. */
async function participation(author: Browser, ...people: readonly Browser[]) {
  const { id } = await publishCourse(author.call)
  for (const { call } of people) await enrol(call, id)
}

const namesOf = async (browser: Browser, query = '') =>
  (await browser.call('GET', `/api/v1/contacts${query}`)).body.items.map(({ name }: { name: string }) => name)

test('contacts are staff, people of my courses and of my mentor, by name, each once', async () => {
  const testApp = await createTestApp()
  const [ann, ben, cem, dee] = await Promise.all(
    ['Ann', 'Ben', 'Cem', 'Dee'].map((name) => signUp(testApp, name)),
  )
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  const admin = await staffMember(testApp, 'Zoe', 'admin')
  await participation(admin, ann!, ben!)
  await assign(admin, mentor.userId, ann!.userId)
  await assign(admin, mentor.userId, cem!.userId)

  expect((await ann!.call('GET', '/api/v1/contacts')).body).toEqual({
    items: [
      { userId: ben!.userId, name: 'Ben', avatar: null, via: ['course'] },
      { userId: cem!.userId, name: 'Cem', avatar: null, via: ['mentor'] },
      { userId: mentor.userId, name: 'Mia', avatar: null, role: 'mentor', via: ['staff', 'mentor'] },
      { userId: expect.any(String), name: 'Zoe', avatar: null, role: 'admin', via: ['staff'] },
    ],
    pagination: { hasMore: false, nextCursor: null },
  })
  expect(await namesOf(dee!)).toEqual(['Mia', 'Zoe'])
  const ofMentor = (await mentor.call('GET', '/api/v1/contacts')).body.items
  expect(ofMentor.map(({ name }: { name: string }) => name)).toEqual(['Ann', 'Cem', 'Zoe'])
})

test('an admin finds whomever they may write to by name, page by page, and nobody else does', async () => {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Zoe Walker', 'admin')
  const people: Awaited<ReturnType<typeof signUp>>[] = []
  for (let i = 0; i < 7; i++) people.push(await signUp(testApp, `Walker ${i}`))
  await signUp(testApp, 'Somebody Else')
  const [suspended, blocked] = people as [(typeof people)[0], (typeof people)[0]]
  await admin.call('PATCH', `/api/v1/admin/users/${suspended.userId}`, { body: { status: 'suspended' } })
  await blocked.call('PUT', `/api/v1/users/me/blocks/${admin.userId}`)
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: any = (await admin.call('GET', `/api/v1/contacts?q=walk&limit=2${cursor}`)).body
    found.push(...page.items.map(({ name }: { name: string }) => name))
    const { nextCursor } = page.pagination
    cursor = nextCursor === null ? null : `&cursor=${encodeURIComponent(nextCursor)}`
  }
  expect(found.toSorted()).toEqual(['Walker 2', 'Walker 3', 'Walker 4', 'Walker 5', 'Walker 6'])
  for (const name of await namesOf(admin, '?q=walker&limit=100')) expect(name).toContain('Walker')
  expect(await namesOf(admin)).toEqual([])
  expect(await namesOf(people[3]!, '?q=walk')).toEqual(['Zoe Walker'])
  const damaged = await admin.call('GET', '/api/v1/contacts?q=walk&cursor=everybody.nonsense')
  expect(damaged.status).toBe(400)
})

test('writing is allowed exactly to contacts; unknown, suspended and blocked look alike', async () => {
  const testApp = await createTestApp()
  const { canWriteTo } = testApp.contacts
  const people = await Promise.all(['Ann', 'Ben', 'Cem', 'Dee'].map((name) => signUp(testApp, name)))
  const [ann, ben, cem, dee] = people.map(({ userId }) => userId) as [string, string, string, string]
  const [mentor, admin] = [
    await staffMember(testApp, 'Mia', 'mentor'),
    await staffMember(testApp, 'Zoe', 'admin'),
  ]
  await participation(admin, people[0]!, people[1]!)
  await assign(admin, mentor.userId, ann)
  await assign(admin, mentor.userId, cem)
  const may = (from: string, to: string) => canWriteTo({ userId: from }, to)

  expect(await Promise.all([may(ann, ben), may(ann, cem), may(cem, ben), may(ann, dee)])).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(
    await Promise.all([may(dee, mentor.userId), may(dee, admin.userId), may(admin.userId, dee)]),
  ).toEqual([true, true, true])
  expect(await Promise.all([may(mentor.userId, ann), may(mentor.userId, dee)])).toEqual([true, false])
  expect(await Promise.all([may(ann, ann), may(ann, stranger), may(stranger, ann)])).toEqual([
    false,
    false,
    false,
  ])
  await testApp.users.changeUser(dee, (user) => ({ ...user, role: 'guest' }))
  expect(
    await Promise.all([may(dee, mentor.userId), may(mentor.userId, dee), may(dee, ann), may(ann, dee)]),
  ).toEqual([true, true, false, false])
  await testApp.users.changeUser(ben, (user) => ({ ...user, status: 'suspended' }))
  expect(await may(ann, ben)).toBe(false)
})

test('a block works both ways, is listed, and can be taken back', async () => {
  const testApp = await createTestApp()
  const [ann, ben] = await Promise.all([signUp(testApp, 'Ann'), signUp(testApp, 'Ben')])
  await participation(await staffMember(testApp, 'Zoe', 'admin'), ann, ben)
  const block = `/api/v1/users/me/blocks/${ben.userId}`
  expect((await ann.call('PUT', block)).status).toBe(204)
  expect((await ann.call('PUT', block)).status).toBe(204)
  expect((await ann.call('PUT', `/api/v1/users/me/blocks/${stranger}`)).status).toBe(204)
  expect([await namesOf(ann), await namesOf(ben)]).toEqual([['Zoe'], ['Zoe']])
  const { canWriteTo } = testApp.contacts
  expect(await canWriteTo(ann, ben.userId)).toBe(false)
  expect(await canWriteTo(ben, ann.userId)).toBe(false)
  const listed = (await ann.call('GET', '/api/v1/users/me/blocks')).body.items
  expect(new Map(listed.map((item: any) => [item.userId, item.name]))).toEqual(
    new Map([
      [ben.userId, 'Ben'],
      [stranger, null],
    ]),
  )
  expect((await ann.call('DELETE', block)).status).toBe(204)
  expect((await ann.call('DELETE', block)).status).toBe(204)
  expect(await canWriteTo(ben, ann.userId)).toBe(true)
  expect((await ann.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`)).status).toBe(400)
  expect((await ann.call('PUT', '/api/v1/users/me/blocks/7')).status).toBe(404)
})

test('search folds case and accents; pages go on where they ended; a made-up cursor is refused', async () => {
  const testApp = await createTestApp()
  const names = ['Ann', 'José Díaz', 'Josie', 'Karl', 'josh']
  const people = await Promise.all(
    names.map((name, i) => signedInBrowser(testApp, { ...person, name, email: `person${i}@example.com` })),
  )
  await participation(await staffMember(testApp, 'Zoe', 'admin'), ...people)
  const ann = people[0]!
  expect(await namesOf(ann, '?q=JOS')).toEqual(['José Díaz', 'josh', 'Josie'])
  expect(await namesOf(ann, `?q=${encodeURIComponent('díaz')}`)).toEqual(['José Díaz'])
  const found: string[] = []
  let query = '?limit=1'
  for (let page = 0; page < 5; page++) {
    const { items, pagination } = (await ann.call('GET', `/api/v1/contacts${query}`)).body
    found.push(items[0].name)
    query = `?limit=1&cursor=${pagination.nextCursor}`
  }
  expect(found).toEqual(['José Díaz', 'josh', 'Josie', 'Karl', 'Zoe'])
  const refused = await ann.call('GET', '/api/v1/contacts?cursor=made-up')
  expect([refused.status, refused.body.error.details[0].path]).toEqual([400, 'cursor'])
})

test('the staff directory follows the accounts, also after a crash between the two', async () => {
  const testApp = await createTestApp()
  const ann = await signUp(testApp, 'Ann')
  const ben = await signUp(testApp, 'Ben')
  await testApp.users.changeUser(ben.userId, (user) => ({ ...user, role: 'mentor' }))
  expect(await namesOf(ann)).toEqual([])
  await testApp.runJob('sync-staff-directory')
  expect(await namesOf(ann)).toEqual(['Ben'])
  await testApp.users.changeUser(ben.userId, (user) => ({ ...user, status: 'suspended' }))
  await testApp.runJob('sync-staff-directory')
  expect(await namesOf(ann)).toEqual([])
})
