import { expect, test } from 'vitest'
import { type Browser, createTestApp, signedInBrowser } from '../../app.ts'
import { publishCourse, staffMember } from '../learning/course-people.ts'
import { chatPeople } from '../messaging/chat-people.ts'
import { mp4, pdf } from './sample-files.ts'

const testApp = await createTestApp({ environment: { FILES_QUOTA_MB: '1' } })

async function upload(
  { call }: Browser,
  bytes: Uint8Array<ArrayBuffer>,
  announced: Record<string, unknown>,
): Promise<string> {
  const asked = await call('POST', '/api/v1/files/upload-url', {
    body: { fileSize: bytes.byteLength, ...announced },
  })
  const { uploadUrl, headers, fileId } = asked.body
  await testApp.app.request(uploadUrl, { method: 'PUT', headers, body: bytes })
  expect((await call('POST', '/api/v1/files/complete', { body: { fileId } })).status).toBe(200)
  return fileId
}
const paper = (fileName: string, category = 'document') => ({
  fileName,
  fileType: 'application/pdf',
  category,
})
const namesOf = (body: any) => body.items.map(({ fileName }: { fileName: string }) => fileName)

test('somebody finds their files by name, sees where each is used, and how much room is left', async () => {
  const [ann, bob] = await chatPeople(testApp, 'Annabel', 'Benedict')
  if (!ann || !bob) throw new Error('nobody is there')
  await upload(ann, pdf, paper('Résumé.pdf'))
  const direct = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [bob.userId] },
  })
  const group = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'group', participantIds: [bob.userId], name: 'Garden' },
  })
  for (const [{ body }, name] of [
    [direct, 'letter.pdf'],
    [group, 'plan.pdf'],
  ] as const) {
    const fileId = await upload(ann, pdf, paper(name, 'attachment'))
    await ann.call('POST', `/api/v1/conversations/${body.id}/messages`, {
      body: { text: 'Here', attachments: [fileId] },
    })
  }
  await ann.call('POST', '/api/v1/files/upload-url', {
    body: { ...paper('never sent.pdf'), fileSize: 1_000 },
  })

  const { body } = await ann.call('GET', '/api/v1/files')
  expect(body.items).toEqual([
    expect.objectContaining({ fileName: 'never sent.pdf', state: 'uploading', size: 1_000, usedIn: null }),
    expect.objectContaining({
      fileName: 'plan.pdf',
      state: 'available',
      usedIn: { kind: 'conversation', id: group.body.id, title: 'Garden' },
    }),
    expect.objectContaining({
      fileName: 'letter.pdf',
      usedIn: { kind: 'conversation', id: direct.body.id, title: 'Benedict' },
    }),
    expect.objectContaining({ fileName: 'Résumé.pdf', mimeType: 'application/pdf', usedIn: null }),
  ])
  expect(body.quota).toEqual({ usedBytes: 3 * pdf.byteLength + 1_000, limitBytes: 1024 * 1024 })
  expect(namesOf((await ann.call('GET', '/api/v1/files?q=resume')).body)).toEqual(['Résumé.pdf'])
  expect(namesOf((await ann.call('GET', '/api/v1/files?category=attachment')).body)).toEqual([
    'plan.pdf',
    'letter.pdf',
  ])
  const first = (await ann.call('GET', '/api/v1/files?limit=3')).body
  const rest = await ann.call('GET', `/api/v1/files?limit=3&cursor=${first.pagination.nextCursor}`)
  expect(namesOf(rest.body)).toEqual(['Résumé.pdf'])
  expect((await bob.call('GET', '/api/v1/files')).body.items).toEqual([])

  // Whoever left a group is told no more of it.
  await ann.call('POST', `/api/v1/conversations/${group.body.id}/leave`)
  const [, plan] = (await ann.call('GET', '/api/v1/files')).body.items
  expect(plan.usedIn.title).toBe(null)
})

test('a file says by which course, by which form it is used', async () => {
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  const course = await publishCourse(mentor.call, { title: 'Films' })
  const videoFileId = await upload(mentor, mp4, {
    fileName: 'lesson.mp4',
    fileType: 'video/mp4',
    category: 'course-video',
  })
  await mentor.call('POST', `/api/v1/courses/${course.id}/lessons`, {
    body: { title: 'The film', videoFileId },
  })
  expect((await mentor.call('GET', '/api/v1/files')).body.items[0].usedIn).toEqual({
    kind: 'course',
    id: course.id,
    title: 'Films',
  })
  const cyd = await signedInBrowser(testApp, {
    name: 'Cyd',
    email: 'cyd@example.com',
    password: 'SecurePass123!',
  })
  const fileId = await upload(cyd, pdf, paper('letter.pdf', 'form-attachment'))
  const referral = await cyd.call('POST', '/api/v1/forms/referral', {
    body: {
      relationship: 'self',
      participant: { name: 'Cyd', contact: 'cyd@example.com' },
      services: ['housing'],
      urgency: 'normal',
      attachments: [{ name: 'letter.pdf', url: `http://localhost:7071/api/v1/files/${fileId}/download` }],
    },
  })
  expect(referral.status).toBe(201)
  expect((await cyd.call('GET', '/api/v1/files')).body.items[0].usedIn).toEqual({
    kind: 'form',
    id: referral.body.id,
    title: referral.body.trackingNumber,
  })
})
