import { gradeAnswer, maxPointsOf } from './grade-quiz.ts'
import type { Attempt, LessonQuiz, Question, QuizAttempt, StoredQuiz } from './quizzes.model.ts'
import { attemptsLeft, type QuizStanding } from './standing.model.ts'

/** Whoever has seen the answers tries no more. */
export function nextAttempt(
  quiz: Pick<StoredQuiz, 'maxAttempts' | 'showAnswers'>,
  standing: QuizStanding,
): number | null {
  const knowsAnswers = quiz.showAnswers === 'after_pass' && standing.passedAt !== null
  return knowsAnswers || attemptsLeft(quiz, standing) === 0 ? null : standing.used + 1
}

const areAnswersShown = (quiz: StoredQuiz, standing: QuizStanding): boolean =>
  quiz.showAnswers === 'after_pass'
    ? standing.passedAt !== null
    : quiz.showAnswers === 'after_last' && attemptsLeft(quiz, standing) === 0

export const standingView = (quiz: StoredQuiz, standing: QuizStanding) => ({
  attempt: nextAttempt(quiz, standing),
  attemptsUsed: standing.used,
  attemptsLeft: attemptsLeft(quiz, standing),
  bestPercent: standing.bestPercent,
  passedAt: standing.passedAt,
})

/** Random numbers below 2^32 from 16 bytes (sfc32, by Chris Doty-Humphrey): the same ones for the same bytes. */
function drawsFrom(bytes: Uint8Array<ArrayBuffer>): () => number {
  let [a = 0, b = 0, c = 0, counter = 0] = new Uint32Array(bytes.slice(0, 16).buffer)
  return () => {
    const drawn = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + drawn) | 0
    return drawn >>> 0
  }
}

function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = draw() % (last + 1)
    const [one, two] = [order[last] as T, order[other] as T]
    order[last] = two
    order[other] = one
  }
  return order
}

const choicesOf = (question: Question) => ('choices' in question ? question.choices : null)

/** In the order that these bytes decide on, without anything that tells an answer. */
export function showQuiz(
  quiz: StoredQuiz,
  standing: QuizStanding,
  bytes: Uint8Array<ArrayBuffer>,
): LessonQuiz {
  const draw = drawsFrom(bytes)
  const { isShuffled } = quiz
  const questions = isShuffled.questions ? shuffled(quiz.questions, draw) : quiz.questions
  return {
    passPercent: quiz.passPercent,
    maxAttempts: quiz.maxAttempts,
    isRequired: quiz.isRequired,
    maxPoints: maxPointsOf(quiz),
    ...standingView(quiz, standing),
    questions: questions.map((question) => {
      const { id = '', type, text, points } = question
      const choices = choicesOf(question)?.map((choice) => ({ id: choice.id ?? '', text: choice.text }))
      if (!choices) return { id, type, text, points }
      return { id, type, text, points, choices: isShuffled.choices ? shuffled(choices, draw) : choices }
    }),
  }
}

function solutionOf(question: Question) {
  if (question.type === 'number') return { number: question.answer, tolerance: question.tolerance }
  if (question.type === 'text') return { texts: question.answers }
  return {
    choiceIds: question.choices.flatMap(({ id, isCorrect }) => (isCorrect && id !== undefined ? [id] : [])),
  }
}

/** What came of an attempt, as far as its author lets it be seen. */
export function showAttempt(quiz: StoredQuiz, standing: QuizStanding, attempt: Attempt): QuizAttempt {
  const areShown = areAnswersShown(quiz, standing)
  const byId = new Map(attempt.answers.map((answer) => [answer.questionId, answer]))
  const { number, submittedAt, points, percent, isPassed } = attempt
  return {
    number,
    submittedAt,
    points,
    maxPoints: maxPointsOf(quiz),
    percent,
    isPassed,
    feedback: isPassed ? quiz.feedback.passed : quiz.feedback.failed,
    questions: quiz.questions.map((question) => {
      const answer = byId.get(question.id ?? '')
      const chosen = new Set(answer?.choiceIds)
      const told = choicesOf(question)?.filter(({ id, feedback }) => chosen.has(id ?? '') && feedback !== '')
      return {
        id: question.id ?? '',
        ...(answer?.choiceIds ? { choiceIds: [...answer.choiceIds] } : {}),
        ...(answer?.number === undefined ? {} : { number: answer.number }),
        ...(answer?.text === undefined ? {} : { text: answer.text }),
        feedback: (told ?? []).map(({ feedback }) => feedback),
        solution: areShown
          ? { ...gradeAnswer(question, answer), ...solutionOf(question), feedback: question.feedback }
          : null,
      }
    }),
  }
}
