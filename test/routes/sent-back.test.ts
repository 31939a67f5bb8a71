import { describe, expect, test } from 'vitest'
import { type Browser, createTestApp, person, signedInBrowser } from '../app.ts'
import { openForms, referral, submit } from '../core/forms/form-world.ts'
import {
  complete,
  enrol,
  newCourse,
  publishCourse,
  sampleQuiz,
  staffMember,
} from '../core/learning/course-people.ts'
import { chatPeople } from '../core/messaging/chat-people.ts'

/* Whoever reads an object, changes a field and sends all of it back may. What cannot be set stays as it is. */

interface Known {
  readonly by: Browser
  readonly path: string
  /** Where it is read, if not there. */
  readonly read?: () => Promise<any>
  /** One thing that is changed in it. */
  readonly change: Record<string, unknown>
}

const call = async (by: Browser, method: string, path: string, body?: unknown) => {
  const answer = await by.call(method, `/api/v1${path}`, body === undefined ? {} : { body })
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body
}

async function author() {
  const testApp = await createTestApp()
  const ada = await staffMember(testApp, 'Ada', 'admin')
  await call(ada, 'POST', '/auth/step-up', { password: person.password })
  return { testApp, ada }
}

const open: Readonly<Record<string, () => Promise<Known>>> = {
  'a profile': async () => ({
    by: await signedInBrowser(await createTestApp()),
    path: '/users/me',
    change: { name: 'Ann Other' },
  }),
  'an account': async () => {
    const { testApp, ada } = await author()
    const { userId } = await signedInBrowser(testApp)
    const read = async () => {
      const { items } = await call(ada, 'GET', '/admin/users')
      return items.find(({ id }: { id: string }) => id === userId)
    }
    return { by: ada, path: `/admin/users/${userId}`, read, change: { mentorId: ada.userId } }
  },
  'a draft of a course': async () => {
    const { ada } = await author()
    const first = await publishCourse(ada.call, { lessons: 1 })
    const { id } = await call(ada, 'POST', '/courses', { ...newCourse, prerequisites: [first.id] })
    const read = () => call(ada, 'GET', `/courses/${id}/draft`)
    return { by: ada, path: `/courses/${id}`, read, change: { title: 'Another title' } }
  },
  'a course': async () => {
    const { ada } = await author()
    const { id } = await publishCourse(ada.call, { lessons: 1 })
    return { by: ada, path: `/courses/${id}`, change: { title: 'Another title' } }
  },
  'a lesson': async () => {
    const { ada } = await author()
    const { id } = await call(ada, 'POST', '/courses', newCourse)
    const lesson = await call(ada, 'POST', `/courses/${id}/lessons`, {
      title: 'One',
      duration: 3,
      quiz: sampleQuiz,
      resources: [{ title: 'Sheet', url: 'https://example.com/a.pdf', type: 'pdf' }],
      transcript: { text: 'Said.' },
    })
    const read = () => call(ada, 'GET', `/courses/${id}/draft/lessons/${lesson.id}`)
    return { by: ada, path: `/courses/${id}/lessons/${lesson.id}`, read, change: { title: 'Two' } }
  },
  'a module': async () => {
    const { ada } = await author()
    const { id } = await call(ada, 'POST', '/courses', newCourse)
    const made = await call(ada, 'POST', `/courses/${id}/modules`, { title: 'One' })
    const read = async () => (await call(ada, 'GET', `/courses/${id}/draft`)).modules[0]
    return { by: ada, path: `/courses/${id}/modules/${made.id}`, read, change: { title: 'Two' } }
  },
  'a certificate': async () => {
    const { testApp, ada } = await author()
    const { id, lessonIds } = await publishCourse(ada.call, { lessons: 1 })
    const ann = await signedInBrowser(testApp)
    await enrol(ann.call, id)
    await complete(ann.call, id, lessonIds[0]!)
    const read = async () => (await call(ann, 'GET', '/users/me/certificates')).items[0]
    return { by: ann, path: `/users/me/certificates/${id}`, read, change: { shows: 'course' } }
  },
  'a form': async () => {
    const { visitor, admin } = await openForms()
    const { id } = (await submit(visitor, 'referral', referral)).body
    await call(admin, 'PATCH', `/forms/${id}`, { notes: 'Called.' })
    return { by: admin, path: `/forms/${id}`, change: { status: 'reviewed' } }
  },
  'a conversation': async () => {
    const [ann, ben] = await chatPeople(await createTestApp(), 'Ann', 'Ben')
    const group = { type: 'group', participantIds: [ben!.userId], name: 'Ours' }
    const { id } = await call(ann!, 'POST', '/conversations', group)
    return { by: ann!, path: `/conversations/${id}`, change: { name: 'Theirs' } }
  },
  'a message': async () => {
    const [ann, ben] = await chatPeople(await createTestApp(), 'Ann', 'Ben')
    const group = { type: 'group', participantIds: [ben!.userId], name: 'Ours' }
    const { id } = await call(ann!, 'POST', '/conversations', group)
    const message = await call(ann!, 'POST', `/conversations/${id}/messages`, { text: 'hello' })
    const read = async () => (await call(ann!, 'GET', `/conversations/${id}/messages`)).items[0]
    return { by: ann!, path: `/messages/${message.id}`, read, change: { text: 'goodbye' } }
  },
}

describe('sent back whole', () => {
  test.each(Object.entries(open))('%s changes in what was changed', async (_, begin) => {
    const { by, path, change, read = () => call(by, 'GET', path) } = await begin()
    const before = await read()
    const set = Object.keys(change)
    await call(by, 'PATCH', path, { ...before, ...change })
    const after = await read()
    expect(after).toMatchObject(change)
    const moved =
      /updatedAt|reviewedAt|editedAt|metadata|seq|hasUnpublishedChanges|lastMessage|nextSendAt|consentedAt/
    for (const [name, value] of Object.entries(before))
      if (!set.includes(name) && !moved.test(name)) expect(after[name], name).toEqual(value)
  })

  test('a role that is sent back with a profile gives nothing, and an unknown field is still named', async () => {
    const ann = await signedInBrowser(await createTestApp())
    const profile = await call(ann, 'GET', '/users/me')
    const taken = { ...profile, role: 'admin', status: 'suspended', email: 'other@example.com', id: 'x' }
    expect(await call(ann, 'PATCH', '/users/me', { ...taken, name: 'Ann B' })).toMatchObject({
      id: profile.id,
      role: 'user',
      status: profile.status,
      email: profile.email,
      name: 'Ann B',
    })
    const answer = await ann.call('PATCH', '/api/v1/users/me', { body: { ...profile, passwordHash: 'x' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'passwordHash', code: 'unknown_field' }] } },
    })
  })
})
