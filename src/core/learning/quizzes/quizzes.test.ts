import { describe, expect, test } from 'vitest'
import { createSequentialIds } from '../../../adapters/memory/ids.ts'
import { createWebCiphers } from '../../../adapters/web-crypto/ciphers.ts'
import { foldAnswer, readingsOf } from './fold-answer.ts'
import { gradeAnswer, gradeQuiz, readAnswers } from './grade-quiz.ts'
import { Question, Quiz, SubmitQuiz } from './quizzes.model.ts'
import { createQuizzes } from './quizzes.ts'
import { standingWith } from './standing.model.ts'

const quizzes = createQuizzes({ ciphers: createWebCiphers(), ids: createSequentialIds() })
const question = (fields: object): Question => Question.parse({ id: 'q', text: 'What?', ...fields })
const choices = (...marks: boolean[]) =>
  marks.map((isCorrect, index) => ({ id: `c${index}`, text: `Choice ${index}`, isCorrect }))
const quizOf = (fields: object = {}) =>
  Quiz.parse({ questions: [{ type: 'single', text: 'What?', choices: choices(true, false) }], ...fields })

test.each([
  [
    'San Francisco',
    'san  francisco',
    'SANFRANCISCO',
    'San-Francisco',
    'Ｓａｎ Ｆｒａｎｃｉｓｃｏ',
    'san fran\u00ADcisco',
  ],
  ['résumé', 'Resume', 'RÉSUMÉ', 're\u0301sume\u0301'],
  ['Straße', 'STRASSE', 'strasse'],
  ['don’t', "don't", 'dont', 'Don‘t'],
  ['İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul'],
  ['Москва', 'МОСКВА', ' москва '],
  ['ΟΔΟΣ', 'οδος', 'οδός'],
  ['١٢٣', '123', '１２３', '१२३'],
  ['ﻻ', 'لا'],
  ['C++', 'c++'],
])('one answer in many spellings: %s', (...spellings) => {
  expect(new Set(spellings.map(foldAnswer)).size).toBe(1)
  expect(foldAnswer(spellings[0] ?? '')).not.toBe('')
})

test.each([
  ['C', 'C++'],
  ['C', 'C#'],
  ['Paris', 'Pari'],
  ['10', '100'],
  ['a', 'б'],
])('others stay others: %s, %s', (one, other) => {
  expect(foldAnswer(one)).not.toBe(foldAnswer(other))
})

test.each([
  ['3.5', [3.5]],
  ['3,5', [3.5]],
  ['1,234', [1.234, 1234]],
  ['1.234', [1234, 1.234]],
  ['1,234.50', [1234.5]],
  ['1.234,50', [1234.5]],
  ['1 234,5', [1234.5]],
  ['1\u202F234', [1234]],
  ["1'234", [1234]],
  ['1,00,000', [100000]],
  ['$12.50', [12.5]],
  ['45 %', [45]],
  ['−7', [-7]],
  ['- $7', [-7]],
  ['+7', [7]],
  ['٣٫٥', [3.5]],
  ['१२', [12]],
  ['.5', [0.5]],
  ['12.', [12]],
  ['', []],
  ['.', []],
  ['-', []],
  ['1-2', []],
  ['1e5', []],
  ['Infinity', []],
  ['NaN', []],
  ['0x10', []],
  ['9'.repeat(100), [1e100]],
])('numbers as they are typed: %s', (typed, readings) => {
  expect([...readingsOf(typed)].sort()).toEqual([...readings].sort())
})

describe('scoring', () => {
  const points = (fields: object, answer: object) =>
    gradeAnswer(question(fields), { questionId: 'q', ...answer }).points

  test('a number counts within its tolerance, whatever binary fractions make of it', () => {
    const near = (answer: number, tolerance: number, number: number | string) =>
      points({ type: 'number', answer, tolerance }, { number })
    expect(near(0.3, 0.1, 0.4)).toBe(1)
    expect(near(0.3, 0.1, 0.2)).toBe(1)
    expect(near(0.3, 0.1, 0.41)).toBe(0)
    expect(near(0.3, 0, 0.1 + 0.2)).toBe(1)
    expect(near(1e12, 0, 1e12 - 1)).toBe(0)
    expect(near(-7, 0, '−7')).toBe(1)
    expect(near(1234, 0, '1,234')).toBe(1)
    expect(near(0, 0, -0)).toBe(1)
    expect(near(5, 0, '')).toBe(0)
    expect(near(0, 0, 'nothing')).toBe(0)
  })

  test('of several choices all have to be right, or each counts', () => {
    const chosen = (hasPartialCredit: boolean, ...choiceIds: string[]) =>
      points(
        { type: 'multiple', points: 3, hasPartialCredit, choices: choices(true, true, true, false) },
        { choiceIds },
      )
    expect(chosen(false, 'c0', 'c1', 'c2')).toBe(3)
    expect(chosen(false, 'c0', 'c1')).toBe(0)
    expect(chosen(false, 'c0', 'c1', 'c2', 'c3')).toBe(0)
    expect(chosen(true, 'c0', 'c1')).toBe(2)
    expect(chosen(true, 'c0', 'c3')).toBe(0)
    expect(chosen(true, 'c0', 'c1', 'c2', 'c3')).toBe(2)
    expect(chosen(true, 'c3')).toBe(0)
  })

  test('a mark of thirds is reached by thirds', () => {
    const third = { type: 'multiple', hasPartialCredit: true, choices: choices(true, true, true) }
    const quiz = quizOf({
      questions: [third, third, third].map((one, i) => ({ ...one, text: `${i}`, id: `q${i}` })),
      passPercent: 100,
    })
    const answers = [0, 1, 2].map((i) => ({ questionId: `q${i}`, choiceIds: ['c0', 'c1', 'c2'] }))
    expect(gradeQuiz(quiz, answers)).toEqual({ points: 3, percent: 100, isPassed: true })
    const two = gradeQuiz({ ...quiz, passPercent: 66 }, answers.slice(0, 2))
    expect([two.percent, two.isPassed]).toEqual([expect.closeTo(66.667, 2), true])
    expect(gradeQuiz({ ...quiz, passPercent: 67 }, answers.slice(0, 2)).isPassed).toBe(false)
  })

  test.each([
    [[{ questionId: 'constructor', text: 'x' }], 'unknown_question'],
    [[{ questionId: 'toString', text: 'x' }], 'unknown_question'],
    [[{ questionId: 'one', choiceIds: ['constructor'] }], 'unknown_choice'],
    [[{ questionId: 'one', choiceIds: ['c0', 'c1'] }], 'too_many_choices'],
    [[{ questionId: 'many', choiceIds: ['c0', 'c0'] }], 'chosen_twice'],
    [[{ questionId: 'one', text: 'c0' }], 'wrong_kind'],
    [[{ questionId: 'number', text: '5' }], 'wrong_kind'],
    [[{ questionId: 'text', number: 5 }], 'wrong_kind'],
    [
      [
        { questionId: 'text', text: 'a' },
        { questionId: 'text', text: 'b' },
      ],
      'answered_twice',
    ],
  ])('what cannot be an answer is refused: %j', (answers, code) => {
    const quiz = quizOf({
      questions: [
        { id: 'one', type: 'single', text: '1', choices: choices(true, false) },
        { id: 'many', type: 'multiple', text: '2', choices: choices(true, true) },
        { id: 'number', type: 'number', text: '3', answer: 5 },
        { id: 'text', type: 'text', text: '4', answers: ['yes'] },
      ],
    })
    const given = SubmitQuiz.parse({ number: 1, answers }).answers
    expect(() => readAnswers(quiz, given)).toThrow(
      expect.objectContaining({ details: [expect.objectContaining({ code })] }),
    )
  })
})

describe('what an author may write', () => {
  const valid = { type: 'single', text: 'What?', choices: choices(true, false) }
  test.each<[string, object]>([
    ['no question', { questions: [] }],
    ['too many questions', { questions: Array.from({ length: 51 }, () => valid) }],
    ['an empty question', { questions: [{ ...valid, text: ' ' }] }],
    ['one choice', { questions: [{ ...valid, choices: choices(true) }] }],
    ['21 choices', { questions: [{ ...valid, choices: choices(...Array(21).fill(true)) }] }],
    ['no right choice', { questions: [{ ...valid, choices: choices(false, false) }] }],
    ['two right choices of which to choose one', { questions: [{ ...valid, choices: choices(true, true) }] }],
    [
      'two choices alike',
      {
        questions: [
          {
            ...valid,
            choices: [
              { text: 'a', isCorrect: true },
              { text: 'a ', isCorrect: false },
            ],
          },
        ],
      },
    ],
    [
      'two questions of one id',
      {
        questions: [
          { ...valid, id: 'a' },
          { ...valid, id: 'a' },
        ],
      },
    ],
    ['a name of an object’s own', { questions: [{ ...valid, id: '__proto__' }] }],
    ['an answer of nothing', { questions: [{ type: 'text', text: 'x', answers: ['-'] }] }],
    ['no number', { questions: [{ type: 'number', text: 'x', answer: Number.NaN }] }],
    ['no end', { questions: [{ type: 'number', text: 'x', answer: Number.POSITIVE_INFINITY }] }],
    [
      'an endless tolerance',
      { questions: [{ type: 'number', text: 'x', answer: 1, tolerance: Number.POSITIVE_INFINITY }] },
    ],
    ['a tolerance below nothing', { questions: [{ type: 'number', text: 'x', answer: 1, tolerance: -1 }] }],
    ['points of none', { questions: [{ ...valid, points: 0 }] }],
    ['a pass mark above everything', { questions: [valid], passPercent: 101 }],
    ['no attempt', { questions: [valid], maxAttempts: 0 }],
    ['a last attempt of endlessly many', { questions: [valid], showAnswers: 'after_last' }],
    [
      'too much of everything',
      {
        questions: Array.from({ length: 50 }, (_, i) => ({
          ...valid,
          text: `${i}`.repeat(900),
          choices: choices(true, ...Array(9).fill(false)).map((one) => ({
            ...one,
            text: one.text.padEnd(490, 'x'),
            feedback: 'y'.repeat(900),
          })),
        })),
      },
    ],
  ])('not %s', (_, quiz) => {
    expect(Quiz.safeParse(quiz).success).toBe(false)
  })

  test('and 1e999 in JSON is no number either', () => {
    const quiz = JSON.parse('{"questions":[{"type":"number","text":"x","answer":1e999}]}')
    expect(Quiz.safeParse(quiz).success).toBe(false)
    expect(
      SubmitQuiz.safeParse(JSON.parse('{"number":1,"answers":[{"questionId":"q","number":1e999}]}')).success,
    ).toBe(false)
  })
})

describe('ids', () => {
  const written = quizOf({
    questions: [
      {
        type: 'single',
        text: 'What?',
        choices: [
          { text: 'Right', isCorrect: true },
          { text: 'Wrong', isCorrect: false },
        ],
      },
      { type: 'text', text: 'Who?', answers: ['me'] },
      { type: 'text', text: 'Who?', answers: ['you'] },
    ],
  })
  test('are the same for the same words, and tell neither the place nor what is right', async () => {
    const [once, again] = [await quizzes.withIds(written), await quizzes.withIds(written)]
    expect(again).toEqual(once)
    expect(new Set(once.questions.map(({ id }) => id)).size).toBe(3)
    const turned = await quizzes.withIds({
      ...written,
      questions: written.questions.map((one) =>
        'choices' in one
          ? {
              ...one,
              choices: one.choices.map((choice) => ({ ...choice, isCorrect: !choice.isCorrect })).reverse(),
            }
          : one,
      ),
    })
    const idsIn = (quiz: Quiz) =>
      quiz.questions.flatMap((one) =>
        'choices' in one ? one.choices.map(({ id, text }) => `${id} ${text}`) : [],
      )
    expect(idsIn(turned).sort()).toEqual(idsIn(once).sort())
  })

  test('a quiz that stays as it is keeps its name, and one that changes gets another', async () => {
    const kept = await quizzes.keep(written, null)
    expect(await quizzes.keep(written, kept)).toBe(kept)
    expect(await quizzes.keep(quizzes.ofAuthor(kept), kept)).toBe(kept)
    expect((await quizzes.keep({ ...written, passPercent: 71 }, kept)).id).not.toBe(kept.id)
    expect(await quizzes.isSame(written, quizzes.ofAuthor(kept))).toBe(true)
    expect(await quizzes.isSame(written, null)).toBe(false)
  })
})

test('the order is the same for an attempt, another for the next and for others, and no choice is lost', async () => {
  const quiz = await quizzes.keep(
    quizOf({
      isShuffled: { questions: true, choices: true },
      questions: Array.from({ length: 8 }, (_, i) => ({
        type: 'single',
        text: `Question ${i}`,
        choices: choices(true, false, false, false),
      })),
    }),
    null,
  )
  const fresh = standingWith(quiz, undefined)
  const orderOf = async (userId: string, used: number) =>
    (await quizzes.show(quiz, userId, { ...fresh, used })).questions.map(({ id, choices: shown }) => [
      id,
      shown?.map((one) => one.id),
    ])
  const first = await orderOf('ann', 0)
  expect(await orderOf('ann', 0)).toEqual(first)
  expect(await orderOf('ann', 1)).not.toEqual(first)
  expect(await orderOf('ben', 0)).not.toEqual(first)
  expect(first.map(([id]) => id).sort()).toEqual(quiz.questions.map(({ id }) => id).sort())
  for (const [, shown] of first) expect([...(shown as string[])].sort()).toEqual(['c0', 'c1', 'c2', 'c3'])
  const firstPlaces = new Set<string>()
  for (let used = 0; used < 50; used++)
    for (const [, shown] of await orderOf('ann', used)) firstPlaces.add((shown as string[])[0] ?? '')
  expect(firstPlaces.size).toBe(4)
})
