import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import { defineError, notFound } from '../../kernel/errors.ts'
import type { Courses } from '../courses/courses.ts'
import type { LessonOutline } from '../courses/lessons.model.ts'
import type {
  Attempt,
  QuizAttempts,
  QuizSubmitted,
  StoredQuiz,
  SubmitQuiz,
} from '../quizzes/quizzes.model.ts'
import type { Quizzes } from '../quizzes/quizzes.ts'
import { type QuizStanding, standingWith } from '../quizzes/standing.model.ts'
import { untouched } from './conditions.ts'
import type { Enrolment, QuizRecord } from './enrollments.model.ts'
import { type Learners, quizRecordId } from './learners.ts'
import { type LessonAccess, requireOpen } from './lesson-access.ts'

const keptAttempts = 20

const noAttemptLeft = defineError('conflict', 'no_attempt_left', 'There is no further attempt at this quiz.')
const otherAttempt = defineError(
  'conflict',
  'conflict',
  'This attempt was made already, or is not the next one. Read the lesson again.',
)

export const standingOf = (enrolment: Enrolment, lessonId: string, quiz: { readonly id: string }) =>
  standingWith(quiz, enrolment.lessons[lessonId]?.quiz)

function standingAfter(standing: QuizStanding, { percent, isPassed, submittedAt }: Attempt): QuizStanding {
  return {
    ...standing,
    used: standing.used + 1,
    bestPercent: Math.max(standing.bestPercent ?? 0, percent),
    passedAt: standing.passedAt ?? (isPassed ? submittedAt : null),
  }
}

/**
 * Answering the quiz of a lesson, in the version somebody takes. An attempt commits together with the enrolment that
 * counts it: of those sent at once with one number one counts, and never more than the quiz allows.
 */
export function createTakeQuiz(
  { clock }: Needs<'clock'>,
  domain: {
    readonly courses: Courses
    readonly learners: Learners
    readonly quizzes: Quizzes
    readonly access: LessonAccess
  },
) {
  const { courses, learners, quizzes, access } = domain

  async function readQuiz(courseId: string, lesson: LessonOutline): Promise<StoredQuiz> {
    const quiz = lesson.quiz && (await courses.versions.readContent(courseId, lesson.contentId)).quiz
    if (!quiz) throw notFound()
    return quiz
  }

  return {
    /** The same again answers what it answered before. */
    async submit(
      learner: User,
      courseId: string,
      lessonId: string,
      given: SubmitQuiz,
    ): Promise<QuizSubmitted> {
      let outcome: { quiz: StoredQuiz; standing: QuizStanding; attempt: Attempt } | undefined
      await learners.change(learner.id, courseId, async (known, stats) => {
        const { lesson, enrolment } = requireOpen(await access.opened(known, courseId), lessonId)
        const quiz = await readQuiz(courseId, lesson)
        const standing = standingOf(enrolment, lessonId, quiz)
        const answers = quizzes.readAnswers(quiz, given.answers)
        const stored = await learners.readQuiz(learner.id, quiz.id)
        const made = stored?.value.attempts.find(({ number }) => number === given.number)
        if (made) {
          if (JSON.stringify(made.answers) !== JSON.stringify(answers)) throw otherAttempt()
          outcome = { quiz, standing, attempt: made }
          return { enrolment, stats }
        }
        const next = quizzes.nextAttempt(quiz, standing)
        if (given.number <= standing.used || (next !== null && given.number > next)) throw otherAttempt()
        if (next === null) throw noAttemptLeft()
        const submittedAt = new Date(clock.now()).toISOString()
        const graded = quizzes.gradeQuiz(quiz, answers)
        const attempt: Attempt = { number: next, submittedAt, answers, ...graded }
        const record: QuizRecord = {
          id: quizRecordId(quiz.id),
          userId: learner.id,
          kind: 'quiz',
          createdAt: stored?.value.createdAt ?? submittedAt,
          courseId,
          lessonId,
          attempts: [...(stored?.value.attempts ?? []), attempt].slice(-keptAttempts),
        }
        const after = standingAfter(standing, attempt)
        outcome = { quiz, standing: after, attempt }
        const progress = { ...(enrolment.lessons[lessonId] ?? untouched), quiz: after }
        return {
          enrolment: {
            ...enrolment,
            lessons: { ...enrolment.lessons, [lessonId]: progress },
            lastAccessedAt: submittedAt,
          },
          stats,
          also: [learners.writeOf(record, stored)],
        }
      })
      if (!outcome) throw new Error('a quiz was answered without an outcome')
      await learners.noteActive(learner, [clock.now()])
      const { quiz, standing, attempt } = outcome
      return {
        message: attempt.isPassed ? 'Passed.' : 'Not passed yet.',
        result: quizzes.showAttempt(quiz, standing, attempt),
        ...quizzes.standingView(quiz, standing),
      }
    },

    async listAttempts(userId: string, courseId: string, lessonId: string): Promise<QuizAttempts> {
      const { lesson, enrolment } = requireOpen(await access.open(userId, courseId), lessonId)
      const quiz = await readQuiz(courseId, lesson)
      const standing = standingOf(enrolment, lessonId, quiz)
      const stored = await learners.readQuiz(userId, quiz.id)
      return {
        ...quizzes.standingView(quiz, standing),
        items: (stored?.value.attempts ?? [])
          .map((attempt) => quizzes.showAttempt(quiz, standing, attempt))
          .reverse(),
      }
    },
  }
}
