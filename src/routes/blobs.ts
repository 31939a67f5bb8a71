import { Hono } from 'hono'
import { notFound } from '../core/kernel/errors.ts'
import { strictTransport } from '../http/headers.ts'
import type { AppEnv } from '../http/request-context.ts'

/** The signed URLs of a store that this program serves itself. They speak the language of the store, not of this API. */
export const blobRoutes = (answer: (request: Request) => Promise<Response | null>) =>
  new Hono<AppEnv>().all('/:container/:path{.+}', async (c) => {
    const response = await answer(c.req.raw)
    if (!response) throw notFound()
    if (response.headers.get('x-ms-error-code') === 'IncompleteBody') c.set('isBodyCutOff', true)
    if (c.get('settings').isProduction) response.headers.set('Strict-Transport-Security', strictTransport)
    return response
  })
