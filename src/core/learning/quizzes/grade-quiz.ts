import { type ErrorDetail, validationError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { foldAnswer, readingsOf } from './fold-answer.ts'
import type { Answer, Question, Quiz, SubmitQuiz } from './quizzes.model.ts'

export interface Graded {
  readonly points: number
  readonly isCorrect: boolean
}

const wrong: Graded = { points: 0, isCorrect: false }

function isNear(given: number, answer: number, tolerance: number): boolean {
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(given), Math.abs(answer))
  return Math.abs(given - answer) <= tolerance + rounding
}

function gradeChoices(
  question: Extract<Question, { choices: unknown }>,
  chosen: ReadonlySet<string | undefined>,
): Graded {
  const correct = question.choices.filter(({ isCorrect }) => isCorrect)
  const right = correct.filter(({ id }) => chosen.has(id)).length
  const isCorrect = right === correct.length && chosen.size === right
  if (isCorrect) return { points: question.points, isCorrect }
  if (question.type === 'single' || !question.hasPartialCredit) return wrong
  const share = Math.max(0, right - (chosen.size - right)) / correct.length
  return { points: question.points * share, isCorrect }
}

/** What one answer is worth. */
export function gradeAnswer(question: Question, answer: Answer | undefined): Graded {
  if (question.type === 'number') {
    const { number } = answer ?? {}
    const given = typeof number === 'number' ? [number] : readingsOf(number ?? '')
    const isCorrect = given.some((reading) => isNear(reading, question.answer, question.tolerance))
    return isCorrect ? { points: question.points, isCorrect } : wrong
  }
  if (question.type === 'text') {
    const given = foldAnswer(answer?.text ?? '')
    const isCorrect = given !== '' && question.answers.some((accepted) => foldAnswer(accepted) === given)
    return isCorrect ? { points: question.points, isCorrect } : wrong
  }
  return answer?.choiceIds ? gradeChoices(question, new Set(answer.choiceIds)) : wrong
}

export const maxPointsOf = ({ questions }: Pick<Quiz, 'questions'>): number =>
  questions.reduce((sum, { points }) => sum + points, 0)

const fieldOf = { single: 'choiceIds', multiple: 'choiceIds', number: 'number', text: 'text' } as const

function problemWith(
  question: Question | undefined,
  answer: SubmitQuiz['answers'][number],
): Omit<ErrorDetail, 'path'> | null {
  if (!question) return { code: 'unknown_question', message: 'There is no such question in this quiz.' }
  const field = fieldOf[question.type]
  for (const other of ['choiceIds', 'number', 'text'] as const)
    if (other !== field && (answer[other] ?? '') !== '')
      return {
        code: 'wrong_kind',
        message: filled('This question is answered by {field}.', { field: { asIs: field } }),
      }
  if (question.type === 'number' || question.type === 'text') return null
  const chosen = answer.choiceIds ?? []
  if (new Set(chosen).size < chosen.length) return { code: 'chosen_twice', message: 'Name a choice once.' }
  if (question.type === 'single' && chosen.length > 1)
    return { code: 'too_many_choices', message: 'Choose one.' }
  return chosen.every((id) => question.choices.some((choice) => choice.id === id))
    ? null
    : { code: 'unknown_choice', message: 'There is no such choice in this question.' }
}

/** The answers in the order of the questions, each with what belongs to it alone. Throws `validation_error`. */
export function readAnswers({ questions }: Pick<Quiz, 'questions'>, given: SubmitQuiz['answers']): Answer[] {
  const byId = new Map<string, SubmitQuiz['answers'][number]>()
  const problems: ErrorDetail[] = []
  for (const [index, answer] of given.entries()) {
    const question = questions.find(({ id }) => id === answer.questionId)
    const problem: Omit<ErrorDetail, 'path'> | null = byId.has(answer.questionId)
      ? { code: 'answered_twice', message: 'Answer a question once.' }
      : problemWith(question, answer)
    if (problem) problems.push({ path: `answers.${index}`, ...problem })
    byId.set(answer.questionId, answer)
  }
  if (problems.length > 0) throw validationError(problems)
  return questions.flatMap((question): Answer[] => {
    const answer = byId.get(question.id ?? '')
    if (!answer) return []
    const { questionId } = answer
    if (question.type === 'number') {
      const { number } = answer
      return number == null || number === '' ? [] : [{ questionId, number }]
    }
    if (question.type === 'text') return answer.text?.trim() ? [{ questionId, text: answer.text }] : []
    const chosen = new Set(answer.choiceIds)
    const choiceIds = question.choices.flatMap(({ id }) => (id !== undefined && chosen.has(id) ? [id] : []))
    return choiceIds.length === 0 ? [] : [{ questionId, choiceIds }]
  })
}

/** Points and percent of the whole, neither rounded. */
export function gradeQuiz(
  quiz: Pick<Quiz, 'questions' | 'passPercent'>,
  answers: readonly Answer[],
): { readonly points: number; readonly percent: number; readonly isPassed: boolean } {
  const byId = new Map(answers.map((answer) => [answer.questionId, answer]))
  const points = quiz.questions.reduce(
    (sum, question) => sum + gradeAnswer(question, byId.get(question.id ?? '')).points,
    0,
  )
  const percent = (points / maxPointsOf(quiz)) * 100
  // Thirds of points add up to a little less than they are.
  return { points, percent, isPassed: percent + 1e-9 >= quiz.passPercent }
}
