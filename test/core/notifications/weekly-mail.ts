import { person, signedInBrowser, type TestApp } from '../../app.ts'
import { lastMail } from '../accounts/intruder.ts'
import { enrol, publishCourse, staffMember } from '../learning/course-people.ts'

const day = 86_400_000
const weekdayOf = (ms: number): number => new Date(ms).getUTCDay()

/** The Saturday after the week that is planned now: by then everybody has had their turn. */
export function goToTheEndOfTheWeek({ clock }: Pick<TestApp, 'clock'>): void {
  const planned = clock.now() + 2 * day
  const monday = planned - ((weekdayOf(planned) + 6) % 7) * day
  clock.advance(Math.floor(monday / day) * day + 5.5 * day - clock.now())
}

export async function planAndSend(testApp: TestApp): Promise<void> {
  await testApp.runJob('plan-summaries')
  goToTheEndOfTheWeek(testApp)
  await testApp.runJob('send-summaries')
  await testApp.settled()
  await testApp.runJob('send-mail')
}

export const prove = ({ users }: TestApp, userId: string) =>
  users.changeUser(userId, (user) => ({ ...user, emailVerified: true, status: 'active' }))

/** Somebody with a proved address, who has begun a course of two lessons and done one of them. */
export async function learner(testApp: TestApp, account = person) {
  const admin = await staffMember(testApp, `Zoe${account.name}`, 'admin')
  const course = await publishCourse(admin.call, { lessons: 2 })
  const browser = await signedInBrowser(testApp, account)
  await prove(testApp, browser.userId)
  await enrol(browser.call, course.id)
  await browser.call('POST', `/api/v1/courses/${course.id}/lessons/${course.lessonIds[0]}/complete`)
  await testApp.settled()
  return browser
}

export const weeklySubject = /weekly summary/
export const lastSummary = (testApp: TestApp, to = person.email) => lastMail(testApp, to, weeklySubject)
