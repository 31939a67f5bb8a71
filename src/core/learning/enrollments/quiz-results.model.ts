import { z } from 'zod'
import { sentBack } from '../../kernel/sent-back.ts'

const Timestamp = z.iso.datetime()

export const QuizResult = z
  .object({
    learner: z
      .object({ userId: z.uuid(), name: z.string() })
      .nullable()
      .meta({ description: 'Null for who is not assigned to the mentor who asks.' }),
    version: z.number().int(),
    attemptsUsed: z.number().int(),
    attemptsLeft: z.number().int().nullable().meta({ description: 'Null: without end.' }),
    extraAttempts: z.number().int(),
    bestPercent: z.number().nullable(),
    passedAt: Timestamp.nullable(),
    lastAttempt: z
      .object({
        number: z.number().int(),
        submittedAt: Timestamp,
        percent: z.number(),
        answers: z
          .array(
            z.object({
              questionId: z.string(),
              choiceIds: z.array(z.string()).optional(),
              number: z.union([z.number(), z.string()]).optional(),
              text: z.string().optional(),
            }),
          )
          .meta({ description: 'Empty for who is not assigned to the mentor who asks.' }),
      })
      .nullable(),
  })
  .meta({ id: 'QuizResult' })
export type QuizResult = z.infer<typeof QuizResult>

export const GrantAttempts = sentBack(
  z.strictObject({
    extraAttempts: z.number().int().min(0).max(100).meta({
      description: 'Beyond the `maxAttempts` of the quiz, in all: not in addition to those granted before.',
    }),
  }),
  QuizResult,
).meta({ id: 'GrantAttempts' })
export type GrantAttempts = z.infer<typeof GrantAttempts>
