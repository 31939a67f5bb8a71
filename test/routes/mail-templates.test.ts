import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { englishMails } from '../../src/core/platform/mail/english-mails.ts'
import {
  type MailedPage,
  mailedPages,
  ownPagesPath,
} from '../../src/core/platform/mail/mailed-pages.model.ts'
import type { TemplateName } from '../../src/core/platform/mail/template.ts'
import {
  browserOf,
  createTestApp,
  origin,
  person,
  productionEnvironment,
  signedInBrowser,
  type TestApp,
} from '../app.ts'
import { lastMail, stepUp } from '../core/accounts/intruder.ts'
import { referral, submit } from '../core/forms/form-world.ts'
import { enrol, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { type ChatPerson, chatPeople } from '../core/messaging/chat-people.ts'
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

type StaffPage = Exclude<MailedPage, OwnPage>
/** What only staff read: it leads into the console, or to a portal. */
interface StaffWay {
  readonly page: StaffPage
  /** What happens, up to the mail. Answers whom it goes to, and what it is about; null where it is about many. */
  readonly happens: (testApp: TestApp) => Promise<{ readonly to: string; readonly id: string | null }>
}
const intake = 'intake@tools.example'
const director = 'director@tools.example'
const safety = 'safety@tools.example'
const toStaff = { FORMS_NOTIFY: intake, FORMS_ESCALATE: director, REPORTS_NOTIFY: safety }

const refer = async (testApp: TestApp, more: object = {}) =>
  (await submit(browserOf(testApp), 'referral', { ...referral, urgency: 'low', ...more })).body
const trapped = { website: 'https://spam.example' }
const formWay = (happens: StaffWay['happens']): StaffWay => ({ page: 'staffForms', happens })
/** There is nothing to follow in it. */
const noLink = 'no link'

const ways: Readonly<Record<TemplateName, Way | StaffWay | typeof noLink>> = {
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
  weekly_summary: asFor('unsubscribe'),
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
  form_arrived: formWay(async (testApp) => ({ to: intake, id: (await refer(testApp)).id })),
  urgent_form_arrived: formWay(async (testApp) => ({
    to: intake,
    id: (await refer(testApp, { urgency: 'high' })).id,
  })),
  form_changed: formWay(async (testApp) => {
    const { id, trackingNumber, receiptCode } = await refer(testApp)
    const headers = { 'x-receipt-code': receiptCode }
    const path = `/api/v1/forms/status/${trackingNumber}/withdraw`
    expect((await browserOf(testApp).call('POST', path, { headers })).status).toBe(200)
    return { to: intake, id }
  }),
  form_assigned: formWay(async (testApp) => {
    const { id } = await refer(testApp)
    const mentor = await staffMember(testApp, 'Mia', 'mentor')
    const { call } = await staffMember(testApp, 'Zoe', 'admin')
    const body = { assignedTo: mentor.userId }
    expect((await call('PATCH', `/api/v1/forms/${id}`, { body })).status).toBe(200)
    return { to: mentor.logIn.email, id }
  }),
  form_overdue: formWay(async (testApp) => {
    const { id } = await refer(testApp)
    testApp.clock.advance(5 * 86_400_000)
    await testApp.runJob('escalate-overdue-forms')
    return { to: director, id }
  }),
  forms_quarantined: formWay(async (testApp) => {
    await refer(testApp, trapped)
    await testApp.runJob('tell-of-quarantine')
    return { to: intake, id: null }
  }),
  quarantine_overdue: formWay(async (testApp) => {
    for (let n = 0; n < 4; n++) await refer(testApp, trapped)
    testApp.clock.advance(5 * 86_400_000)
    await testApp.runJob('escalate-overdue-forms')
    return { to: director, id: null }
  }),
  report_arrived: {
    page: 'staffReports',
    async happens(testApp) {
      const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
      const direct = { type: 'direct', participantIds: [ben.userId] }
      const { id: place } = (await ann.call('POST', '/api/v1/conversations', { body: direct })).body
      const text = { text: 'you will regret this' }
      const { body } = await ben.call('POST', `/api/v1/conversations/${place}/messages`, { body: text })
      const reported = await ann.call('POST', `/api/v1/messages/${body.id}/reports`, {
        body: { reason: 'threat' },
      })
      expect(reported.status).toBe(201)
      return { to: safety, id: reported.body.id }
    },
  },
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
  way === noLink || 'page' in way
    ? []
    : way.leadsTo.map((page) => ({ template: template as TemplateName, page, way })),
)
const walkedByStaff = Object.entries(ways).flatMap(([template, way]) =>
  way !== noLink && 'page' in way ? [{ template: template as TemplateName, ...way }] : [],
)
const subjectOf = (template: TemplateName): RegExp => {
  const { subject } = samples.find((sample) => sample.template === template && sample.language === 'en')
    ?.message ?? { subject: '' }
  // A number or a reference stands where another one will.
  return new RegExp(`^${subject.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\d+/g, '\\d+')}$`)
}

test('each template is here with as many links as it has', () => {
  expect(Object.keys(ways).toSorted()).toEqual(Object.keys(englishMails.templates).toSorted())
  for (const { template, language, message } of samples) {
    const way = ways[template]
    const links = new Set(message.text.match(/https?:\/\/\S+/g) ?? [])
    const expected = way === noLink ? 0 : 'page' in way ? 1 : way.leadsTo.length
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

const places = { staffForms: 'forms', staffReports: 'reports' } as const
const mapped = Object.fromEntries(Object.keys(places).map((page) => [page, `${elsewhere}/${page}`]))
const off = { CONSOLE_PAGE: 'off' }
const staffConfigurations: readonly {
  readonly what: string
  readonly environment: Record<string, string>
  readonly leadsTo: (page: StaffPage) => string
}[] = [
  {
    what: 'the console served and no portal',
    environment: {},
    leadsTo: (page) => `${origin}/console/${places[page]}`,
  },
  {
    what: 'the portal set',
    environment: { PORTAL_URL: portal },
    leadsTo: (page) => portal + mailedPages[page].inPortal,
  },
  {
    what: 'the portal set and no console',
    environment: { PORTAL_URL: portal, ...off },
    leadsTo: (page) => portal + mailedPages[page].inPortal,
  },
  {
    what: 'the links of staff mapped',
    environment: { PORTAL_URL: portal, PORTAL_LINKS: JSON.stringify(mapped) },
    leadsTo: (page) => `${elsewhere}/${page}`,
  },
  {
    what: 'neither console nor portal',
    environment: { ...off, CORS_ORIGINS: 'https://staff.example.org,https://b.example.org' },
    leadsTo: (page) => `https://staff.example.org${mailedPages[page].inPortal}`,
  },
]

describe.each(staffConfigurations)('for staff, with $what', ({ environment, leadsTo }) => {
  test.each(walkedByStaff)(
    '$template leads to what it is about, on $page',
    async ({ template, page, happens }) => {
      const testApp = await createTestApp({ environment: { ...toStaff, ...environment } })
      const { to, id } = await happens(testApp)
      const { links } = await lastMail(testApp, to, subjectOf(template))
      expect(links).toEqual([id === null ? leadsTo(page) : `${leadsTo(page)}/${id}`])
      const [link = ''] = links
      const { call } = await staffMember(testApp, 'Ada', 'admin')
      const about = await call('GET', `/api/v1/${places[page]}${id === null ? '' : `/${id}`}`)
      expect(about.status).toBe(200)
      if (!link.startsWith(origin)) return
      const answer = await testApp.app.request(link)
      expect(answer.status).toBe(302)
      expect(answer.headers.get('location')).toBe(`/console#/${places[page]}${id === null ? '' : `/${id}`}`)
      const browser = createPlainBrowser(testApp)
      const shown = await browser.visit(link)
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
      expect(browser.title()).toBe('Console')
    },
  )
})

test('where there is neither console nor portal, mails to staff lead nowhere, and the start says so', () => {
  const says = (environment: Record<string, string>) =>
    readConfig({ ...productionEnvironment, ...environment }).warnings.filter((each) =>
      each.includes('mails to staff'),
    )
  expect(says(off)).toEqual([
    'CONSOLE_PAGE: is off, so that mails to staff lead to https://api.example.org/admin/forms and /admin/reports, where nothing is. Name where they work in PORTAL_URL or PORTAL_LINKS, or leave the console on.',
  ])
  for (const environment of [
    {},
    { ...off, PORTAL_URL: portal },
    { ...off, PORTAL_LINKS: JSON.stringify(mapped) },
    { ...off, CORS_ORIGINS: portal },
  ])
    expect(says(environment)).toEqual([])
})
