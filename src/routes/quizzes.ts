import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import { GrantAttempts, QuizResult } from '../core/learning/enrollments/quiz-results.model.ts'
import { QuizAttempts, QuizSubmitted, SubmitQuiz } from '../core/learning/quizzes/quizzes.model.ts'
import { told } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor, signedIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples, quizAnswers } from './examples.ts'

const tags = ['Courses']
const LessonId = z.object({
  id: z.uuid().meta({ example: examples.courseId }),
  lessonId: z.uuid().meta({ example: examples.lessonId }),
})
const ResultId = LessonId.extend({ userId: z.uuid().meta({ example: examples.otherUserId }) })

const submitQuiz = createRoute({
  method: 'post',
  path: '/{id}/lessons/{lessonId}/quiz/attempts',
  operationId: 'submitQuiz',
  tags,
  summary: 'Send my answers to a quiz',
  description:
    'The quiz of the version I am taking, as `GET` of the lesson shows it; scored here. `number` is its `attempt`: sent again with the same answers it counts once and answers the same. 409 `no_attempt_left` when there is none, `conflict` when that attempt was made with other answers.',
  ...signedIn,
  request: { params: LessonId, ...body(SubmitQuiz, quizAnswers) },
  responses: { 200: json(QuizSubmitted, 'Scored.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const listQuizAttempts = createRoute({
  method: 'get',
  path: '/{id}/lessons/{lessonId}/quiz/attempts',
  operationId: 'listQuizAttempts',
  tags,
  summary: 'List my attempts at a quiz',
  description: 'With what was right as far as its author shows that.',
  ...signedIn,
  request: { params: LessonId },
  responses: { 200: json(QuizAttempts, 'Newest first.'), ...errors(400, 401, 403, 404) },
})

const listQuizResults = createRoute({
  method: 'get',
  path: '/{id}/lessons/{lessonId}/quiz/results',
  operationId: 'listQuizResults',
  tags,
  summary: 'List the results of a quiz',
  description:
    'Of those who take the course, for who may change it. A mentor sees the names and answers of assigned learners, and how well the others did without knowing who they are. A page may hold fewer than its limit. Each person named reads of it among their disclosures.',
  ...onlyFor('admin', 'mentor'),
  request: { params: LessonId, query: CursorQuery },
  responses: { 200: json(cursorPage(QuizResult), 'A page.'), ...errors(400, 401, 403, 404) },
})

const grantQuizAttempts = createRoute({
  method: 'put',
  path: '/{id}/lessons/{lessonId}/quiz/results/{userId}',
  operationId: 'grantQuizAttempts',
  tags,
  summary: 'Give somebody further attempts at a quiz',
  description: 'Admins to everybody; a mentor who wrote the course to assigned learners.',
  ...onlyFor('admin', 'mentor'),
  request: { params: ResultId, ...body(GrantAttempts, { extraAttempts: 1 }) },
  responses: { 200: json(QuizResult, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

export const quizRoutes = (enrollments: Enrollments) => {
  const { quiz, quizResults } = enrollments
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(submitQuiz, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      const learner = await enrollments.learnerOf(actorOf(c), c.get('session').user)
      return c.json(told(c, await quiz.submit(learner, id, lessonId, c.req.valid('json'))), 200)
    })
    .openapi(listQuizAttempts, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      return c.json(await quiz.listAttempts(actorOf(c).userId, id, lessonId), 200)
    })
    .openapi(listQuizResults, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      const page = c.req.valid('query')
      return c.json(await quizResults.list(actorOf(c), id, lessonId, page, c.get('caller')), 200)
    })
    .openapi(grantQuizAttempts, async (c) => {
      const { id, lessonId, userId } = c.req.valid('param')
      const given = c.req.valid('json')
      return c.json(await quizResults.grant(actorOf(c), id, lessonId, userId, given, c.get('caller')), 200)
    })
}
