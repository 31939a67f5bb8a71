import type { TypedResponse } from 'hono'
import type { AppContext } from './request-context.ts'

/**
 * Answers with what is made while it is read: the next piece is asked for when the reader has taken the one before, and
 * the source is told when the reader has gone.
 */
export function streamed(
  c: AppContext,
  pieces: AsyncGenerator<string>,
  headers: Record<string, string>,
): Response & TypedResponse<string, 200, 'text'> {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  return c.body(body, 200, headers) as unknown as Response & TypedResponse<string, 200, 'text'>
}
