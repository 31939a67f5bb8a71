import { expect } from 'vitest'
import {
  type MailedPage,
  mailedPages,
  ownPagesPath,
} from '../../src/core/platform/mail/mailed-pages.model.ts'
import { type Browser, browserOf, origin, person, signedInBrowser, type TestApp } from '../app.ts'
import {
  addTotp,
  auth,
  codeOf,
  forgot,
  lastMail,
  logIn,
  logInWith,
  me,
  stepUp,
} from '../core/accounts/intruder.ts'
import { referral, submit } from '../core/forms/form-world.ts'
import { staffMember } from '../core/learning/course-people.ts'
import { lastSummary, learner, planAndSend } from '../core/notifications/weekly-mail.ts'
import type { PlainBrowser } from './plain-browser.ts'

/*
 * For each page that a mail leads to: how somebody comes to have that mail, what they do on our page, what a page of a portal
 * asks of the API instead, and how one sees that the task is done.
 */

const { email, password } = person
export const newPassword = 'Another-Secure-Pass-456'
const newEmail = 'new.address@example.com'
const day = 24 * 60 * 60_000

export interface Journey {
  readonly environment?: Record<string, string>
  /** Up to the mail. Answers its links, and whatever else the person knows. */
  readonly begin: (
    testApp: TestApp,
  ) => Promise<{ readonly links: readonly string[]; readonly typed?: Record<string, string> }>
  /** What is typed into the form of our page; null where it is only pressed. */
  readonly type?: Record<string, string>
  readonly byPortal: (browser: Browser, token: string, typed: Record<string, string>) => Promise<unknown>
  readonly isDone: (testApp: TestApp, page?: PlainBrowser) => Promise<void>
}

const withToken = (path: string) => (browser: Browser, token: string) =>
  browser.call('POST', `${auth}/${path}`, { body: { token } })
const canLogIn = async (testApp: TestApp, given: string): Promise<number> =>
  (await logIn(testApp, given)).answer.status

/** Which account these tell of has been won back: the password that somebody set is good for nothing. */
const isWonBack = async (testApp: TestApp) => {
  expect(await canLogIn(testApp, password)).toBe(401)
  expect((await lastMail(testApp, email, /choose a new password/i)).links).toHaveLength(1)
}

async function staff(testApp: TestApp, name: string, role: 'admin' | 'mentor') {
  const browser = await staffMember(testApp, name, role)
  await testApp.users.changeUser(browser.userId, (user) => ({ ...user, emailVerified: true }))
  await stepUp(browser)
  return browser
}

export const journeys: Readonly<Record<Exclude<MailedPage, 'staffForms' | 'staffReports'>, Journey>> = {
  verifyEmail: {
    async begin(testApp) {
      await signedInBrowser(testApp)
      return lastMail(testApp, email, /confirm/i)
    },
    byPortal: withToken('verify-email'),
    async isDone(testApp) {
      const { call } = await logIn(testApp)
      expect((await call('GET', me)).body.emailVerified).toBe(true)
    },
  },
  undoEmailChange: {
    async begin(testApp) {
      const ann = await signedInBrowser(testApp)
      await stepUp(ann)
      await ann.call('POST', `${me}/email`, { body: { email: newEmail } })
      const { code } = await lastMail(testApp, newEmail, /confirm/i)
      expect((await ann.call('POST', `${me}/email/confirm`, { body: { code } })).status).toBe(200)
      return lastMail(testApp, email, /address was changed/i)
    },
    byPortal: withToken('undo-email-change'),
    isDone: isWonBack,
  },
  notMe: {
    async begin(testApp) {
      const ann = await signedInBrowser(testApp)
      await stepUp(ann)
      await addTotp(testApp, ann)
      return lastMail(testApp, email, /how you sign in/i)
    },
    byPortal: withToken('not-me'),
    isDone: isWonBack,
  },
  unsubscribe: {
    async begin(testApp) {
      await learner(testApp)
      await planAndSend(testApp)
      return lastSummary(testApp)
    },
    byPortal: ({ call }, token) =>
      call('POST', `${ownPagesPath}/${mailedPages.unsubscribe.ours}?token=${token}`, {
        body: 'List-Unsubscribe=One-Click',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: 'https://portal.example.org',
        },
      }),
    async isDone(testApp) {
      const { call } = await logIn(testApp)
      expect((await call('GET', me)).body.preferences.emailUpdates).toBe(false)
    },
  },
  cancelRecovery: {
    async begin(testApp) {
      const ann = await signedInBrowser(testApp)
      await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
      await stepUp(ann)
      const { secret } = await addTotp(testApp, ann)
      testApp.clock.advance(60_000)
      await stepUp(ann, { code: codeOf(testApp, secret) })
      testApp.clock.advance(30 * day)
      const path = `/api/v1/admin/users/${ann.userId}/recovery`
      expect((await (await staff(testApp, 'Sam', 'mentor')).call('POST', path)).status).toBe(204)
      const approved = await (await staff(testApp, 'Ada', 'admin')).call('POST', `${path}/approve`)
      expect(approved.status).toBe(200)
      return lastMail(testApp, email, /second factor|recover|help/i)
    },
    byPortal: withToken('cancel-recovery'),
    async isDone(testApp) {
      expect(testApp.auditRecords.map(({ eventType }) => eventType)).toContain('user.recovery_canceled')
    },
  },
  resetPassword: {
    async begin(testApp) {
      await signedInBrowser(testApp)
      await forgot(testApp)
      return lastMail(testApp, email, /choose a new password/i)
    },
    type: { newPassword },
    byPortal: ({ call }, token) => call('POST', `${auth}/reset-password`, { body: { token, newPassword } }),
    isDone: async (testApp) => expect(await canLogIn(testApp, newPassword)).toBe(200),
  },
  invitation: {
    async begin(testApp) {
      const admin = await staff(testApp, 'Ada', 'admin')
      const body = { users: [{ email, name: 'Ann', role: 'user' }] }
      expect((await admin.call('POST', '/api/v1/admin/migrate-users', { body })).status).toBe(200)
      return lastMail(testApp, email, /./)
    },
    type: { newPassword },
    byPortal: ({ call }, token) => call('POST', `${auth}/reset-password`, { body: { token, newPassword } }),
    isDone: async (testApp) => expect(await canLogIn(testApp, newPassword)).toBe(200),
  },
  forgotPassword: {
    environment: { SIGNUP_DISCLOSURE: 'hidden' },
    async begin(testApp) {
      for (let n = 0; n < 2; n++) {
        await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })
        await testApp.settled()
      }
      return lastMail(testApp, email, /already|account/i)
    },
    type: { email },
    byPortal: ({ call }) => call('POST', `${auth}/forgot-password`, { body: { email } }),
    async isDone(testApp) {
      expect((await lastMail(testApp, email, /choose a new password/i)).links).toHaveLength(1)
    },
  },
  dataExport: {
    async begin(testApp) {
      const ann = await signedInBrowser(testApp)
      await stepUp(ann)
      await ann.call('GET', `${me}/data-export`)
      return lastMail(testApp, email, /data is ready/i)
    },
    type: { email, password },
    async byPortal(browser) {
      await logInWith(browser)
      await stepUp(browser)
      expect((await browser.call('GET', `${me}/data-export`)).body.status).toBe('ready')
    },
    async isDone(testApp, page) {
      if (!page) return
      const link = page.hrefs().find((href) => href.includes('/api/blobs/')) ?? ''
      const zip = await testApp.app.request(new URL(link, origin).href)
      expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip'])
      expect([...page.cookies.keys()]).not.toContain('accessToken')
    },
  },
  accountDeletion: {
    async begin(testApp) {
      const ann = await signedInBrowser(testApp)
      await stepUp(ann)
      expect((await ann.call('DELETE', me)).status).toBe(204)
      return lastMail(testApp, email, /being deleted/i)
    },
    byPortal: ({ call }, token) => call('POST', `/api/v1/deletions/${token}/cancel`),
    isDone: async (testApp) => expect(await canLogIn(testApp, password)).toBe(200),
  },
  referralStatus: {
    async begin(testApp) {
      const { status, body } = await submit(browserOf(testApp), 'referral', referral)
      expect(status).toBe(201)
      const { links } = await lastMail(testApp, referral.referrer.email, /./)
      return { links, typed: { trackingNumber: body.trackingNumber, code: body.receiptCode } }
    },
    async byPortal({ call }, _, { trackingNumber, code = '' }) {
      const headers = { 'x-receipt-code': code }
      expect((await call('GET', `/api/v1/forms/status/${trackingNumber}`, { headers })).status).toBe(200)
    },
    async isDone(_, page) {
      if (page) expect(page.page()).toMatch(/REF-2026-\d+: <strong>It has arrived/)
    },
  },
}
