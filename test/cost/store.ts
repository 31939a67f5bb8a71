import { type Bench, createBench } from '../../scripts/seed/bench.ts'
import type { CoursePlan, PersonPlan } from '../../scripts/seed/plan.ts'
import { createRandom } from '../../scripts/seed/random.ts'
import { writeConversation } from '../../scripts/seed/write-chat.ts'
import { type CourseBook, createCourseBook, writeCourse } from '../../scripts/seed/write-courses.ts'
import { writeFilesOf } from '../../scripts/seed/write-files.ts'
import { writePerson } from '../../scripts/seed/write-people.ts'
import { createRecordsWriter } from '../../scripts/seed/write-records.ts'
import { createWriter, type Writer } from '../../scripts/seed/writer.ts'
import { createWebCiphers } from '../../src/adapters/web-crypto/ciphers.ts'
import type { AppConfig } from '../../src/app/config.ts'
import { identities } from '../../src/core/accounts/auth/identities.ts'
import { newSession } from '../../src/core/accounts/auth/new-session.ts'
import { oneTimeTokens } from '../../src/core/accounts/auth/one-time-tokens.ts'
import { signingIn } from '../../src/core/accounts/auth/open-session.ts'
import { sessions } from '../../src/core/accounts/auth/sessions.model.ts'
import { consents } from '../../src/core/accounts/consents/consents.model.ts'
import { serviceTokens } from '../../src/core/accounts/service-tokens/service-tokens.model.ts'
import type { User } from '../../src/core/accounts/users/users.model.ts'
import { fileTasks } from '../../src/core/files/files.model.ts'
import { formClaims } from '../../src/core/forms/claims.model.ts'
import type { FilledForm } from '../../src/core/forms/forms.model.ts'
import { certificateCodes, certificates } from '../../src/core/learning/certificates/certificates.model.ts'
import { courseMembers } from '../../src/core/learning/courses/course-members.model.ts'
import { ImportedCourse } from '../../src/core/learning/courses/import-courses.ts'
import { courseRequests } from '../../src/core/learning/enrollments/course-requests.model.ts'
import { progress } from '../../src/core/learning/enrollments/enrollments.model.ts'
import { memberOf, newStats, quizRecordId, revised } from '../../src/core/learning/enrollments/learners.ts'
import { enrolmentIn } from '../../src/core/learning/enrollments/participation.ts'
import { courseImportRows, courseImportRuns } from '../../src/core/learning/imports/imports.model.ts'
import { type Share, shares } from '../../src/core/learning/shares/shares.model.ts'
import { type Entry, invitationPrefix, messages } from '../../src/core/messaging/chat/entries.model.ts'
import { newInvitationToken } from '../../src/core/messaging/chat/invitation-token.ts'
import { announcements, leftConversations } from '../../src/core/messaging/chat/lists.model.ts'
import { documentIdOf, publicIdOf } from '../../src/core/messaging/chat/message-id.ts'
import { threadId } from '../../src/core/messaging/chat/thread.model.ts'
import { blocks } from '../../src/core/messaging/contacts/contacts.model.ts'
import { queue, reports } from '../../src/core/messaging/reports/reports.model.ts'
import { createSealReport } from '../../src/core/messaging/reports/seal-report.ts'
import { mailTurns, shards } from '../../src/core/notifications/mails/mails.model.ts'
import { pushOutbox, shardOf } from '../../src/core/notifications/push/outbox.model.ts'
import { pushSubscriptions } from '../../src/core/notifications/push/subscriptions.model.ts'
import { undecidedPriority } from '../../src/core/platform/mail/decide-mail.ts'
import { deletions } from '../../src/core/privacy/erasure/erasure.model.ts'
import { dataExports } from '../../src/core/privacy/exports/exports.model.ts'
import { encodeCursor } from '../../src/ports/cursor.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { sampleQuiz } from '../core/learning/course-people.ts'

/*
 * A store in which one person, their mentor and their admin have N of each thing: the others are N, and nearly all that
 * there is belongs to those three. Nothing is due, so that what a job does, it does for nothing.
 */

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const seed = 'cost'
const largestGroup = 250
const caller = {
  requestId: 'r',
  address: null,
  site: null,
  userAgent: 'Mozilla/5.0 Firefox/140.0',
  language: 'en' as const,
}

const idOf = (kind: string, i: number, ms = 0): string => createRandom(seed, kind, i).uuid(ms)

/** What a read needs to name something: in the middle of N where it matters. */
export interface Scene {
  readonly n: number
  readonly me: Signed
  readonly mentor: Signed
  readonly admin: Signed
  /** Has next to nothing of their own. */
  readonly another: Signed
  readonly courseId: string
  readonly lessonId: string
  /** Of the certificate of that course. */
  readonly certificateCode: string
  readonly conversationId: string
  /** Of an invitation to it. */
  readonly invitationToken: string
  /** A conversation with N threads, and the root of one that has N answers. */
  readonly threadedId: string
  readonly rootId: string
  /** One of N others, in which nothing was said. */
  readonly quietConversationId: string
  readonly fileId: string
  readonly formId: string
  readonly reportId: string
  readonly trackingNumber: string
  readonly receiptCode: string
  readonly participant: string
  /** By what they continue: cursors that stand in the middle. */
  readonly middle: Readonly<
    Record<
      | 'reports'
      | 'seq'
      | 'threads'
      | 'blocks'
      | 'consents'
      | 'inbox'
      | 'learners'
      | 'activity'
      | 'disclosures'
      | 'forms',
      string
    >
  >
}

export interface Signed {
  readonly userId: string
  readonly sessionId: string
  readonly role: 'user' | 'mentor' | 'admin'
  readonly email: string
}

const nameOf = (i: number): string => `Person ${String(i).padStart(6, '0')}`

function personAt(kind: string, i: number, role: PersonPlan['role'], atMs: number): PersonPlan {
  return {
    id: idOf(kind, i, atMs),
    email: `${kind}${i}@example.org`,
    name: nameOf(i),
    role,
    createdAtMs: atMs,
    mentor: null,
    signIns: [],
    enrolments: [],
  }
}

/** Of the certificate of the course at that place. */
const codeAt = (c: number): string => String(c).padStart(16, '0')

const courseAt = (c: number, atMs: number): CoursePlan => ({
  row: ImportedCourse.parse({
    key: `course-${c}`,
    title: `Course ${c}`,
    description: 'What there is to know',
    category: 'tech',
    level: 'beginner',
    lessons: [{ key: 'one', title: 'The lesson', content: 'Words', quiz: sampleQuiz }],
  }),
  atMs: atMs + c,
  contentIds: [idOf('content', c)],
  versionId: idOf('version', c),
})

const formAt = (i: number): FilledForm => ({
  type: 'referral',
  form: {
    relationship: 'self',
    participant: { name: 'Ann Example', contact: 'participant@example.org' },
    services: ['housing'],
    urgency: 'normal',
    notes: `Number ${i}`,
  },
})

async function openSessions(bench: Bench, writer: Writer, who: PersonPlan, count: number, nowMs: number) {
  const user = { id: who.id, securityEpoch: 1 }
  let last = ''
  for (let i = 0; i < count; i++) {
    bench.take(`session ${who.email}`, i)
    const atMs = nowMs - (count - i) * 1_000
    bench.at(atMs)
    last = bench.nextId()
    const opening = {
      id: last,
      secret: bench.bytes(32),
      device: 'Firefox',
      place: null,
      isOnSharedDevice: false,
      isSecondFactorProved: true,
      atMs,
    }
    const { session } = await newSession(bench, user, opening, bench.settings.auth)
    const isLive = i >= count - bench.settings.auth.sessionsPerUser
    const ended = { revokedAt: session.createdAt, revokedReason: 'too_many_sessions' }
    writer.add(sessions, isLive ? session : { ...session, ...ended })
    writer.record(await bench.audit.entryOf(caller, signingIn(who.id, last)))
    await writer.settle()
  }
  return { userId: who.id, sessionId: last, role: who.role, email: who.email }
}

/** One person in all courses: in one go, for each enrolment would look at all those before. */
async function enrolEverywhere(
  writer: Writer,
  book: CourseBook,
  { id, name }: PersonPlan,
  n: number,
  atMs: number,
) {
  const courseIds: string[] = []
  for (let c = 0; c < n; c++) {
    const { course, lessonIds } = book.course(c)
    const at = new Date(atMs + c).toISOString()
    const enrolment = revised(enrolmentIn(course, lessonIds, id, at), null)
    const member = memberOf(enrolment, { id, name, avatar: null } as User)
    book.note(member, null)
    writer.add(courseMembers, member)
    writer.add(progress, enrolment)
    const attempt = { number: 1, submittedAt: at, answers: [], points: 0, percent: 0, isPassed: false }
    const attempts = { userId: id, kind: 'quiz' as const, createdAt: at, attempts: [attempt] }
    const [lessonId = ''] = lessonIds
    writer.add(progress, { ...attempts, id: quizRecordId(idOf('content', c)), courseId: course.id, lessonId })
    const certificate = {
      courseTitle: course.title,
      completedAt: at,
      issuedAt: at,
      name: null,
      consentedAt: null,
    }
    writer.add(certificates, { ...certificate, id: course.id, userId: id, code: codeAt(c), shows: 'name' })
    writer.add(certificateCodes, { id: codeAt(c), userId: id, courseId: course.id })
    courseIds.push(course.id)
    await writer.settle()
  }
  writer.add(progress, { ...newStats(id, new Date(atMs).toISOString()), enrolledCourses: courseIds })
}

/** One thread with N answers, and N others. Returns the root of the first. */
async function writeThreads(
  writer: Writer,
  n: number,
  conversationId: string,
  userId: string,
  nowMs: number,
) {
  const at = new Date(nowMs - dayMs).toISOString()
  const rootId = await documentIdOf(userId, 'root')
  const answer = {
    conversationId,
    threadKey: '',
    kind: 'message' as const,
    isNumbered: 'yes' as const,
    senderId: userId,
    clientMessageId: null,
    fingerprint: '',
    count: 1,
    text: 'an answer',
    attachments: [],
    mentions: [],
    replyTo: null,
    reactions: {},
    at,
    editedAt: null,
    deletedAt: null,
  }
  writer.add(messages, { ...answer, id: rootId, seq: 1 })
  const thread = {
    conversationId,
    threadKey: '',
    kind: 'thread' as const,
    isNumbered: 'no' as const,
    rootSeq: 1,
    lastReplyAt: at,
    participantIds: [userId],
    followers: [{ userId, seq: 1, count: 0, at }],
  }
  writer.add(messages, { ...thread, id: threadId(rootId), rootId, seq: n + 1, count: n })
  for (let i = 0; i < n; i++) {
    writer.add(messages, {
      ...answer,
      id: await documentIdOf(userId, `answer ${i}`),
      seq: i + 2,
      threadKey: rootId,
      threadCount: i + 1,
    })
    writer.add(messages, { ...thread, id: `thread~root ${i}`, rootId, seq: i, count: 1 })
    await writer.settle()
  }
  return rootId
}

const shareAt = (i: number, userId: string, at: string): Share => ({
  id: idOf('share', i),
  key: userId,
  kind: 'share',
  recipientName: nameOf(i),
  courseIds: [],
  tokenHash: `hash ${i}`,
  createdAt: at,
  expiresAt: at,
  endedAt: at,
  lookCount: 0,
  looks: [],
})

/** N messages of one person, each reported by another, all of them waiting. */
async function writeReports(bench: Bench, writer: Writer, n: number, reportedId: string, nowMs: number) {
  const sealing = createSealReport(bench.keys)
  for (let i = 0; i < n; i++) {
    const id = idOf('report', i)
    const at = new Date(nowMs - (n - i) * 1_000).toISOString()
    const frozen = { text: 'Words', attachments: [], timestamp: at, editedAt: null }
    writer.add(reports, {
      id,
      queue,
      status: 'open',
      reason: 'spam',
      messageId: `reported ${i}`,
      conversationId: idOf('conversation', i),
      reporterId: idOf('stranger', i),
      reportedId,
      ...(await sealing.sealAll(id, { sealedMessage: frozen, sealedNote: 'Look', sealedStaffNotes: null })),
      resolution: null,
      actions: [],
      createdAt: at,
      updatedAt: at,
      resolvedAt: null,
      resolvedBy: null,
      retainUntil: new Date(nowMs + 60 * dayMs).toISOString(),
    })
    await writer.settle()
  }
}

/** What N others of the documents that belong to nobody else here look like; each is of the type of its collection. */
function writeTheRest(writer: Writer, n: number, meId: string, courseId: string, nowMs: number): void {
  const at = (ms: number) => new Date(ms).toISOString()
  const later = at(nowMs + 60 * dayMs)
  for (let i = 0; i < n; i++) {
    const time = at(nowMs - (n - i) * 1_000)
    const stranger = idOf('stranger', i)
    writer.add(shares, shareAt(i, meId, time))
    writer.add(pushSubscriptions, {
      id: 'claim',
      key: stranger,
      kind: 'claim',
      userId: stranger,
      renewedAt: time,
      goneAt: later,
    })
    writer.add(mailTurns, {
      id: idOf('turn', i),
      shard: shards[i % shards.length] ?? shards[0],
      kind: 'weekly',
      userId: stranger,
      week: later.slice(0, 10),
      dueAt: later,
      expiresAt: later,
    })
    writer.add(pushOutbox, {
      id: idOf('push', i),
      shard: shardOf('fcm.googleapis.com', meId),
      userId: meId,
      subscriptionId: stranger,
      host: 'fcm.googleapis.com',
      notificationId: stranger,
      topic: stranger,
      urgency: 'normal',
      state: 'waiting',
      dueAt: later,
      attempts: 0,
      usefulUntil: later,
      told: null,
      goneAt: later,
    })
    writer.add(courseRequests, {
      id: stranger,
      key: courseId,
      kind: 'requested',
      place: idOf('request', i),
      createdAt: time,
    })
    writer.add(blocks, { id: stranger, userId: meId, name: null, createdAt: time })
    writer.add(consents, {
      id: idOf('consent', i),
      userId: meId,
      document: 'terms',
      version: '1',
      decision: 'given',
      decidedAt: time,
    })
    writer.add(oneTimeTokens, {
      id: idOf('token', i),
      subjectId: meId,
      flow: 'passkey-login',
      secretHash: 'x',
      codeHash: null,
      triesLeft: 5,
      facts: {},
      expiresAt: later,
      purgeAt: later,
    })
    writer.add(identities, { id: `identity ${i}`, userId: stranger })
    writer.add(leftConversations, { id: idOf('left', i), userId: meId, leftAt: time })
    writer.add(announcements, {
      id: `${idOf('announced', i)}~another`,
      conversationId: idOf('announced', i),
      fromSeq: 0,
      until: later,
    })
    writer.add(serviceTokens, {
      id: idOf('service', i),
      name: `Pipeline ${i}`,
      scopes: ['reports:read'],
      secretHash: 'x',
      createdBy: meId,
      createdAt: time,
      lastUsedAt: null,
      expiresAt: later,
    })
    const importId = idOf('import', i)
    writer.add(courseImportRows, { id: '1', importId, number: 1, row: null, result: null, expiresAt: later })
    writer.add(courseImportRuns, {
      id: importId,
      queue: 'imports',
      state: 'finished',
      actorId: stranger,
      rows: 1,
      done: 1,
      package: null,
      options: { isDryRun: false, isStrict: false, isDraft: false, isOverwriting: false },
      attempts: 1,
      leasedUntil: time,
      createdAt: time,
      finishedAt: time,
      expiresAt: later,
    })
    writer.add(deletions, {
      id: `deletion ${i}`,
      userId: stranger,
      isOfGuest: false,
      state: 'scheduled',
      requestedAt: time,
      eraseAfter: later,
      steps: [],
      finishedAt: null,
      leasedUntil: time,
    })
    const fileId = idOf('announced file', i)
    writer.add(fileTasks, {
      id: `upload:${fileId}`,
      shard: fileId.slice(-1),
      kind: 'upload',
      dueAt: later,
      fileId,
      ownerId: meId,
      blob: { container: 'documents', path: `${meId}/${fileId}.txt` },
    })
  }
}

export async function fillCostStore(
  ports: Ports,
  settings: AppConfig,
  n: number,
  { isElsewhere = false } = {},
): Promise<Scene> {
  const nowMs = ports.clock.now()
  const longAgoMs = nowMs - 100 * dayMs
  // Each look at the store is some time after the one before: no form may become due in the meantime.
  const patient = { ...settings, forms: { ...settings.forms, responseMs: 90 * dayMs } }
  const bench = createBench(ports, patient, { seed, passwordHash: 'x' })
  const writer = createWriter(ports, { documents: isElsewhere, records: false })
  const book = createCourseBook()
  for (let c = 0; c < n; c++) {
    book.put(await writeCourse(writer, courseAt(c, longAgoMs)))
    await writer.settle()
  }

  const mentorPlan = personAt('mentor', 0, 'mentor', longAgoMs)
  const adminPlan = personAt('admin', 0, 'admin', longAgoMs)
  const mentor = { id: mentorPlan.id, atMs: longAgoMs }
  const enrolment = { course: 0, atMs: longAgoMs + dayMs, completedAtMs: [], rating: null }
  const others = Array.from({ length: n }, (_, i) => personAt('other', i, 'user', longAgoMs))
  const mePlan: PersonPlan = { ...personAt('me', n, 'user', longAgoMs), mentor }
  const staff = Array.from({ length: n }, (_, i) => personAt('staff', i, 'mentor', longAgoMs))
  for (const plan of [
    mentorPlan,
    adminPlan,
    ...staff,
    ...others.map((other) => ({ ...other, mentor, enrolments: [enrolment] })),
    mePlan,
  ]) {
    await writePerson(bench, writer, plan, book)
    await writer.settle()
  }
  await enrolEverywhere(writer, book, mePlan, n, longAgoMs + dayMs)
  book.writeTallies(writer)

  const me = await openSessions(bench, writer, mePlan, n, nowMs)
  const [mentorSigned, adminSigned, another] = [
    await openSessions(bench, writer, mentorPlan, 1, nowMs),
    await openSessions(bench, writer, adminPlan, 1, nowMs),
    await openSessions(bench, writer, others[0] ?? mePlan, 1, nowMs),
  ]
  for (let i = 0; i < n; i++) {
    bench.take('disclosure', i)
    bench.at(nowMs - (n - i) * 1_000)
    const reading = {
      event: 'progress.read',
      actorId: adminPlan.id,
      resource: { type: 'user', id: mePlan.id },
    }
    writer.record(await bench.audit.entryOf(caller, reading))
    await writer.settle()
  }
  writeTheRest(writer, n, mePlan.id, book.course(0).course.id, nowMs)
  await writeReports(bench, writer, n, mentorPlan.id, nowMs)
  // One of the others asks for theirs while it is measured.
  for (const [i, { id }] of [mentorPlan, ...others.slice(1)].entries())
    writer.add(dataExports, {
      id,
      exportId: idOf('export', i),
      epoch: 1,
      state: 'ready',
      collected: 0,
      requestedAt: new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + 60 * dayMs).toISOString(),
      leasedUntil: new Date(nowMs).toISOString(),
    })

  for (const [i, other] of others.entries())
    await writeConversation(bench, writer, {
      id: idOf('conversation', i),
      type: 'direct',
      name: null,
      memberIds: [mePlan.id, other.id],
      createdAtMs: nowMs - 40 * dayMs - (n - i) * 1_000,
      messages: () => [],
      messageCount: 0,
      reads: [],
    })
  const rootKey = await writeThreads(writer, n, idOf('conversation', 1), mePlan.id, nowMs)
  const group = [mentorPlan, mePlan, ...others.slice(0, Math.min(n, largestGroup - 2))].map(({ id }) => id)
  const conversationId = idOf('group', 0)
  await writeConversation(bench, writer, {
    id: conversationId,
    type: 'group',
    name: 'All of us',
    memberIds: group,
    createdAtMs: nowMs - 41 * dayMs,
    *messages() {
      for (let k = 0; k < n; k++)
        yield {
          senderId: mentorPlan.id,
          clientMessageId: `m${k}`,
          text: `everybody said this word ${k === Math.floor(n / 2) ? 'seldom' : 'often'} ${k}`,
          atMs: nowMs - 40 * dayMs + k * minuteMs,
        }
    },
    messageCount: n,
    reads: group.slice(1).map((userId) => ({ userId, seq: n, atMs: nowMs - dayMs })),
  })
  let invitationToken = ''
  // As many in every store: there can be 50 at most.
  for (let k = 0; k < 10; k++) {
    const id = idOf('invitation', k)
    const { token, secretHash } = await newInvitationToken(createWebCiphers(), conversationId, id)
    invitationToken = token
    writer.add<Entry>(messages, {
      id: `${invitationPrefix}${id}`,
      conversationId,
      seq: n,
      kind: 'invitation',
      isNumbered: 'no',
      threadKey: '',
      secretHash,
      invitedBy: mentorPlan.id,
      role: 'member',
      createdAt: new Date(nowMs - dayMs + k).toISOString(),
      expiresAt: new Date(nowMs + 30 * dayMs).toISOString(),
      maxUses: null,
      uses: 0,
      declined: 0,
    })
  }
  const files = Array.from({ length: n }, (_, k) => ({
    id: idOf('file', k, nowMs),
    ownerId: mePlan.id,
    fileName: `${k}.txt`,
    fileType: 'text/plain' as const,
    size: 10,
    atMs: nowMs - dayMs + k,
  }))
  writeFilesOf(writer, mePlan.id, files)
  await writer.flush()

  // As if it were long after: their mails have been sent and forgotten.
  const records = createRecordsWriter({
    ports,
    bench,
    untilMs: nowMs + 60 * dayMs,
    isContinued: false,
    isElsewhere: false,
  })
  const forms = Array.from({ length: n }, (_, i) => {
    const atMs = nowMs - 2 * 60 * minuteMs + i * 100
    const by = { userId: adminPlan.id, sessionId: 's' }
    const review = {
      status: 'reviewed',
      by,
      assignedTo: adminPlan.id,
      atMs: atMs + minuteMs,
      caller,
    } as const
    return {
      id: idOf('form', i, atMs),
      filled: formAt(i),
      atMs,
      caller,
      reviews: i % 2 === 0 ? [review] : [],
    }
  })
  for (let first = 0; first < n; first += 500) await records.forms(forms.slice(first, first + 500))
  for (const { id, atMs } of forms) {
    writer.add(formClaims, { id, userId: mePlan.id, claimedAt: new Date(atMs).toISOString() })
    await writer.settle()
  }
  await writer.flush()
  await writeMails(ports, bench, n, nowMs)

  const half = Math.floor(n / 2)
  const form = forms[half] ?? forms[0]
  const at = (i: number) => new Date(nowMs - (n - i) * 1_000).toISOString()
  const stored = await ports.submissions.read(form?.id ?? '')
  const ofMe = (
    await ports.audit.listByActor(mePlan.id, { limit: Math.max(1, Math.min(half, 1_000)) })
  ).items.at(-1)
  const aboutMe = (
    await ports.audit.listByResource(
      { type: 'user', id: mePlan.id },
      { limit: Math.max(1, Math.min(half, 1_000)) },
    )
  ).items.at(-1)
  const { course, lessonIds } = book.course(0)
  // As it was when the form was made.
  bench.take('form', form?.id ?? '')
  const receiptCode = bench.newReceiptCode()
  return {
    n,
    me,
    mentor: mentorSigned,
    admin: adminSigned,
    another,
    courseId: course.id,
    lessonId: lessonIds[0] ?? '',
    certificateCode: codeAt(0),
    conversationId,
    threadedId: idOf('conversation', 1),
    rootId: publicIdOf(idOf('conversation', 1), rootKey),
    quietConversationId: idOf('conversation', 0),
    invitationToken,
    fileId: files[half]?.id ?? '',
    formId: form?.id ?? '',
    reportId: idOf('report', half),
    trackingNumber: stored?.trackingNumber ?? '',
    receiptCode,
    participant: 'participant@example.org',
    middle: {
      seq: encodeCursor([half, '']),
      threads: encodeCursor([half, `thread~root ${half}`]),
      reports: encodeCursor([at(half), idOf('report', half)]),
      blocks: encodeCursor([at(half), idOf('stranger', half)]),
      consents: encodeCursor([at(half), idOf('consent', half)]),
      inbox: encodeCursor([
        new Date(nowMs - 40 * dayMs - (n - half) * 1_000).toISOString(),
        idOf('conversation', half),
      ]),
      learners: encodeCursor([nameOf(half), others[half]?.id ?? '']),
      activity: encodeCursor([ofMe?.createdAt ?? '', ofMe?.id ?? '']),
      disclosures: encodeCursor([aboutMe?.createdAt ?? '', aboutMe?.id ?? '']),
      forms: encodeCursor([new Date(form?.atMs ?? 0).toISOString(), form?.id ?? '']),
    },
  }
}

/** N that wait for their time, as many that are to be decided upon, N that were sent, N that nobody takes. */
async function writeMails({ mailQueue }: Ports, bench: Bench, n: number, nowMs: number): Promise<void> {
  const [now, later] = [nowMs, nowMs + 60 * dayMs].map((ms) => new Date(ms).toISOString()) as [string, string]
  const kinds = [
    { name: 'sent', outcome: { state: 'sent', at: now } },
    { name: 'dead', outcome: { state: 'dead', at: now, reason: 'refused' } },
    { name: 'waiting', changes: { dueAt: later } },
    { name: 'undecided', changes: { dueAt: later, priority: undecidedPriority } },
  ] as const
  for (const kind of kinds)
    for (let first = 0; first < n; first += 500) {
      const mails = []
      for (let i = first; i < Math.min(n, first + 500); i++) {
        bench.take(`mail ${kind.name}`, i)
        bench.at(nowMs - minuteMs)
        const input = { greeting: '' as never, code: '123456' as never }
        const mail = await bench.mail.seal(
          { template: 'confirm_identity', language: 'en', to: 'me@example.org', ...input },
          `${kind.name} ${i}`,
        )
        mails.push({ ...mail, expiresAt: null, ...('changes' in kind ? kind.changes : {}) })
      }
      await Promise.all(mails.map((mail) => mailQueue.enqueue(mail)))
      if (!('outcome' in kind)) continue
      const lease = `${kind.name} ${first}`
      const leaseUntil = new Date(nowMs + minuteMs).toISOString()
      const all = { least: 0, most: undecidedPriority }
      const claimed = await mailQueue.claim({ lease, now, leaseUntil, limit: 500, priorities: all })
      await Promise.all(claimed.map(({ id }) => mailQueue.settle(id, lease, kind.outcome)))
    }
}
