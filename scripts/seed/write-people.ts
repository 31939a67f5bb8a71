import { describeDevice } from '../../src/core/accounts/auth/device.ts'
import { newSession } from '../../src/core/accounts/auth/new-session.ts'
import { signingIn } from '../../src/core/accounts/auth/open-session.ts'
import { sessions } from '../../src/core/accounts/auth/sessions.model.ts'
import { accountOf, claimOf } from '../../src/core/accounts/users/create-account.ts'
import { staff } from '../../src/core/accounts/users/staff.model.ts'
import { staffMemberOf } from '../../src/core/accounts/users/staff-directory.ts'
import {
  activeDaysOf,
  isStaff,
  signedInAt,
  type User,
  userEmails,
  users,
} from '../../src/core/accounts/users/users.model.ts'
import { certificateOf, newCertificateCode } from '../../src/core/learning/certificates/certificate-code.ts'
import { certificateCodes, certificates } from '../../src/core/learning/certificates/certificates.model.ts'
import { type CourseMember, courseMembers } from '../../src/core/learning/courses/course-members.model.ts'
import { progress } from '../../src/core/learning/enrollments/enrollments.model.ts'
import {
  daysWith,
  type Learned,
  memberOf,
  newStats,
  revised,
} from '../../src/core/learning/enrollments/learners.ts'
import { afterCompleting } from '../../src/core/learning/enrollments/lesson-progress.ts'
import { enrolledIn, enrolmentIn } from '../../src/core/learning/enrollments/participation.ts'
import { mentorAssignments } from '../../src/core/learning/mentors/mentors.model.ts'
import { assignmentOf } from '../../src/core/learning/mentors/mentors.ts'
import type { Bench } from './bench.ts'
import type { EnrolmentPlan, PersonPlan, SignIn } from './plan.ts'
import type { CourseBook, WrittenCourse } from './write-courses.ts'
import type { Writer } from './writer.ts'

interface Deed {
  readonly atMs: number
  readonly happen: () => void | Promise<void>
}

/** An account with all that came of it: in the order in which it happened, for each deed builds on those before. */
export async function writePerson(
  bench: Bench,
  writer: Writer,
  plan: PersonPlan,
  courses: Pick<CourseBook, 'course' | 'note'>,
): Promise<void> {
  bench.take('person', plan.id)
  const { email, name, role } = plan
  const account = { email, name, role, passwordHash: bench.passwordHash, emailVerified: true }
  let user: User = accountOf(account, plan.id, bench.at(plan.createdAtMs))
  let stats = newStats(user.id, '')
  const enrolments = new Map<string, Learned['enrolment']>()
  const members = new Map<string, CourseMember>()
  const deeds: Deed[] = []
  const certified = new Set<string>()

  const keep = (learned: Learned, known: Learned['enrolment'] | null): Learned['enrolment'] => {
    const enrolment = learned.enrolment === known ? known : revised(learned.enrolment, known)
    enrolments.set(enrolment.id, enrolment)
    stats = learned.stats
    return enrolment
  }
  const note = (enrolment: Learned['enrolment']): void => {
    const member = memberOf(enrolment, user)
    courses.note(member, members.get(enrolment.id) ?? null)
    members.set(enrolment.id, member)
  }

  function enrol({ atMs }: EnrolmentPlan, written: WrittenCourse): void {
    const at = new Date(atMs).toISOString()
    if (enrolments.size === 0) stats = newStats(user.id, at)
    const enrolment = enrolmentIn(written.course, written.lessonIds, user.id, at)
    note(keep({ enrolment, stats: enrolledIn(stats, enrolment.id) }, null))
  }
  /** With a code that is the same each time, as everything here. */
  async function certify(written: WrittenCourse, completedAt: string, atMs: number): Promise<void> {
    const { course } = written
    const digest = await bench.ciphers.digest(`certificate ${user.id} ${course.id}`)
    const code = newCertificateCode((length) => digest.slice(0, length))
    const times = { completedAt, issuedAt: new Date(atMs).toISOString() }
    writer.add(certificates, certificateOf(user.id, course, times, code))
    writer.add(certificateCodes, { id: code, userId: user.id, courseId: course.id })
    certified.add(course.id)
  }
  async function complete(written: WrittenCourse, lesson: number, atMs: number): Promise<void> {
    const known = enrolments.get(written.course.id)
    const lessonId = written.lessonIds[lesson]
    if (!known || lessonId === undefined) throw new RangeError('a lesson is completed that there is not')
    const enrolment = keep(afterCompleting({ enrolment: known, stats }, lessonId, user, atMs), known)
    const activeDays = daysWith(user, [atMs])
    if (activeDays !== activeDaysOf(user)) user = { ...user, activeDays }
    if (enrolment.completedAt === null) return
    note(enrolment)
    if (!certified.has(enrolment.id)) await certify(written, enrolment.completedAt, atMs)
  }
  function rate(written: WrittenCourse, stars: number): void {
    const known = enrolments.get(written.course.id)
    if (known) note(keep({ enrolment: { ...known, rating: stars }, stats }, known))
  }
  async function signIn({ sessionId, atMs, caller, isKept }: SignIn): Promise<void> {
    bench.at(atMs)
    writer.record(await bench.audit.entryOf(caller, signingIn(user.id, sessionId)))
    if (isKept) {
      const opening = {
        id: sessionId,
        secret: bench.bytes(32),
        device: describeDevice(caller.userAgent),
        place: caller.site,
        isOnSharedDevice: false,
        isSecondFactorProved: false,
        atMs,
      }
      writer.add(sessions, (await newSession(bench, user, opening, bench.settings.auth)).session)
    }
    user = signedInAt(user, atMs, caller)
  }

  const { mentor } = plan
  if (mentor)
    deeds.push({
      atMs: mentor.atMs,
      happen() {
        user = { ...user, mentorId: mentor.id }
        const assignment = assignmentOf(user, new Date(mentor.atMs).toISOString())
        if (assignment) writer.add(mentorAssignments, assignment)
      },
    })
  for (const each of plan.signIns) deeds.push({ atMs: each.atMs, happen: () => signIn(each) })
  for (const each of plan.enrolments) {
    const written = courses.course(each.course)
    deeds.push({ atMs: each.atMs, happen: () => enrol(each, written) })
    for (const [lesson, atMs] of each.completedAtMs.entries())
      deeds.push({ atMs, happen: () => complete(written, lesson, atMs) })
    const { rating } = each
    if (rating) deeds.push({ atMs: rating.atMs, happen: () => rate(written, rating.stars) })
  }
  for (const { happen } of deeds.sort((a, b) => a.atMs - b.atMs)) await happen()

  writer.add(users, user)
  if (isStaff(user)) writer.add(staff, staffMemberOf(user))
  for (const enrolment of enrolments.values()) writer.add(progress, enrolment)
  if (enrolments.size > 0) writer.add(progress, stats)
  for (const member of members.values()) writer.add(courseMembers, member)
  // The claim makes the account exist: it comes last.
  writer.add(userEmails, claimOf(user))
}
