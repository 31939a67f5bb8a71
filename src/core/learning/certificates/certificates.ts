import { DocumentExists, type Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { preferencesOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { conditionsMissing, organization } from '../courses/courses.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { CourseCompleted } from '../enrollments/enrollments.model.ts'
import type { Enrollments } from '../enrollments/enrollments.ts'
import { certificateOf, grouped, isCode, newCertificateCode } from './certificate-code.ts'
import {
  type Certificate,
  type CertificateCode,
  type CertificateView,
  type CheckedCertificate,
  certificateCodes,
  certificates,
  type UpdateCertificate,
} from './certificates.model.ts'
import { createCertificatesPersonalData } from './personal-data.ts'

/** Guessing is hopeless at any speed; this keeps whoever tries from making work. */
const checks: Limit = { name: 'certificates', requests: 30, windowSeconds: 60, requestsWhenAlone: 10 }

export interface CertificatesBorrows {
  readonly users: Pick<Users, 'read'>
  readonly audit: Recording
  readonly courses: Pick<Courses, 'readCourse'>
  readonly enrollments: Pick<Enrollments, 'courseCompleted' | 'completedCoursesOf' | 'completedAt'>
}

/** The day in the time zone of its holder: `2026-03-02`. */
const dayOf = (at: string, user: User): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: preferencesOf(user).timeZone }).format(new Date(at))

/** What people can show of the courses they completed. */
export function createCertificates(
  needs: Needs<'documents' | 'clock'>,
  { users, audit, courses, enrollments }: CertificatesBorrows,
  { http: { publicOrigin } }: { readonly http: { readonly publicOrigin: string } },
) {
  const { documents, clock } = needs
  const put = createPutDocument(needs)
  const now = () => new Date(clock.now()).toISOString()
  const keyOf = (userId: string, courseId: string) => ({ partition: userId, id: courseId })
  const all = (userId: string) =>
    walk<Certificate>((after) =>
      documents.query(certificates, {
        path: 'byIssue',
        partition: userId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )

  /** The code leads to its certificate. False when it leads to another one already. */
  async function claim({ code, userId, id: courseId }: Certificate): Promise<boolean> {
    const key = { partition: code, id: code }
    const known = await documents.read<CertificateCode>(certificateCodes, key)
    if (known) return known.value.userId === userId && known.value.courseId === courseId
    try {
      await documents.insert(certificateCodes, { id: code, userId, courseId })
      return true
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      return claim({ code, userId, id: courseId } as Certificate)
    }
  }

  /** There is one for each course somebody completed: asked for again it is the same. What broke off is completed. */
  async function issue(userId: string, courseId: string): Promise<Certificate> {
    const completedAt = await enrollments.completedAt(userId, courseId)
    const known = await documents.read<Certificate>(certificates, keyOf(userId, courseId))
    if (!known && completedAt === null)
      throw conditionsMissing([
        { path: 'courseId', code: 'course_not_completed', message: 'Complete the course first.' },
      ])
    const course = known ? null : await courses.readCourse(courseId)
    const { title } = course?.value ?? { title: '' }
    const times = { completedAt: completedAt ?? now(), issuedAt: now() }
    for (;;) {
      const stored = await put<Certificate>(
        certificates,
        keyOf(userId, courseId),
        (value) => value ?? certificateOf(userId, { id: courseId, title }, times, newCertificateCode()),
      )
      if (!stored) throw new Error('a certificate is not there after it was issued')
      if (await claim(stored.value)) return stored.value
      await put<Certificate>(certificates, keyOf(userId, courseId), (value) =>
        value && value.code === stored.value.code ? { ...value, code: newCertificateCode() } : value,
      )
    }
  }

  /** Of a course that was completed just now: mostly there is none yet, and nothing has to be read to know. */
  async function issueFirst({ userId, courseId, completedAt }: CourseCompleted): Promise<void> {
    const course = await courses.readCourse(courseId)
    const { title } = course?.value ?? { title: '' }
    const certificate = certificateOf(
      userId,
      { id: courseId, title },
      { completedAt, issuedAt: now() },
      newCertificateCode(),
    )
    try {
      await documents.insert<Certificate>(certificates, certificate)
      await documents.insert<CertificateCode>(certificateCodes, { id: certificate.code, userId, courseId })
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      await issue(userId, courseId)
    }
  }

  const viewOf = (certificate: Certificate, { name }: User): CertificateView => ({
    courseId: certificate.id,
    courseTitle: certificate.courseTitle,
    completedAt: certificate.completedAt,
    issuedAt: certificate.issuedAt,
    code: grouped(certificate.code),
    url: `${publicOrigin}/certificates/${grouped(certificate.code)}`,
    name: certificate.name ?? name,
    shows: certificate.shows,
    consentedAt: certificate.consentedAt,
  })

  const checkedOf = (
    certificate: Certificate,
    user: User,
    shows = certificate.shows,
  ): CheckedCertificate => ({
    code: grouped(certificate.code),
    isValid: true,
    issuer: organization,
    course:
      shows === 'validity'
        ? null
        : { title: certificate.courseTitle, completedOn: dayOf(certificate.completedAt, user) },
    name: shows === 'name' ? (certificate.name ?? user.name) : null,
  })

  async function readOwn(userId: string, courseId: string): Promise<Stored<Certificate>> {
    const stored = await documents.read<Certificate>(certificates, keyOf(userId, courseId))
    if (!stored) throw notFound()
    return stored
  }

  return {
    ...emptyFace,
    limits: [checks],
    personalData: createCertificatesPersonalData(needs, { all }),
    listeners: [enrollments.courseCompleted.listener('certificates', issueFirst)],

    /** Newest first; after them courses that were completed and have none yet. */
    async list(user: User): Promise<CertificateView[]> {
      const issued: CertificateView[] = []
      for await (const { value } of all(user.id)) issued.unshift(viewOf(value, user))
      const has = new Set(issued.map(({ courseId }) => courseId))
      const without = (await enrollments.completedCoursesOf(user.id)).filter((id) => !has.has(id))
      const waiting = await Promise.all(
        without.map(async (courseId): Promise<CertificateView[]> => {
          const [completedAt, course] = await Promise.all([
            enrollments.completedAt(user.id, courseId),
            courses.readCourse(courseId),
          ])
          if (completedAt === null || !course) return []
          return [
            {
              courseId,
              courseTitle: course.value.title,
              completedAt,
              issuedAt: null,
              code: null,
              url: null,
              name: user.name,
              shows: 'validity',
              consentedAt: null,
            },
          ]
        }),
      )
      return [...issued, ...waiting.flat()]
    },

    issue: async (user: User, courseId: string): Promise<CertificateView> =>
      viewOf(await issue(user.id, courseId), user),

    async update(
      actor: Actor,
      user: User,
      courseId: string,
      change: UpdateCertificate,
      caller: Caller,
    ): Promise<CertificateView> {
      await readOwn(user.id, courseId)
      const stored = await put<Certificate>(certificates, keyOf(user.id, courseId), (known) => {
        if (!known) throw notFound()
        const shows = change.shows ?? known.shows
        const isNewConsent = change.shows !== undefined && change.shows !== known.shows
        return {
          ...known,
          name: change.name === undefined ? known.name : change.name,
          shows,
          consentedAt: shows === 'validity' ? null : isNewConsent ? now() : known.consentedAt,
        }
      })
      if (!stored) throw notFound()
      await audit.record(caller, {
        event: 'certificate.update',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: user.id },
        ...(change.shows === undefined ? {} : { reason: `shows_${change.shows}` }),
        changedFields: Object.keys(change),
      })
      return viewOf(stored.value, user)
    },

    /** As its holder sees it: with everything, whatever is shown to others. */
    async readMine(user: User, courseId: string): Promise<CheckedCertificate> {
      const { value } = await readOwn(user.id, courseId)
      return checkedOf(value, user, 'name')
    },

    /**
     * For whoever has the code. What the holder does not show stays unsaid, and a code that never was and one whose
     * holder is gone, or going, look alike.
     */
    async check(code: string): Promise<CheckedCertificate> {
      if (!isCode(code)) throw notFound()
      const claimed = await documents.read<CertificateCode>(certificateCodes, { partition: code, id: code })
      if (!claimed) throw notFound()
      const { userId, courseId } = claimed.value
      const [stored, user] = await Promise.all([
        documents.read<Certificate>(certificates, keyOf(userId, courseId)),
        users.read(userId),
      ])
      if (stored?.value.code !== code || !user || user.value.deletion) throw notFound()
      return checkedOf(stored.value, user.value)
    },
  }
}

export type Certificates = ReturnType<typeof createCertificates>

export const certificatesDomain = {
  collections: [certificates, certificateCodes],
  create: createCertificates,
}
