import { type Browser, browserOf, signedInBrowser, type TestApp } from '../../app.ts'

const password = 'SecurePass123!'

export const signUp = (testApp: TestApp, name: string) =>
  signedInBrowser(testApp, {
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
    password,
    name,
  })

/** An account with that role, signed in. */
export async function staffMember(testApp: TestApp, name: string, role: 'mentor' | 'admin') {
  const email = `${name.toLowerCase()}@example.org`
  const passwordHash = await testApp.ports.hasher.hash(password)
  const { id } = await testApp.users.createAccount({ email, name, passwordHash, role })
  const browser = browserOf(testApp)
  await browser.call('POST', '/api/v1/auth/login', { body: { email, password } })
  return { ...browser, userId: id, logIn: { email, password } }
}

export const newCourse = {
  title: 'Reading a pay slip',
  description: 'What is on it and what to do when it is wrong.',
  category: 'job-readiness',
  level: 'beginner',
}

export const sampleQuiz = {
  passPercent: 60,
  questions: [
    {
      id: 'gross',
      type: 'single',
      text: 'Which is more?',
      choices: [
        { id: 'gross', text: 'Gross pay', isCorrect: true },
        { id: 'net', text: 'Net pay', isCorrect: false },
      ],
    },
  ],
}

type Call = Browser['call']

/** A published course of that many lessons, written by whoever calls. */
export async function publishCourse(
  call: Call,
  { lessons = 3, ...fields }: { lessons?: number; [field: string]: unknown } = {},
  lessonFields: Record<string, unknown> = {},
): Promise<{ id: string; lessonIds: string[] }> {
  const created = await call('POST', '/api/v1/courses', { body: { ...newCourse, ...fields } })
  const { id } = created.body
  const lessonIds: string[] = []
  for (let number = 1; number <= lessons; number++) {
    const body = { title: `Lesson ${number}`, duration: 10, content: `# Lesson ${number}`, ...lessonFields }
    lessonIds.push((await call('POST', `/api/v1/courses/${id}/lessons`, { body })).body.id)
  }
  const published = await call('POST', `/api/v1/courses/${id}/publish`)
  if (published.status !== 200) throw new Error(`not published: ${JSON.stringify(published.body)}`)
  return { id, lessonIds }
}

export const enrol = (call: Call, courseId: string) => call('POST', `/api/v1/courses/${courseId}/enroll`)

export const complete = (call: Call, courseId: string, lessonId: string, body?: unknown) =>
  call('POST', `/api/v1/courses/${courseId}/lessons/${lessonId}/complete`, body === undefined ? {} : { body })
