import type {
  ConversationPlan,
  EnrolmentPlan,
  FilePlan,
  FormPlan,
  NoticePlan,
  PersonPlan,
  SignIn,
} from '../../../scripts/seed/plan.ts'
import type { Scenario } from '../../../scripts/seed/scenario.ts'
import type { User } from '../../../src/core/accounts/users/users.model.ts'
import type { Actor } from '../../../src/core/kernel/actor.ts'
import type { Greeting, Link } from '../../../src/core/platform/mail/mail.model.ts'
import { MailRefused } from '../../../src/ports/mailer.ts'
import { browserOf } from '../../app.ts'
import { createSqliteApp } from './sqlite-app.ts'

interface Deed {
  readonly atMs: number
  /** What is made by it is called so. */
  readonly ids?: readonly string[]
  readonly happen: () => Promise<unknown>
}

const all = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
const password = 'Demo-Only-Start-Over-1'

/** Does everything in a scenario by the use cases, in the order of time, at the moment at which it was. */
export async function play(scenario: Scenario) {
  const { sizes, untilMs } = scenario
  const wanted: string[] = []
  let isRefusing = false
  const testApp = await createSqliteApp({
    startAt: untilMs - 3_000 * 24 * 60 * 60_000,
    environment: { TRUSTED_PROXY_HOPS: '1' },
    ports: ({ ids, mailer }) => ({
      ids: { next: () => wanted.shift() ?? ids.next() },
      mailer: {
        ...mailer,
        async send(message) {
          if (isRefusing) throw new MailRefused()
          await mailer.send(message)
        },
      },
    }),
  })
  const { users, mentors, courses, enrollments, chat, forms, files, mail, clock } = testApp
  const passwordHash = await testApp.ports.hasher.hash(password)
  const people = all(sizes.people, scenario.person)
  const courseIds: string[] = []

  const userOf = async (id: string): Promise<User> => {
    const stored = await users.read(id)
    if (!stored) throw new Error('nobody has this id')
    return stored.value
  }
  const actorOf = (userId: string): Actor => ({
    userId,
    sessionId: 'none',
    securityEpoch: 1,
    role: people.find(({ id }) => id === userId)?.role ?? 'user',
  })

  async function logIn({ email }: PersonPlan, { caller }: SignIn): Promise<void> {
    const answer = await browserOf(testApp).call('POST', '/api/v1/auth/login', {
      body: { email, password },
      headers: {
        'user-agent': caller.userAgent ?? '',
        'x-forwarded-for': caller.address ?? '',
        'x-request-id': caller.requestId,
      },
    })
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  }
  const lessonsOf = async (courseId: string): Promise<readonly string[]> =>
    (await courses.readDetail(courseId)).lessons.map(({ id }) => id)

  function enrolmentDeeds(
    { id }: PersonPlan,
    { course, atMs, completedAtMs, rating }: EnrolmentPlan,
  ): Deed[] {
    const courseId = () => courseIds[course] ?? ''
    return [
      { atMs, happen: async () => enrollments.participation.enrol(await userOf(id), courseId()) },
      ...completedAtMs.map((ms, i) => ({
        atMs: ms,
        happen: async () => {
          const lessonId = (await lessonsOf(courseId()))[i] ?? ''
          await enrollments.study.complete(await userOf(id), courseId(), lessonId, {})
        },
      })),
      ...(rating
        ? [
            {
              atMs: rating.atMs,
              happen: async () => enrollments.study.rate(await userOf(id), courseId(), rating.stars),
            },
          ]
        : []),
    ]
  }

  const personDeeds = (person: PersonPlan): Deed[] => {
    const { id, email, name, role, createdAtMs, mentor } = person
    return [
      {
        atMs: createdAtMs,
        ids: [id],
        happen: () => users.createAccount({ email, name, role, passwordHash, emailVerified: true }),
      },
      ...(mentor
        ? [
            {
              atMs: mentor.atMs,
              happen: async () => {
                const { value } = await users.changeUser(id, (user) => ({ ...user, mentorId: mentor.id }))
                await mentors.syncLearner(value)
              },
            },
          ]
        : []),
      ...person.signIns.map((signIn) => ({
        atMs: signIn.atMs,
        ids: [signIn.sessionId],
        happen: () => logIn(person, signIn),
      })),
      ...person.enrolments.flatMap((enrolment) => enrolmentDeeds(person, enrolment)),
    ]
  }

  const conversationDeeds = ({ id, type, name, memberIds, ...plan }: ConversationPlan): Deed[] => {
    const [first = '', ...participantIds] = memberIds
    return [
      {
        atMs: plan.createdAtMs,
        ids: [id],
        happen: () =>
          chat.createConversation(actorOf(first), {
            type,
            participantIds,
            ...(name === null ? {} : { name }),
          }),
      },
      ...[...plan.messages()].map(({ senderId, clientMessageId, text, atMs }) => ({
        atMs,
        happen: () =>
          chat.sendMessage(actorOf(senderId), id, { text, clientMessageId, attachments: [], mentions: [] }),
      })),
      ...plan.reads.map(({ userId, seq, atMs }) => ({
        atMs,
        happen: () => chat.read(actorOf(userId), id, seq),
      })),
    ]
  }

  const formDeeds = ({ id, filled, atMs, caller, reviews }: FormPlan): Deed[] => {
    const sending = { actor: null, key: undefined, body: '' }
    const submit = () => {
      if (filled.type === 'contact') return forms.submitContact(caller, filled.form, sending)
      if (filled.type === 'interest') return forms.submitInterest(caller, filled.form, sending)
      return forms.submitReferral(caller, filled.form, sending)
    }
    return [
      { atMs, ids: [id], happen: submit },
      ...reviews.map(({ status, by, assignedTo, ...review }) => ({
        atMs: review.atMs,
        happen: () =>
          forms.review(review.caller, { ...by, securityEpoch: 1, role: 'admin' }, id, {
            status,
            ...(assignedTo === undefined ? {} : { assignedTo }),
          }),
      })),
    ]
  }

  const fileDeed = ({ id, ownerId, fileName, fileType, size, atMs }: FilePlan): Deed => ({
    atMs,
    ids: [id],
    async happen() {
      const caller = { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const }
      const request = { fileName, fileType, fileSize: size, category: 'document' } as const
      const upload = await files.requestUpload(actorOf(ownerId), request, caller)
      const { method, headers } = upload
      await testApp.app.request(upload.uploadUrl, { method, headers, body: 'a'.repeat(size) })
      await files.completeUpload(actorOf(ownerId), { fileId: id })
    },
  })

  const noticeDeed = ({ person, key, atMs, isRefused }: NoticePlan): Deed => ({
    atMs,
    async happen() {
      isRefusing = isRefused
      const link = 'http://localhost:5173/account/security' as Link
      await mail.enqueue(
        { template: 'new_device', language: 'en', to: person.email, greeting: person.name as Greeting, link },
        key,
      )
    },
  })

  const deeds: Deed[] = [
    ...all(sizes.courses, scenario.course).map((plan) => ({
      atMs: plan.atMs,
      ids: [...plan.contentIds, plan.versionId],
      async happen() {
        await courses.importCourses([plan.row])
        const page = await courses.list({ sort: 'newest', page: 1, limit: 1 })
        courseIds.push(page.items[0]?.id ?? '')
      },
    })),
    ...people.flatMap(personDeeds),
    ...all(sizes.conversations, scenario.conversation).flatMap(conversationDeeds),
    ...all(sizes.forms, scenario.form).flatMap(formDeeds),
    ...all(sizes.files, scenario.file).map(fileDeed),
    ...all(sizes.mails, scenario.notice).map(noticeDeed),
  ]
  for (const { atMs, ids = [], happen } of deeds.sort((a, b) => a.atMs - b.atMs)) {
    clock.advance(atMs - clock.now())
    wanted.push(...ids)
    await happen()
    await testApp.settled()
    if (wanted.length > 0) throw new Error(`${wanted.length} ids were not taken`)
  }
  clock.advance(untilMs - clock.now())
  return testApp
}
