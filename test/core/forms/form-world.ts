import { type Browser, browserOf, createTestApp, logInOf, person, signedInBrowser } from '../../app.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export const contact = {
  name: 'Ann Example',
  email: 'ann@example.com',
  subject: 'A question',
  message: 'When does the next course begin?',
}
export const interest = {
  name: 'Ann Example',
  email: 'ann@example.com',
  interests: ['job-readiness'],
  availability: 'weekday mornings',
}
export const referral = {
  relationship: 'officer',
  referrer: {
    name: 'Olga Officer',
    email: 'olga@agency.example',
    phone: '+1 619 555 0100',
    organization: 'Agency',
  },
  participant: { name: 'Pat Participant', contact: 'pat@example.com' },
  services: ['housing'],
  urgency: 'high',
  notes: 'Released on parole next week, needs a bed and somebody who calls before Friday noon.',
}

export const submit = (browser: Browser, kind: string, body: unknown, headers: Record<string, string> = {}) =>
  browser.call('POST', `/api/v1/forms/${kind}`, { body, headers })

/** The app with somebody who submits and an administrator who reads it. Both are told by mail. */
export async function openForms(environment: Record<string, string> = {}) {
  const testApp = await createTestApp({
    environment: {
      FORMS_NOTIFY: 'intake@tools.example',
      FORMS_ESCALATE: 'director@tools.example',
      ...environment,
    },
  })
  const visitor = browserOf(testApp)
  const account = { ...person, email: 'admin@tools.example' }
  const admin = await signedInBrowser(testApp, account)
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  const signIn = () => admin.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
  await signIn()
  const pass = async (ms: number) => {
    testApp.clock.advance(ms)
    await signIn()
  }
  const mailsTo = async (address: string) => {
    await testApp.settled()
    const letters = await testApp.ports.mailbox!.messages()
    return letters.filter(({ to }) => to === address).toReversed()
  }
  const list = async (query = '') => (await admin.call('GET', `/api/v1/forms${query}`)).body.items
  const review = (id: string, body: unknown) => admin.call('PATCH', `/api/v1/forms/${id}`, { body })
  const readiness = async () => (await visitor.call('GET', '/api/readyz')).body
  return { testApp, visitor, admin, pass, mailsTo, list, review, readiness }
}
