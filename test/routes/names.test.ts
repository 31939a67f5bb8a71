import { expect, test } from 'vitest'
import { files } from '../../src/core/files/files.model.ts'
import { DisplayName } from '../../src/core/kernel/display-name.ts'
import { greetingOf } from '../../src/core/platform/mail/mail.model.ts'
import type { IdentityProviders, ProvidedIdentity } from '../../src/ports/identity-providers.ts'
import { type Answer, browserOf, createTestApp, origin, person, signedInBrowser } from '../app.ts'
import { refusedNames, shownNames, withoutLetters } from '../contracts/names.ts'
import { captionsInEnglish, uploadFile } from '../core/files/upload.ts'
import { complete, enrol, newCourse, publishCourse } from '../core/learning/course-people.ts'
import { requestFields } from './request-fields.ts'

let vouched: ProvidedIdentity | null = null
const provider: IdentityProviders = {
  names: ['google'],
  addressOf: async () => Promise.reject(new Error('not asked for')),
  redeem: async () => vouched,
}

const testApp = await createTestApp({
  environment: { FILES_QUOTA_MB: '1000000' },
  ports: () => ({ identityProviders: provider }),
})
const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
await admin.call('POST', '/api/v1/auth/login', {
  body: { ...person, name: undefined, email: 'admin@tools.example' },
})
const stepUp = () => admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
await stepUp()
const ann = await signedInBrowser(testApp)
const group = await ann.call('POST', '/api/v1/conversations', {
  body: { type: 'group', participantIds: [admin.userId], name: 'Group' },
})
const course = await publishCourse(admin.call, { lessons: 1 })
await admin.call('POST', `/api/v1/courses/${course.id}/enroll`)
let people = 0
const newEmail = () => `somebody.${++people}@tools.example`

type Door = (name: string) => Promise<{ readonly answer: Answer; readonly shown?: unknown }>
const lastForm = async () => (await admin.call('GET', '/api/v1/forms?limit=1')).body.items[0].form

const postForm =
  (kind: string, body: (name: string) => object, read: (form: any) => unknown): Door =>
  async (name) => {
    const answer = await browserOf(testApp).call('POST', `/api/v1/forms/${kind}`, { body: body(name) })
    return { answer, ...(answer.status === 201 ? { shown: read(await lastForm()) } : {}) }
  }
const reach = { email: 'ann@example.com' }
const referral = (referrer: object, participant: object) => ({
  referrer: { ...reach, name: 'Olga', phone: '619 555 0100', organization: 'Agency', ...referrer },
  participant: { name: 'Pat', contact: '619 555 0199', ...participant },
  services: ['housing'],
  urgency: 'normal',
})
const saying =
  (
    browser: typeof ann,
    method: string,
    path: string,
    body: (name: string) => object,
    read: (body: any) => unknown,
  ): Door =>
  async (name) => {
    const answer = await browser.call(method, path, { body: body(name) })
    return { answer, shown: read(answer.body) }
  }
const readName = ({ name }: { name?: string }) => name
const lesson = { title: 'Lesson', duration: 10, content: '# Lesson' }
const resources = (title: string) => ({ resources: [{ title, url: 'https://tools.example', type: 'link' }] })
const lessons = `/api/v1/courses/${course.id}/lessons`
const modules = `/api/v1/courses/${course.id}/modules`
const { id: captionFileId } = await uploadFile(testApp, admin, captionsInEnglish)
const captions = (label: string) => ({ captions: [{ fileId: captionFileId, language: 'en', label }] })
const { id: moduleId } = (await admin.call('POST', modules, { body: { title: 'Module' } })).body

/** Gives a name, and says what others see of it; nothing where that is not in the same step. */
const doors: Readonly<Record<string, Door>> = {
  async 'PATCH /api/v1/users/me/certificates/{courseId} body.name'(name) {
    await enrol(ann.call, course.id)
    await complete(ann.call, course.id, course.lessonIds[0] ?? '')
    const path = `/api/v1/users/me/certificates/${course.id}`
    const answer = await ann.call('PATCH', path, { body: { name } })
    return { answer, shown: answer.body.name }
  },
  async 'POST /api/v1/auth/signup body.name'(name) {
    const body = { ...person, email: newEmail(), name }
    const answer = await browserOf(testApp).call('POST', '/api/v1/auth/signup', { body })
    return { answer, shown: answer.body.user?.name }
  },
  async 'POST /api/v1/auth/guest body.name'(name) {
    const answer = await browserOf(testApp).call('POST', '/api/v1/auth/guest', { body: { name } })
    return { answer, shown: answer.body.user?.name }
  },
  async 'POST /api/v1/auth/guest/upgrade body.name'(name) {
    const guest = browserOf(testApp)
    await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Guest' } })
    const body = { ...person, email: newEmail(), name }
    const answer = await guest.call('POST', '/api/v1/auth/guest/upgrade', { body })
    return { answer, shown: answer.body.user?.name }
  },
  async 'POST /api/v1/admin/migrate-users body.users.name'(name) {
    const email = newEmail()
    const body = { users: [{ email, name }] }
    const answer = await admin.call('POST', '/api/v1/admin/migrate-users', { body })
    const isRefused = answer.status === 400 || answer.body.results[0].status === 'invalid'
    const account = await testApp.users.findByEmail(email)
    return { answer: { ...answer, status: isRefused ? 400 : 200 }, shown: account?.value.name }
  },
  'PATCH /api/v1/users/me body.name': saying(
    ann,
    'PATCH',
    '/api/v1/users/me',
    (name) => ({ name }),
    readName,
  ),
  // The challenge is wrong in any case, which is found out after the name.
  async 'POST /api/v1/auth/passkeys body.name'(name) {
    const passkey = { id: 'x', rawId: 'x', type: 'public-key' }
    const answer = await admin.call('POST', '/api/v1/auth/passkeys', {
      body: { challengeToken: 'x', passkey, name },
    })
    return { answer: { ...answer, status: answer.status === 401 ? 200 : answer.status } }
  },
  async 'PATCH /api/v1/auth/passkeys/{id} body.name'(name) {
    const answer = await admin.call('PATCH', '/api/v1/auth/passkeys/unknown', { body: { name } })
    return { answer: { ...answer, status: answer.status === 404 ? 200 : answer.status } }
  },
  'POST /api/v1/conversations body.name': saying(
    ann,
    'POST',
    '/api/v1/conversations',
    (name) => ({ type: 'group', participantIds: [admin.userId], name }),
    readName,
  ),
  'PATCH /api/v1/conversations/{id} body.name': saying(
    ann,
    'PATCH',
    `/api/v1/conversations/${group.body.id}`,
    (name) => ({ name }),
    readName,
  ),
  async 'POST /api/v1/files/upload-url body.fileName'(name) {
    const body = {
      fileName: `${name.trimEnd()}.pdf`,
      fileType: 'application/pdf',
      fileSize: 10,
      category: 'document',
    }
    const answer = await ann.call('POST', '/api/v1/files/upload-url', { body })
    const { fileId } = answer.body
    const stored = fileId
      ? await testApp.ports.documents.read(files, { partition: fileId, id: fileId })
      : null
    return { answer, shown: stored?.value.name.replace(/\.pdf$/, '') }
  },
  async 'POST /api/v1/files/complete body.fileName'(name) {
    const body = { fileId: '00000000-0000-7000-8000-00000000ffff', fileName: name }
    const answer = await ann.call('POST', '/api/v1/files/complete', { body })
    return { answer: { ...answer, status: answer.status === 404 ? 200 : answer.status } }
  },
  'POST /api/v1/forms/contact body.name': postForm(
    'contact',
    (name) => ({ ...reach, name, subject: 'A question', message: 'How does one begin here?' }),
    readName,
  ),
  'POST /api/v1/forms/interest body.name': postForm(
    'interest',
    (name) => ({ ...reach, name, interests: ['tech'], availability: 'mornings' }),
    readName,
  ),
  'POST /api/v1/forms/referral body.referrer.name': postForm(
    'referral',
    (name) => referral({ name }, {}),
    (form) => form.referrer.name,
  ),
  'POST /api/v1/forms/referral body.referrer.organization': postForm(
    'referral',
    (organization) => referral({ organization }, {}),
    (form) => form.referrer.organization,
  ),
  'POST /api/v1/forms/referral body.participant.name': postForm(
    'referral',
    (name) => referral({}, { name }),
    (form) => form.participant.name,
  ),
  'POST /api/v1/admin/service-tokens body.name': saying(
    admin,
    'POST',
    '/api/v1/admin/service-tokens',
    (name) => ({ name, scopes: ['reports:read'] }),
    readName,
  ),
  async 'POST /api/v1/users/me/shares body.recipientName'(recipientName) {
    const expiresAt = new Date(testApp.clock.now() + 60 * 60_000).toISOString()
    const body = { recipientName, courseIds: [course.id], expiresAt }
    const answer = await admin.call('POST', '/api/v1/users/me/shares', { body })
    // There can be twenty at a time.
    if (answer.body.id) await admin.call('DELETE', `/api/v1/users/me/shares/${answer.body.id}`)
    return { answer, shown: answer.body.recipientName }
  },
  'POST /api/v1/courses body.title': saying(
    admin,
    'POST',
    '/api/v1/courses',
    (title) => ({ ...newCourse, title }),
    ({ title }) => title,
  ),
  'POST /api/v1/courses body.instructor.name': saying(
    admin,
    'POST',
    '/api/v1/courses',
    (name) => ({ ...newCourse, instructor: { name, avatar: null, bio: '' } }),
    ({ instructor }) => instructor?.name,
  ),
  'PATCH /api/v1/courses/{id} body.title': saying(
    admin,
    'PATCH',
    `/api/v1/courses/${course.id}`,
    (title) => ({ title }),
    ({ title }) => title,
  ),
  'PATCH /api/v1/courses/{id} body.instructor.name': saying(
    admin,
    'PATCH',
    `/api/v1/courses/${course.id}`,
    (name) => ({ instructor: { name, avatar: null, bio: '' } }),
    ({ instructor }) => instructor?.name,
  ),
  async 'POST /api/v1/courses/{id}/modules body.title'(title) {
    const answer = await admin.call('POST', modules, { body: { title } })
    const { id, title: shown } = answer.body
    if (id) await admin.call('DELETE', `${modules}/${id}`)
    return { answer, shown }
  },
  'PATCH /api/v1/courses/{id}/modules/{moduleId} body.title': saying(
    admin,
    'PATCH',
    `${modules}/${moduleId}`,
    (title) => ({ title }),
    ({ title }) => title,
  ),
  'POST /api/v1/courses/{id}/lessons body.captions.label': saying(
    admin,
    'POST',
    lessons,
    (label) => ({ ...lesson, ...captions(label) }),
    (body) => body.captions?.[0].label,
  ),
  'PATCH /api/v1/courses/{id}/lessons/{lessonId} body.captions.label': saying(
    admin,
    'PATCH',
    `${lessons}/${course.lessonIds[0]}`,
    (label) => captions(label),
    (body) => body.captions?.[0].label,
  ),
  'POST /api/v1/courses/{id}/lessons body.title': saying(
    admin,
    'POST',
    lessons,
    (title) => ({ ...lesson, title }),
    ({ title }) => title,
  ),
  'POST /api/v1/courses/{id}/lessons body.resources.title': saying(
    admin,
    'POST',
    lessons,
    (title) => ({ ...lesson, ...resources(title) }),
    (body) => body.resources?.[0].title,
  ),
  'PATCH /api/v1/courses/{id}/lessons/{lessonId} body.title': saying(
    admin,
    'PATCH',
    `${lessons}/${course.lessonIds[0]}`,
    (title) => ({ title }),
    ({ title }) => title,
  ),
  'PATCH /api/v1/courses/{id}/lessons/{lessonId} body.resources.title': saying(
    admin,
    'PATCH',
    `${lessons}/${course.lessonIds[0]}`,
    (title) => resources(title),
    (body) => body.resources?.[0].title,
  ),
}

const AnyName = DisplayName({ min: 1, max: 255, has: 'anything' })
const ofPeople = /auth\/signup|guest|migrate|users\/me|instructor/
const isLet = (at: string, name: string): boolean =>
  // The rules of a form take away what others refuse: nobody who asks for help is turned away for a clipboard.
  at.includes('/forms/') && /[\u202d\u202e]/.test(name)

test('every field of a request that others see as a name is a door that is tried', () => {
  const fields = requestFields(testApp.describe() as never)
  const found = fields.filter(
    ({ at, name, schema }) =>
      schema['x-holds'] === 'display-name' ||
      (/name$|title|organi[sz]ation/i.test(name) && !at.startsWith('GET')),
  )
  const inRows = 'POST /api/v1/admin/migrate-users body.users.name'
  // Read by nothing: a file goes by the name it was uploaded with.
  const unread = 'POST /api/v1/forms/referral body.attachments.name'
  expect([...found.map(({ at }) => at), inRows].filter((at) => at !== unread).sort()).toEqual(
    Object.keys(doors).sort(),
  )
  for (const { at, schema } of found) if (at !== unread) expect(schema['x-holds'], at).toBe('display-name')
})

test.each(Object.entries(doors))('%s', async (at, door) => {
  for (const [given, shown] of shownNames) {
    const seen = await door(given)
    expect(seen.answer.status, `${at} ${JSON.stringify(given)}`).toBeLessThan(300)
    if ('shown' in seen) expect(seen.shown, `${at} ${JSON.stringify(given)}`).toBe(shown)
  }
  for (const name of refusedNames) {
    if (isLet(at, name)) continue
    const { answer, shown } = await door(name)
    if (at.includes('/files/')) {
      // The name of a file is cleaned: what comes out is held to the same rule.
      expect(answer.status, `${at} ${JSON.stringify(name)}`).toBe(200)
      if (shown !== undefined)
        expect(AnyName.safeParse(`${shown}.pdf`), JSON.stringify(name)).toMatchObject({ success: true })
      continue
    }
    expect(answer.status, `${at} ${JSON.stringify(name)}`).toBe(400)
  }
  for (const name of withoutLetters) {
    if (!ofPeople.test(at)) continue
    const { answer } = await door(name)
    expect(answer.status, `${at} ${name}`).toBe(400)
  }
})

test('a provider’s name for somebody is judged by the same rule, and nobody is turned away for it', async () => {
  const verifier = 'v'.repeat(43)
  for (const [name, shown] of [
    ...shownNames,
    ...[...refusedNames, ...withoutLetters].map((bad) => [bad, 'New user'] as const),
  ]) {
    const email = newEmail()
    vouched = {
      issuer: 'https://accounts.example',
      subject: email,
      email,
      isEmailVouchedFor: true,
      authenticatedAtMs: null,
      name,
    }
    const body = { provider: 'google', code: 'c', codeVerifier: verifier, redirectUri: `${origin}/back` }
    const answer = await browserOf(testApp).call('POST', '/api/v1/auth/social', { body })
    expect(answer.body.user?.name, JSON.stringify(name)).toBe(shown)
  }
})

test('mail greets by a name with joiners in it, and by none that hides something', () => {
  expect(greetingOf('علی\u200cرضا')).toBe('علی\u200cرضا')
  expect(greetingOf('An\u200bn')).toBe('Ann')
  expect(greetingOf('example\u200d.com')).toBe('')
  for (const name of refusedNames)
    expect(greetingOf(name), JSON.stringify(name)).not.toMatch(/\p{Bidi_Control}/u)
})
