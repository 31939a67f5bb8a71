import { afterEach, expect, test } from 'vitest'
import { courseMembers } from '../../../src/core/learning/courses/course-members.model.ts'
import { type Browser, browserOf, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'
import { copyOf } from '../accounts/intruder.ts'
import { publishCourse, signUp, staffMember } from './course-people.ts'

/* People who ask at once, of two processes that share nothing but the store. */

let close = async (): Promise<unknown> => undefined
afterEach(() => close())

const enrolledIn = async ({ ports }: TestApp, id: string) =>
  ((await ports.documents.read(courseMembers, { partition: id, id: 'tally' }))?.value as any)?.enrolled

test.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])(
  'fifty get exactly the places there are, and who leaves makes room for as many: %s',
  { timeout: 240_000 },
  async (kind) => {
    const processes = await startTwoProcesses(kind)
    close = processes.close
    const { one, two } = processes
    const admin = await staffMember(one, 'Zoe', 'admin')
    const { id } = await publishCourse(admin.call, { capacity: 20, lessons: 1 })
    const people: Browser[] = []
    for (let i = 0; i < 50; i++) {
      const person = await signUp(one, `Person ${'abcdefghij'[i % 10]}${'abcde'[Math.floor(i / 10)]}`)
      people.push(i % 2 === 0 ? person : copyOf(two, person))
    }
    const at = `/api/v1/courses/${id}/enroll`
    const answers = await Promise.all(people.map(({ call }) => call('POST', at)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200).length).toBe(20)
    expect(statuses.filter((status) => status === 202).length).toBe(30)
    expect(await enrolledIn(one, id)).toBe(20)

    const inside = people.filter((_, i) => statuses[i] === 200)
    const left = await Promise.all(inside.slice(0, 12).map(({ call }) => call('DELETE', at)))
    expect(left.every(({ status }) => status === 204)).toBe(true)
    for (const app of [one, two]) await app.settled()
    expect(await enrolledIn(one, id)).toBe(20)
    const taking = await Promise.all(people.map(({ call }) => call('GET', at)))
    expect(taking.filter(({ status }) => status === 200).length).toBe(20)
    const stranger = await browserOf(one).call('GET', `/api/v1/courses/${id}`)
    expect(stranger.body).toMatchObject({ capacity: 20, placesLeft: 0 })
  },
)
