import { beforeEach, describe, expect, test } from 'vitest'
import { createMemoryEdgeCache } from '../../../src/adapters/memory/edge-cache.ts'
import { createMemoryLog } from '../../../src/adapters/memory/log.ts'
import type { EdgeCache } from '../../../src/ports/edge-cache.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { readEdgeRule } from '../../edge-rule.ts'
import { uploadAs } from '../files/upload-as.ts'
import { newCourse, publishCourse, signUp, staffMember } from './course-people.ts'

/* What is taken out of the edge, by whom: everything that changes or goes and is the same for everybody. */

let testApp: TestApp
let edgeCache: ReturnType<typeof createMemoryEdgeCache>
let mentor: Awaited<ReturnType<typeof staffMember>>
beforeEach(async () => {
  edgeCache = createMemoryEdgeCache()
  testApp = await createTestApp({ ports: () => ({ edgeCache }) })
  mentor = await staffMember(testApp, 'Mia', 'mentor')
})

/** What was asked for since it was asked last, each once. */
let seen = 0
beforeEach(() => {
  seen = 0
})
async function purged(): Promise<readonly string[]> {
  await testApp.settled()
  const since = edgeCache.purged.slice(seen).flat()
  seen = edgeCache.purged.length
  return [...new Set(since)].toSorted()
}
const ofCourse = (id: string) => ['/api/v1/courses', `/api/v1/courses/${id}`]
const fine = ({ status }: { readonly status: number }) => expect(status).toBeLessThan(300)

describe('a course', () => {
  test('that nobody sees yet is no matter; published, changed and archived it is', async () => {
    const draft = await mentor.call('POST', '/api/v1/courses', { body: newCourse })
    fine(await mentor.call('PATCH', `/api/v1/courses/${draft.body.id}`, { body: { title: 'Another' } }))
    expect(await purged()).toEqual([])
    const { id } = await publishCourse(mentor.call, { lessons: 1 })
    expect(await purged()).toEqual(ofCourse(id))
    fine(await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { title: 'Another' } }))
    expect(await purged()).toEqual(ofCourse(id))
    fine(await mentor.call('DELETE', `/api/v1/courses/${id}`))
    expect(await purged()).toEqual(ofCourse(id))
  })

  test('whose picture is another: the former one goes', async () => {
    const { id } = await publishCourse(mentor.call, { lessons: 1 })
    const show = async () => {
      const thumbnailFileId = await uploadAs(testApp, mentor.call, 'thumbnail')
      const answer = await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { thumbnailFileId } })
      fine(answer)
      return new URL(answer.body.thumbnail).pathname
    }
    const first = await show()
    await purged()
    await show()
    expect(await purged()).toEqual([...ofCourse(id), first].toSorted())
  })
})

test('the picture of a person goes when another takes its place, when it is taken away, and with the account', async () => {
  const ann = await signUp(testApp, 'Ann')
  const show = async () => {
    const answer = await ann.call('POST', '/api/v1/users/me/avatar', {
      body: { fileId: await uploadAs(testApp, ann.call, 'avatar') },
    })
    fine(answer)
    return new URL(answer.body.avatar).pathname
  }
  const first = await show()
  expect(await purged()).toEqual([])
  const second = await show()
  expect(await purged()).toEqual([first])
  fine(await ann.call('DELETE', '/api/v1/users/me/avatar'))
  expect(await purged()).toEqual([second])
  const third = await show()
  await testApp.files.personal.erase(ann.userId)
  expect(await purged()).toEqual([third])
})

test('every path that is asked for is one that may be kept', async () => {
  const rule = readEdgeRule()
  const { id } = await publishCourse(mentor.call, { lessons: 1 })
  const thumbnailFileId = await uploadAs(testApp, mentor.call, 'thumbnail')
  fine(await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { thumbnailFileId } }))
  fine(await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { thumbnailFileId: null } }))
  const paths = await purged()
  expect(paths.length).toBe(3)
  for (const path of paths) expect(rule.test(path), path).toBe(true)
})

test.each<readonly [string, EdgeCache['purge']]>([
  ['does not answer', () => new Promise(() => {})],
  ['refuses', () => Promise.reject(new PortUnavailable('edge cache'))],
  ['has a fault', () => Promise.reject(new TypeError('a fault'))],
])('what is in front %s: a course is published all the same', async (_, purge) => {
  const log = createMemoryLog()
  testApp = await createTestApp({ ports: () => ({ edgeCache: { purge }, log }) })
  mentor = await staffMember(testApp, 'Mia', 'mentor')
  const { id } = await publishCourse(mentor.call, { lessons: 1 })
  expect((await testApp.app.request(`/api/v1/courses/${id}`)).status).toBe(200)
})
