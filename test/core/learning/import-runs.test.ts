import { beforeEach, expect, test } from 'vitest'
import { importedId } from '../../../src/core/learning/courses/importer.model.ts'
import { courseImportRuns } from '../../../src/core/learning/imports/imports.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { newCourse, signUp, staffMember } from './course-people.ts'
import { cartridgeFiles, olxFiles, tarred, zipped } from './sample-packages.ts'

const path = '/api/v1/admin/courses/import'
const rowOf = (key: string, more: object = {}) => ({
  ...newCourse,
  key,
  lessons: [{ key: 'one', title: 'One' }],
  ...more,
})

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Ada', 'admin')
})

async function bring(body: object) {
  const started = await admin.call('POST', path, { body })
  expect([started.status, started.body.state]).toEqual([202, 'waiting'])
  await testApp.settled()
  const { body: progress } = await admin.call('GET', started.headers.get('location') ?? '')
  return progress
}
async function upload(fileName: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const asked = await admin.call('POST', '/api/v1/files/upload-url', {
    body: { fileName, fileType: '', fileSize: bytes.byteLength, category: 'course-package' },
  })
  const { uploadUrl, headers, fileId } = asked.body
  await testApp.app.request(uploadUrl, { method: 'PUT', headers, body: bytes })
  const completed = await admin.call('POST', '/api/v1/files/complete', { body: { fileId } })
  if (completed.status !== 200) throw new Error(JSON.stringify(completed.body))
  return fileId
}

test('a list: says what became of each course, by name what was left, and is written down', async () => {
  const courses = [rowOf('a', { colour: 'blue' }), rowOf('b', { category: 'sports' }), rowOf('a')]
  const dry = await bring({ courses, isDryRun: true })
  expect(dry).toMatchObject({ state: 'finished', isDryRun: true })
  expect((await admin.call('GET', `/api/v1/courses/${await importedId('a')}/draft`)).status).toBe(404)
  const progress = await bring({ courses })
  expect(progress).toMatchObject({
    state: 'finished',
    rows: 3,
    done: 3,
    items: [
      {
        row: 1,
        key: 'a',
        outcome: 'created',
        notices: [{ lesson: null, path: 'colour', code: 'unknown_field' }],
      },
      { row: 2, outcome: 'invalid', problems: [{ path: 'category' }] },
      { row: 3, key: 'a', outcome: 'invalid', problems: [{ code: 'used_twice' }] },
    ],
  })
  const strict = await bring({ courses: [rowOf('c', { colour: 'blue' })], isStrict: true })
  expect(strict.items).toMatchObject([{ outcome: 'invalid', problems: [{ path: 'colour' }] }])
  const audited = testApp.auditRecords.filter(({ eventType }) => eventType === 'course.import')
  expect(audited.filter(({ resourceType }) => resourceType === 'course-import')).toHaveLength(3)
  expect(audited.filter(({ resourceType }) => resourceType === 'course')).toMatchObject([
    { actorId: admin.userId, resourceId: await importedId('a'), reason: 'created' },
  ])
})

test('again, twice at once and with the same key: each course is there once, and unchanged', async () => {
  const body = { courses: [rowOf('a'), rowOf('b')] }
  await Promise.all([bring(body), bring(body)])
  expect((await bring(body)).items.map(({ outcome }: any) => outcome)).toEqual(['unchanged', 'unchanged'])
  const headers = { 'idempotency-key': 'once' }
  const [first, second] = [
    await admin.call('POST', path, { body, headers }),
    await admin.call('POST', path, { body, headers }),
  ]
  expect(second.body).toEqual(first.body)
  await testApp.settled()
  expect((await admin.call('GET', `/api/v1/courses/${await importedId('a')}/draft`)).body.version).toBe(1)
})

test('a cartridge and OLX that were uploaded', async () => {
  const fileId = await upload('garden.imscc', zipped(cartridgeFiles()))
  const cartridge = await bring({ fileId, format: 'common-cartridge', category: 'life-skills' })
  expect(cartridge).toMatchObject({
    state: 'finished',
    items: [{ outcome: 'created', key: 'garden-course' }],
  })
  expect(cartridge.items[0].notices.length).toBeGreaterThan(5)
  const olx = await upload('bike.tar.gz', new Uint8Array(tarred(olxFiles())))
  expect((await bring({ fileId: olx, format: 'olx', key: 'bikes' })).items).toMatchObject([
    { outcome: 'created' },
  ])
  expect((await bring({ fileId: olx, format: 'common-cartridge' })).items).toMatchObject([
    { outcome: 'invalid', problems: [{ code: 'not_a_package' }] },
  ])
})

test('only a package of the admin’s own is read, and only admins ask', async () => {
  for (const body of [
    { fileId: await importedId('nothing'), format: 'olx' },
    { courses: [rowOf('a')], fileId: await importedId('nothing'), format: 'olx' },
    {},
    { fileId: await importedId('nothing') },
  ])
    expect((await admin.call('POST', path, { body })).status).toBe(400)
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  const ann = await signUp(testApp, 'Ann')
  for (const { call } of [mentor, ann]) {
    expect((await call('POST', path, { body: { courses: [rowOf('a')] } })).status).toBe(403)
    expect((await call('GET', `${path}/${await importedId('x')}`)).status).toBe(403)
  }
  expect((await admin.call('GET', `${path}/${await importedId('x')}`)).status).toBe(404)
  const asked = await mentor.call('POST', '/api/v1/files/upload-url', {
    body: { fileName: 'a.imscc', fileType: '', fileSize: 10, category: 'course-package' },
  })
  expect(asked.status).toBe(403)
})

test('one that was cut off goes on where it stopped, and in the end is said to have failed', async () => {
  let isDown = false
  testApp = await createTestApp({
    ports: ({ documents }) => {
      const down = { ...documents }
      for (const name of ['insert', 'replace'] as const)
        down[name] = (async (collection: { name: string }, ...rest: unknown[]) => {
          if (isDown && collection.name === 'Courses') throw new PortUnavailable('documents')
          return (documents[name] as any)(collection, ...rest)
        }) as never
      return { documents: down }
    },
  })
  admin = await staffMember(testApp, 'Bo', 'admin')
  const begin = async (key: string) => {
    const { body } = await admin.call('POST', path, {
      body: { courses: [rowOf(`${key}-1`), rowOf(`${key}-2`)] },
    })
    await testApp.settled()
    return () => admin.call('GET', `${path}/${body.id}`)
  }
  isDown = true
  const look = await begin('late')
  expect((await look()).body).toMatchObject({ state: 'running', done: 0 })
  isDown = false
  await testApp.imports.runAll()
  expect((await look()).body.state).toBe('running')
  testApp.clock.advance(6 * 60_000)
  await testApp.imports.runAll()
  expect((await look()).body).toMatchObject({
    state: 'finished',
    done: 2,
    items: [{ outcome: 'created' }, { outcome: 'created' }],
  })

  isDown = true
  const never = await begin('never')
  for (let attempt = 0; attempt < 6; attempt++) {
    testApp.clock.advance(6 * 60_000)
    await testApp.imports.runAll()
  }
  await admin.call('POST', '/api/v1/auth/login', { body: admin.logIn })
  expect((await never()).body).toMatchObject({ state: 'failed', items: [] })
})

test('is forgotten after 30 days, and whoever asked when they are', async () => {
  const { id } = await bring({ courses: [rowOf('a')] })
  const stored = () => testApp.ports.documents.read(courseImportRuns, { partition: 'imports', id })
  expect((await stored())?.value.actorId).toBe(admin.userId)
  testApp.clock.advance(31 * 24 * 60 * 60_000)
  expect(await stored()).toBeNull()
})
