import { expect, test } from 'vitest'
import { createTestApp } from '../../app.ts'
import { newCourse, staffMember } from './course-people.ts'

/*
 * What the API lets people write fits a document (1.9 MB) in every script. A lesson, and a course of 200 lessons with long
 * descriptions, are the largest: with text that is nearly all control characters or line separators, which take six bytes
 * each, they can grow beyond.
 */

async function openLesson() {
  const testApp = await createTestApp()
  const mentor = await staffMember(testApp, 'Mara', 'mentor')
  const courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
  const { body } = await mentor.call('POST', `/api/v1/courses/${courseId}/lessons`, {
    body: { title: 'Lesson' },
  })
  const path = `/api/v1/courses/${courseId}/lessons/${body.id}`
  return {
    change: (change: object) => mentor.call('PATCH', path, { body: change }),
    read: async () =>
      (await mentor.call('GET', `/api/v1/courses/${courseId}/draft/lessons/${body.id}`)).body as Record<
        string,
        any
      >,
  }
}

/** As much as may be said in each, in letters of this kind. */
const fullest = (letter: string): readonly object[] => {
  const questions = Array.from({ length: 50 }, () => ({
    type: 'single',
    text: `?${letter.repeat(1_900)}`,
    feedback: letter.repeat(900),
    choices: [
      { text: `a${letter.repeat(350)}`, isCorrect: true },
      { text: `b${letter.repeat(350)}`, isCorrect: false },
    ],
  }))
  const resources = Array.from({ length: 50 }, () => ({
    type: 'link',
    title: '漢'.repeat(200),
    url: `https://example.org/${'a'.repeat(1_900)}`,
  }))
  return [
    { content: letter.repeat(100_000), resources },
    { transcript: { text: letter.repeat(200_000) } },
    { quiz: { questions } },
  ]
}

test.each(['a', 'ñ', '漢'])('the longest lesson in %j is kept', async (letter) => {
  const { change, read } = await openLesson()
  for (const each of fullest(letter)) expect(await change(each)).toMatchObject({ status: 200 })
  const kept = await read()
  expect([kept['content'].length, kept['transcript'].text.length, kept['quiz'].questions.length]).toEqual([
    100_000, 200_000, 50,
  ])
})

test('what would be larger than any store keeps is 413, and what was there stays', async () => {
  const { change, read } = await openLesson()
  const [content = {}, transcript = {}, quiz = {}] = fullest('\u2028')
  expect((await change(content)).status).toBe(200)
  const before = await read()
  const { status, body } = await change(transcript)
  expect([status, body.error.code]).toEqual([413, 'payload_too_large'])
  expect(await read()).toEqual(before)
  expect((await change(quiz)).status).toBe(200)
})
