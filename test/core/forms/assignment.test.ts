import { expect, test } from 'vitest'
import { browserOf, createTestApp, logInOf, person, signedInBrowser } from '../../app.ts'

const contact = {
  name: 'Ann Example',
  email: 'ann@example.com',
  subject: 'A question',
  message: 'When does the next course begin?',
}

async function open() {
  const testApp = await createTestApp()
  const staff = async (name: string, role: 'admin' | 'mentor' | 'user') => {
    const account = { ...person, email: `${name}@tools.example` }
    const browser = await signedInBrowser(testApp, account)
    await testApp.users.changeUser(browser.userId, (user) => ({ ...user, role }))
    await browser.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
    return browser
  }
  const send = async (extra: object = {}) => {
    testApp.clock.advance(1)
    const { body } = await browserOf(testApp).call('POST', '/api/v1/forms/contact', {
      body: { ...contact, ...extra },
    })
    return body.id as string
  }
  const told = async (to: string) => {
    await testApp.settled()
    const letters = (await testApp.ports.mailbox?.messages()) ?? []
    return letters.filter((letter) => letter.to === to && letter.subject.startsWith('For you:'))
  }
  const [admin, mia, max, uma] = await Promise.all([
    staff('admin', 'admin'),
    staff('mia', 'mentor'),
    staff('max', 'mentor'),
    staff('uma', 'user'),
  ])
  const assign = async (id: string, assignedTo: string | null) =>
    expect((await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { assignedTo } })).status).toBe(200)
  return { testApp, admin, mia, max, uma, send, told, assign }
}

test('whom a form is given to is told, once for each time, with nothing of what is in it', async () => {
  const { admin, mia, max, send, told, assign } = await open()
  const id = await send()
  await assign(id, mia.userId)
  await assign(id, mia.userId)
  await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { notes: 'Please call.' } })
  const letters = await told('mia@tools.example')
  expect(letters).toHaveLength(1)
  expect(letters[0]?.subject).toBe(`For you: ${id}`)
  for (const written of [...Object.values(contact), 'Please call.'])
    expect(`${letters[0]?.text}${letters[0]?.html}`).not.toContain(written)
  await assign(id, max.userId)
  await assign(id, mia.userId)
  await assign(id, null)
  expect(await told('max@tools.example')).toHaveLength(1)
  expect(await told('mia@tools.example')).toHaveLength(2)
  await assign(id, admin.userId)
  expect(await told('admin@tools.example')).toEqual([])
})

test('a mentor lists and reads what is assigned to them, and that alone', async () => {
  const { mia, max, uma, send, assign } = await open()
  const [mine, his, nobodys] = [await send(), await send({ email: 'x@example.com' }), await send()]
  await assign(mine, mia.userId)
  await assign(his, max.userId)
  const ids = async (query = '') =>
    (await mia.call('GET', `/api/v1/forms${query}`)).body.items.map(({ id }: any) => id)
  for (const query of [
    '',
    '?assignedTo=me',
    `?assignedTo=${mia.userId}`,
    '?name=ann',
    '?participant=ann@example.com',
  ])
    expect(await ids(query), query).toEqual([mine])
  for (const query of [`?assignedTo=${max.userId}`, '?participant=x@example.com', '?status=spam'])
    expect(await ids(query), query).toEqual([])
  const read = await mia.call('GET', `/api/v1/forms/${mine}`)
  expect(read).toMatchObject({ status: 200, body: { form: contact, others: [] } })
  for (const id of [his, nobodys]) {
    expect((await mia.call('GET', `/api/v1/forms/${id}`)).status).toBe(404)
    expect((await mia.call('PATCH', `/api/v1/forms/${id}`, { body: { notes: 'Mine?' } })).status).toBe(404)
  }
  const table = await mia.call('GET', '/api/v1/forms', { headers: { accept: 'text/csv' } })
  expect(String(table.body).trim().split('\r\n')).toHaveLength(2)
  expect((await uma.call('GET', `/api/v1/forms/${mine}`)).status).toBe(403)
  expect((await uma.call('GET', '/api/v1/forms')).status).toBe(403)
})

test('a mentor notes what they did, and changes nothing else; it ends with the assignment', async () => {
  const { admin, mia, send, assign } = await open()
  const id = await send()
  await assign(id, mia.userId)
  const patch = (body: object) => mia.call('PATCH', `/api/v1/forms/${id}`, { body })
  expect(await patch({ notes: 'Called.' })).toMatchObject({
    status: 200,
    body: { notes: [{ text: 'Called.', by: mia.userId }] },
  })
  expect((await patch({ status: 'resolved' })).status).toBe(403)
  expect((await patch({ assignedTo: null })).status).toBe(403)
  await assign(id, null)
  expect((await mia.call('GET', `/api/v1/forms/${id}`)).status).toBe(404)
  expect((await patch({ notes: 'Again.' })).status).toBe(404)
  expect((await admin.call('GET', `/api/v1/forms/${id}`)).body.notes).toHaveLength(1)
})
