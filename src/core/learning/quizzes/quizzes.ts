import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { gradeQuiz, readAnswers } from './grade-quiz.ts'
import type { LessonQuiz, Question, Quiz, StoredQuiz } from './quizzes.model.ts'
import { nextAttempt, showAttempt, showQuiz, standingView } from './show-quiz.ts'
import type { QuizStanding } from './standing.model.ts'

const withoutNames = ({ id: _, seed: __, ...quiz }: StoredQuiz): Quiz => quiz

const fieldsInOrder = (quiz: Quiz): string =>
  JSON.stringify(quiz, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

/** What a quiz is: how it is kept, shown and scored. Who takes it is up to those above. */
export function createQuizzes({ ciphers, ids }: Needs<'ciphers' | 'ids'>) {
  /** By what it says, so that it tells nothing of the place its author gave it, and is the same in each import. */
  async function idFor(taken: ReadonlySet<string>, ...said: readonly string[]): Promise<string> {
    for (let count = 0; ; count++) {
      const digest = await ciphers.digest(JSON.stringify(['quiz', count, ...said]))
      const id = `q${encodeBase64url(digest.subarray(0, 9)).replaceAll(/[-_]/g, 'x')}`
      if (!taken.has(id)) return id
    }
  }

  async function withId<T extends { readonly id?: string | undefined }>(
    items: readonly T[],
    textOf: (item: T) => readonly string[],
  ): Promise<T[]> {
    const taken = new Set(items.flatMap(({ id }) => (id === undefined ? [] : [id])))
    const named: T[] = []
    for (const item of items) {
      const id = item.id ?? (await idFor(taken, ...textOf(item)))
      taken.add(id)
      named.push({ ...item, id })
    }
    return named
  }

  /** The quiz with an id for each question and choice: those given, or the same ones for the same words. */
  async function withIds(quiz: Quiz): Promise<Quiz> {
    const named = await withId(quiz.questions, ({ type, text }) => [type, text])
    const questions = await Promise.all(
      named.map(
        async (question): Promise<Question> =>
          'choices' in question
            ? { ...question, choices: await withId(question.choices, ({ text }) => [question.text, text]) }
            : question,
      ),
    )
    return { ...quiz, questions }
  }

  return {
    ...emptyFace,
    withIds,

    /** Whether both ask, answer and count the same. */
    isSame: async (a: Quiz | null, b: Quiz | null): Promise<boolean> =>
      a === null || b === null
        ? a === b
        : fieldsInOrder(await withIds(a)) === fieldsInOrder(await withIds(b)),

    /** The quiz as a lesson keeps it: the known one when nothing about it changed, so that attempts go on counting. */
    async keep(given: Quiz, known: StoredQuiz | null): Promise<StoredQuiz> {
      if (given === known) return known
      const quiz = await withIds(given)
      if (known && fieldsInOrder(withoutNames(known)) === fieldsInOrder(quiz)) return known
      return { ...quiz, id: ids.next(), seed: encodeBase64url(randomBytes(16)) }
    },

    /** As its author sees it. */
    ofAuthor: withoutNames,

    /** As somebody sees it before the next attempt: always in the same order for the same attempt. */
    async show(quiz: StoredQuiz, userId: string, standing: QuizStanding): Promise<LessonQuiz> {
      const attempt = nextAttempt(quiz, standing) ?? standing.used
      return showQuiz(quiz, standing, await ciphers.digest(`${quiz.seed} ${userId} ${attempt}`))
    },

    showAttempt,
    standingView,
    nextAttempt,
    readAnswers,
    gradeQuiz,
  }
}

export type Quizzes = ReturnType<typeof createQuizzes>

export const quizzesDomain = { collections: [], create: createQuizzes }
