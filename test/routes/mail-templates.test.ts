import { describe, expect, test } from 'vitest'
import { englishMails } from '../../src/core/platform/mail/english-mails.ts'
import {
  type MailedPage,
  mailedPages,
  ownPagesPath,
} from '../../src/core/platform/mail/mailed-pages.model.ts'
import type { TemplateName } from '../../src/core/platform/mail/template.ts'
import { browserOf, createTestApp, origin, person, signedInBrowser, type TestApp } from '../app.ts'
import { lastMail, stepUp } from '../core/accounts/intruder.ts'
import { referral, submit } from '../core/forms/form-world.ts'
import { enrol, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { samples } from '../core/platform/mails/samples.ts'
import { type Journey, journeys, newPassword } from './mailed-journeys.ts'
import { createPlainBrowser } from './plain-browser.ts'

/*
 * Every template of mail, and every link in it: where the mail comes from in the product, and the page that each link ends in. A
 * template without an entry does not compile.
 */

type OwnPage = keyof typeof journeys
interface Way {
  readonly environment?: Record<string, string>
  /** What happens, up to the mail. Answers whom it goes to, and what the person knows besides. */
  readonly begin: (
    testApp: TestApp,
  ) => Promise<{ readonly to: string; readonly typed?: Record<string, string> }>
  readonly leadsTo: readonly OwnPage[]
}

const { email, password } = person

/** The mail that the journey of a page begins with. */
const asFor = (page: OwnPage, to = email, more: readonly OwnPage[] = []): Way => ({
  ...(journeys[page].environment ? { environment: journeys[page].environment } : {}),
  async begin(testApp) {
    const { typed = journeys[page].type ?? {} } = await journeys[page].begin(testApp)
    return { to, typed }
  },
  leadsTo: [page, ...more],
})

/** What only staff read: it leads into the console, or to a portal. */
const forStaff = (page: Exclude<MailedPage, OwnPage>) => page
/** There is nothing to follow in it. */
const noLink = 'no link'

const ways: Readonly<Record<TemplateName, Way | Exclude<MailedPage, OwnPage> | typeof noLink>> = {
  confirm_email: asFor('verifyEmail'),
  reset_password: asFor('resetPassword'),
  email_changed: asFor('undoEmailChange'),
  second_factor_changed: asFor('notMe'),
  recovery_approved: asFor('cancelRecovery'),
  account_moved: asFor('invitation'),
  account_exists: asFor('forgotPassword'),
  data_export_ready: asFor('dataExport'),
  account_closing: asFor('accountDeletion', email, ['notMe']),
  referral_received: asFor('referralStatus', referral.referrer.email),
  referral_resolved: {
    async begin(testApp) {
      const { body } = await submit(browserOf(testApp), 'referral', referral)
      const { call } = await staffMember(testApp, 'Ada', 'admin')
      const [{ id }] = (await call('GET', '/api/v1/forms')).body.items
      for (const status of ['reviewed', 'resolved'])
        expect((await call('PATCH', `/api/v1/forms/${id}`, { body: { status } })).status).toBe(200)
      const typed = { trackingNumber: body.trackingNumber, code: body.receiptCode }
      return { to: referral.referrer.email, typed }
    },
    leadsTo: ['referralStatus'],
  },
  password_changed: {
    async begin(testApp) {
      const { call } = await signedInBrowser(testApp)
      const body = { currentPassword: password, newPassword }
      expect((await call('POST', '/api/v1/auth/change-password', { body })).status).toBe(200)
      return { to: email }
    },
    leadsTo: ['notMe'],
  },
  new_device: {
    async begin(testApp) {
      await signedInBrowser(testApp)
      await testApp.settled()
      const headers = {
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      }
      const body = { email, password }
      const answer = await browserOf(testApp).call('POST', '/api/v1/auth/login', { body, headers })
      expect(answer.status).toBe(200)
      return { to: email }
    },
    leadsTo: ['notMe'],
  },
  progress_shared: {
    async begin(testApp) {
      const course = await publishCourse((await staffMember(testApp, 'Zoe', 'admin')).call, { lessons: 1 })
      const ann = await signedInBrowser(testApp)
      await enrol(ann.call, course.id)
      await stepUp(ann)
      const expiresAt = new Date(testApp.clock.now() + 86_400_000).toISOString()
      const body = { recipientName: 'Officer Dana Hill', courseIds: [course.id], expiresAt }
      expect((await ann.call('POST', '/api/v1/users/me/shares', { body })).status).toBe(201)
      return { to: email }
    },
    leadsTo: ['notMe'],
  },
  form_arrived: forStaff('staffForms'),
  urgent_form_arrived: forStaff('staffForms'),
  form_changed: forStaff('staffForms'),
  form_assigned: forStaff('staffForms'),
  form_overdue: forStaff('staffForms'),
  forms_quarantined: forStaff('staffForms'),
  quarantine_overdue: forStaff('staffForms'),
  report_arrived: forStaff('staffReports'),
  confirm_identity: noLink,
  confirm_new_email: noLink,
  course_place: noLink,
  course_request_decided: noLink,
  form_received: noLink,
  message_warning: noLink,
}

const portal = 'https://portal.example.org'
const elsewhere = 'https://www.example.net/my-account'
const own = (page: OwnPage) => `${origin}${ownPagesPath}/${mailedPages[page].ours}`
const configurations: readonly {
  readonly what: string
  readonly environment: Record<string, string>
  readonly leadsTo: (page: OwnPage) => string
}[] = [
  { what: 'the portal unset', environment: {}, leadsTo: own },
  {
    what: 'the portal set',
    environment: { PORTAL_URL: portal },
    leadsTo: (page) => {
      const { inPortal } = mailedPages[page]
      return inPortal === null ? own(page) : portal + inPortal
    },
  },
  {
    what: 'every link mapped',
    environment: {
      PORTAL_LINKS: JSON.stringify(
        Object.fromEntries(Object.keys(mailedPages).map((page) => [page, `${elsewhere}/${page}`])),
      ),
    },
    leadsTo: (page) => `${elsewhere}/${page}`,
  },
]

const walked = Object.entries(ways).flatMap(([template, way]) =>
  typeof way === 'string'
    ? []
    : way.leadsTo.map((page) => ({ template: template as TemplateName, page, way })),
)
const subjectOf = (template: TemplateName): RegExp => {
  const { subject } = samples.find((sample) => sample.template === template && sample.language === 'en')
    ?.message ?? { subject: '' }
  // A number or a reference stands where another one will.
  return new RegExp(
    `^${subject.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/REF-\d+-\d+/g, 'REF-\\d+-\\d+')}$`,
  )
}

test('each template is here with as many links as it has', () => {
  expect(Object.keys(ways).toSorted()).toEqual(Object.keys(englishMails.templates).toSorted())
  for (const { template, language, message } of samples) {
    const way = ways[template]
    const links = new Set(message.text.match(/https?:\/\/\S+/g) ?? [])
    const expected = way === noLink ? 0 : typeof way === 'string' ? 1 : way.leadsTo.length
    expect(links.size, `${template} ${language}`).toBe(expected)
  }
})

describe.each(configurations)('with $what', ({ environment, leadsTo }) => {
  test.each(walked)(
    '$template ends in the page $page, which finishes its task',
    async ({ template, page, way }) => {
      const journey: Journey = journeys[page]
      const testApp = await createTestApp({ environment: { ...environment, ...way.environment } })
      const { to, typed: known = {} } = await way.begin(testApp)
      const { links } = await lastMail(testApp, to, subjectOf(template))
      expect(links.map((link) => link.split('?')[0]).toSorted()).toEqual(way.leadsTo.map(leadsTo).toSorted())
      const link = links.find((each) => each.split('?')[0] === leadsTo(page)) ?? ''
      const typed = page === way.leadsTo[0] ? known : (journey.type ?? {})
      if (!link.startsWith(origin)) {
        await journey.byPortal(browserOf(testApp), new URL(link).searchParams.get('token') ?? '', typed)
        await testApp.settled()
        return page === 'referralStatus' ? undefined : journey.isDone(testApp)
      }
      const browser = createPlainBrowser(testApp)
      expect((await browser.visit(link)).status).toBe(200)
      expect(browser.address()).toBe(leadsTo(page))
      expect((await browser.send(typed)).status).toBe(200)
      expect(browser.page()).not.toContain('role="alert"')
      await testApp.settled()
      if (template === 'referral_resolved') return expect(browser.page()).toContain('It has been dealt with.')
      return journey.isDone(testApp, browser)
    },
  )
})
