import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { LessonOutline } from '../courses/lessons.model.ts'
import type { Mentors } from '../mentors/mentors.ts'
import { attemptsLeft, type QuizStanding } from '../quizzes/standing.model.ts'
import { untouched } from './conditions.ts'
import type { Enrolment } from './enrollments.model.ts'
import type { Learners } from './learners.ts'
import { isActive } from './participation.ts'
import type { GrantAttempts, QuizResult } from './quiz-results.model.ts'
import { standingOf } from './take-quiz.ts'

/** What learners made of a quiz, for whoever writes the course: admins any, mentors their own. */
export function createQuizResults(domain: {
  readonly courses: Courses
  readonly mentors: Mentors
  readonly learners: Learners
  readonly audit: Recording
}) {
  const { courses, mentors, learners, audit } = domain

  const knows = async (actor: Actor, userId: string): Promise<boolean> =>
    actor.role === 'admin' || (await mentors.isMentorOf(actor.userId, userId))

  /** The lesson as somebody takes it; null where it has no quiz. */
  async function quizOf(enrolment: Enrolment, lessonId: string): Promise<LessonOutline['quiz'] | null> {
    const { lessons } = await courses.versions.read(enrolment.id, enrolment.versionId)
    return lessons.find(({ id }) => id === lessonId)?.quiz ?? null
  }

  async function describe(
    learner: QuizResult['learner'],
    enrolment: Enrolment,
    quiz: NonNullable<LessonOutline['quiz']>,
    standing: QuizStanding,
  ): Promise<QuizResult> {
    const stored = standing.used === 0 ? null : await learners.readQuiz(enrolment.userId, quiz.id)
    const last = stored?.value.attempts.at(-1)
    return {
      learner,
      version: enrolment.version,
      attemptsUsed: standing.used,
      attemptsLeft: attemptsLeft(quiz, standing),
      extraAttempts: standing.extraAttempts,
      bestPercent: standing.bestPercent,
      passedAt: standing.passedAt,
      lastAttempt: last
        ? {
            number: last.number,
            submittedAt: last.submittedAt,
            percent: last.percent,
            answers: last.answers.map(({ choiceIds, ...answer }) => ({
              ...answer,
              ...(choiceIds ? { choiceIds: [...choiceIds] } : {}),
            })),
          }
        : null,
    }
  }

  const record = (actor: Actor, caller: Caller, event: string, resource: { type: string; id: string }) =>
    audit.record(caller, { event, actorId: actor.userId, sessionId: actor.sessionId, resource })

  return {
    /**
     * Those who take the course, in the order of their names. A mentor sees the names and answers of those assigned to
     * them; of the others how many attempts they made and how well, without saying who. Each person who is named is recorded.
     */
    async list(
      actor: Actor,
      courseId: string,
      lessonId: string,
      { cursor, limit }: CursorQuery,
      caller: Caller,
    ): Promise<CursorPage<QuizResult>> {
      const { value: course } = await courses.authoring.readOwn(actor, courseId)
      const published =
        course.versionId === null ? [] : (await courses.versions.read(courseId, course.versionId)).lessons
      const draft = (await courses.versions.readDraft(courseId)).value.lessons
      if (![...published, ...draft].some(({ id, quiz }) => id === lessonId && quiz)) throw notFound()
      const { items, next } = await refusingBadCursors(() =>
        courses.members.list(courseId, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
      )
      const results = await Promise.all(
        items.map(async ({ value: { id: userId, name } }): Promise<QuizResult[]> => {
          const enrolment = await learners.readEnrolment(userId, courseId)
          const quiz = isActive(enrolment) && (await quizOf(enrolment, lessonId))
          if (!isActive(enrolment) || !quiz) return []
          const isKnown = await knows(actor, userId)
          const result = await describe(
            isKnown ? { userId, name } : null,
            enrolment,
            quiz,
            standingOf(enrolment, lessonId, quiz),
          )
          const { lastAttempt } = result
          return [
            isKnown || !lastAttempt ? result : { ...result, lastAttempt: { ...lastAttempt, answers: [] } },
          ]
        }),
      )
      const shown = results.flat()
      for (const { learner } of shown)
        if (learner) await record(actor, caller, 'quiz.results', { type: 'user', id: learner.userId })
      return pageOf(shown, next)
    },

    /** Attempts beyond those of the quiz, in all: saying it again changes nothing. */
    async grant(
      actor: Actor,
      courseId: string,
      lessonId: string,
      userId: string,
      { extraAttempts }: GrantAttempts,
      caller: Caller,
    ): Promise<QuizResult> {
      await courses.authoring.readOwn(actor, courseId)
      const member = await courses.members.read(courseId, userId)
      if (!member || !(await knows(actor, userId))) throw notFound()
      let granted: { quiz: NonNullable<LessonOutline['quiz']>; standing: QuizStanding } | undefined
      const { enrolment } = await learners.change(userId, courseId, async (known, stats) => {
        const quiz = isActive(known) && (await quizOf(known, lessonId))
        if (!isActive(known) || !quiz) throw notFound()
        const standing = { ...standingOf(known, lessonId, quiz), extraAttempts }
        const progress = known.lessons[lessonId] ?? untouched
        const isSame = standingOf(known, lessonId, quiz).extraAttempts === extraAttempts
        granted = { quiz, standing }
        if (isSame) return { enrolment: known, stats }
        const lessons = { ...known.lessons, [lessonId]: { ...progress, quiz: standing } }
        return { enrolment: { ...known, lessons }, stats }
      })
      await record(actor, caller, 'quiz.grant_attempts', { type: 'user', id: userId })
      if (!granted) throw new Error('attempts were granted without a quiz')
      return describe({ userId, name: member.name }, enrolment, granted.quiz, granted.standing)
    },
  }
}
