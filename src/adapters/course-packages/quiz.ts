import type { PackageQuestion } from '../../ports/course-packages.ts'
import type { Lose } from './lesson-builder.ts'

const maxQuestions = 50
const idPattern = /[^A-Za-z0-9_-]+/g

export const questionId = (name: string, index: number): string =>
  name
    .replaceAll(idPattern, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 64) || `q${index + 1}`

/** What a quiz here can hold of a question; null, and said, where it cannot. */
export function fitting(question: PackageQuestion, name: string, lose: Lose): PackageQuestion | null {
  const refuse = (message: string) => {
    lose({ name, code: 'not_supported', message })
    return null
  }
  if (question.text.trim() === '') return refuse('A question without words.')
  if (question.text.length > 2_000) return refuse('A question of more than 2,000 characters.')
  const isTooLong = (text: string) => text.length > 1_000
  if (isTooLong(question.feedback)) {
    lose({ name, code: 'cut', message: 'The feedback is longer than 1,000 characters: left out.' })
    question = { ...question, feedback: '' }
  }
  if (question.type === 'number')
    return Number.isFinite(question.answer) ? question : refuse('No answer is a number.')
  if (question.type === 'text')
    return question.answers.length > 0 &&
      question.answers.length <= 20 &&
      question.answers.every((a) => a.length <= 200 && /[\p{L}\p{N}]/u.test(a))
      ? question
      : refuse('A short text needs one to 20 answers of up to 200 characters.')
  const { choices } = question
  const correct = choices.filter(({ isCorrect }) => isCorrect).length
  if (choices.length < 2 || choices.length > 20) return refuse('A choice needs 2 to 20 possibilities.')
  if (choices.some(({ text }) => text.trim() === '' || text.length > 500))
    return refuse('A possibility is empty, or longer than 500 characters.')
  if (new Set(choices.map(({ text }) => text.trim())).size < choices.length)
    return refuse('Two possibilities are the same.')
  if (correct === 0 || (question.type === 'single' && correct !== 1))
    return refuse('It is not said which is right.')
  return question
}

export function atMost(
  questions: readonly PackageQuestion[],
  name: string,
  lose: Lose,
): readonly PackageQuestion[] {
  for (const { id } of questions.slice(maxQuestions))
    lose({ name: `${name}: ${id}`, code: 'limit', message: `A quiz has at most ${maxQuestions} questions.` })
  const taken = new Map<string, number>()
  return questions.slice(0, maxQuestions).map((question) => {
    const count = (taken.get(question.id) ?? 0) + 1
    taken.set(question.id, count)
    return count === 1 ? question : { ...question, id: `${question.id.slice(0, 58)}-${count}` }
  })
}
