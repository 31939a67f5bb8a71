import { z } from 'zod'

/** What a caller is told of an error, by whatever way they asked. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().meta({ example: 'validation_error' }),
      message: z.string(),
      requestId: z.string(),
      details: z
        .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
        .optional()
        .meta({ description: 'What is wrong with the input: where and which rule. Never the value.' }),
      retryAfter: z.number().int().optional().meta({ description: 'Seconds, as in `Retry-After`.' }),
    }),
  })
  .meta({ id: 'Error' })
