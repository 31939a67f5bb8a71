import { z } from 'zod'
import { filled, issueSaying, type Plain, type Said } from '../../kernel/messages/said.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import { foldAnswer } from './fold-answer.ts'

export const maxQuestions = 50
const maxChoices = 20
/** Of a quiz as JSON, in characters: one fits a document beside the text of its lesson. */
const maxQuizLength = 200_000
const maxNumber = 1e12

const QuizKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'Must consist of letters, digits, hyphens and underscores.')
const Words = (max: number) => z.string().max(max)
const SomeWords = (max: number) => Words(max).regex(/\S/, 'Must not be empty.')
const ExactNumber = z.number().min(-maxNumber).max(maxNumber)

const Choice = z.strictObject({
  id: QuizKey.optional().meta({ description: 'Given by the server when left out. Learners see it.' }),
  text: SomeWords(500),
  isCorrect: z.boolean(),
  feedback: Words(1_000).default('').meta({ description: 'Shown after an attempt to whoever chose it.' }),
})

const questionFields = {
  id: Choice.shape.id,
  text: SomeWords(2_000).meta({ description: 'Markdown.' }),
  points: z.number().int().min(1).max(100).default(1),
  feedback: Words(1_000)
    .default('')
    .meta({ description: 'An explanation, shown together with the answers: see `showAnswers`.' }),
}

export const Question = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('single'),
      ...questionFields,
      choices: z.array(Choice).min(2).max(maxChoices).meta({ description: 'One of them is correct.' }),
    }),
    z.strictObject({
      type: z.literal('multiple'),
      ...questionFields,
      choices: z.array(Choice).min(2).max(maxChoices).meta({ description: 'One at least is correct.' }),
      hasPartialCredit: z
        .boolean()
        .default(false)
        .meta({ description: 'Right choices less wrong ones count; otherwise all have to be right.' }),
    }),
    z.strictObject({
      type: z.literal('number'),
      ...questionFields,
      answer: ExactNumber,
      tolerance: z.number().min(0).max(maxNumber).default(0).meta({ description: 'To both sides.' }),
    }),
    z.strictObject({
      type: z.literal('text'),
      ...questionFields,
      answers: z
        .array(SomeWords(200))
        .min(1)
        .max(20)
        .meta({ description: 'Each is right. Case, accents, width, spaces and hyphens do not count.' }),
    }),
  ])
  .meta({ id: 'Question' })
export type Question = z.infer<typeof Question>

const repeated = (keys: readonly (string | undefined)[]): number =>
  keys.findIndex((key, index) => key !== undefined && keys.indexOf(key) !== index)

/** What is wrong with a question beyond its shape: where in it, and in words. */
function problemOf(question: Question): readonly [path: (string | number)[], message: Plain] | null {
  if (question.type === 'text') {
    const empty = question.answers.findIndex((answer) => foldAnswer(answer) === '')
    return empty < 0 ? null : [['answers', empty], 'Must contain a letter or a number.']
  }
  if (question.type === 'number') return null
  const correct = question.choices.filter(({ isCorrect }) => isCorrect).length
  if (question.type === 'single' && correct !== 1) return [['choices'], 'Exactly one has to be correct.']
  if (correct === 0) return [['choices'], 'One at least has to be correct.']
  const sameId = repeated(question.choices.map(({ id }) => id))
  if (sameId >= 0) return [['choices', sameId, 'id'], 'Is used twice in this question.']
  const sameText = repeated(question.choices.map(({ text }) => text.trim()))
  return sameText < 0 ? null : [['choices', sameText, 'text'], 'Is used twice in this question.']
}

/** As its author writes and reads it: with the answers. */
export const Quiz = z
  .strictObject({
    questions: z.array(Question).min(1).max(maxQuestions),
    passPercent: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(70)
      .meta({ description: 'Of all points, to pass.' }),
    maxAttempts: z
      .number()
      .int()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .meta({ description: 'Null: as many as somebody wants.' }),
    isRequired: z
      .boolean()
      .default(true)
      .meta({ description: 'The lesson is completed only by whoever has passed.' }),
    isShuffled: z
      .strictObject({ questions: z.boolean().default(false), choices: z.boolean().default(false) })
      .default({ questions: false, choices: false })
      .meta({ description: 'Anew for each person and attempt.' }),
    showAnswers: z.enum(['never', 'after_pass', 'after_last']).default('never').meta({
      description:
        'When learners see what was right: never, once they have passed (there is no further attempt then), or after the last attempt they have.',
    }),
    feedback: z
      .strictObject({ passed: Words(2_000).default(''), failed: Words(2_000).default('') })
      .default({ passed: '', failed: '' })
      .meta({ description: 'Shown after an attempt.' }),
  })
  .superRefine((quiz, context) => {
    const wrong = (path: (string | number)[], said: Said) => context.addIssue({ ...issueSaying(said), path })
    if (JSON.stringify(quiz).length > maxQuizLength)
      return wrong([], filled('Must not be longer than {max} characters.', { max: maxQuizLength }))
    quiz.questions.forEach((question, index) => {
      const problem = problemOf(question)
      if (problem) wrong(['questions', index, ...problem[0]], problem[1])
    })
    const sameId = repeated(quiz.questions.map(({ id }) => id))
    if (sameId >= 0) wrong(['questions', sameId, 'id'], 'Is used twice in this quiz.')
    if (quiz.showAnswers === 'after_last' && quiz.maxAttempts === null)
      wrong(['showAnswers'], 'There is no last attempt without maxAttempts.')
  })
  .meta({ id: 'Quiz' })
export type Quiz = z.infer<typeof Quiz>

/** A quiz as a lesson has it. Never changed: an edit is a new one. */
export interface StoredQuiz extends Quiz {
  /** Attempts count for this quiz, whatever else changes in its lesson. */
  readonly id: string
  /** Decides on every order. Nobody is told. */
  readonly seed: string
}

const GivenAnswer = z.strictObject({
  questionId: QuizKey,
  choiceIds: z.array(QuizKey).max(maxChoices).nullish().meta({ description: 'To a question with choices.' }),
  number: z
    .union([ExactNumber, z.string().max(100)])
    .nullish()
    .meta({ description: 'To a question for a number: as one, or as it was typed.' }),
  text: z.string().max(500).nullish().meta({ description: 'To a question for a text.' }),
})

export const SubmitQuiz = z
  .strictObject({
    number: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .meta({ description: '`attempt` of the quiz that was shown. Sent again it counts once.' }),
    answers: z.array(GivenAnswer).max(maxQuestions).meta({ description: 'What is left out has no points.' }),
  })
  .meta({ id: 'SubmitQuiz' })
export type SubmitQuiz = z.infer<typeof SubmitQuiz>

/** An answer without what does not belong to its question. One of the three, or none when nothing was answered. */
export interface Answer {
  readonly questionId: string
  readonly choiceIds?: readonly string[]
  readonly number?: number | string
  readonly text?: string
}

export interface Attempt {
  readonly number: number
  readonly submittedAt: string
  readonly answers: readonly Answer[]
  readonly points: number
  readonly percent: number
  readonly isPassed: boolean
}

const Standing = {
  attempt: z
    .number()
    .int()
    .nullable()
    .meta({ description: 'The number of the attempt that comes next; null when there is none.' }),
  attemptsUsed: z.number().int(),
  attemptsLeft: z.number().int().nullable().meta({ description: 'Null: as many as I want.' }),
  bestPercent: z.number().nullable(),
  passedAt: z.iso.datetime().nullable(),
}

/** A quiz as a learner sees it before the answers. */
export const LessonQuiz = z
  .object({
    passPercent: z.number().int(),
    maxAttempts: z.number().int().nullable(),
    isRequired: z.boolean(),
    maxPoints: z.number().int(),
    ...Standing,
    questions: z
      .array(
        z.object({
          id: z.string(),
          type: z.enum(['single', 'multiple', 'number', 'text']),
          text: z.string(),
          points: z.number().int(),
          choices: z.array(z.object({ id: z.string(), text: z.string() })).optional(),
        }),
      )
      .meta({ description: 'In the order of the attempt that comes next.' }),
  })
  .meta({ id: 'LessonQuiz' })
export type LessonQuiz = z.infer<typeof LessonQuiz>

export const QuizAttempt = z
  .object({
    number: z.number().int(),
    submittedAt: z.iso.datetime(),
    points: z.number(),
    maxPoints: z.number().int(),
    percent: z.number().meta({ description: 'Not rounded.' }),
    isPassed: z.boolean(),
    feedback: z.string(),
    questions: z.array(
      z.object({
        id: z.string(),
        choiceIds: z.array(z.string()).optional().meta({ description: 'What I answered.' }),
        number: z.union([z.number(), z.string()]).optional(),
        text: z.string().optional(),
        feedback: z.array(z.string()).meta({ description: 'To what I chose.' }),
        solution: z
          .object({
            isCorrect: z.boolean(),
            points: z.number(),
            choiceIds: z.array(z.string()).optional(),
            number: z.number().optional(),
            tolerance: z.number().optional(),
            texts: z.array(z.string()).optional(),
            feedback: z.string(),
          })
          .nullable()
          .meta({ description: 'Null for as long as the author does not show it.' }),
      }),
    ),
  })
  .meta({ id: 'QuizAttempt' })
export type QuizAttempt = z.infer<typeof QuizAttempt>

export const QuizAttempts = z
  .object({
    ...Standing,
    items: z.array(QuizAttempt).meta({ description: 'Newest first; the last 20.' }),
  })
  .meta({ id: 'QuizAttempts' })
export type QuizAttempts = z.infer<typeof QuizAttempts>

export const QuizSubmitted = z
  .object({ message: SaidText, result: QuizAttempt, ...Standing })
  .meta({ id: 'QuizSubmitted' })
export type QuizSubmitted = z.input<typeof QuizSubmitted>
