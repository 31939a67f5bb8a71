import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { mailedPages, ownPagesPath } from '../../core/platform/mail/mailed-pages.model.ts'
import { saying } from '../../http/answer-headers.ts'
import type { AppContext, AppEnv } from '../../http/request-context.ts'
import { errors, isPublic, takesAnyQuery } from '../../http/route.ts'
import { examples } from '../examples.ts'

const link = { type: 'string', examples: [examples.oneTimeToken] } as const

const oldAddress = <const P extends string>(path: P, operationId: string, summary: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    tags: ['Auth'],
    summary,
    description:
      'Where links in mails led that are still on their way, and where the published contract has them. Changes nothing: only the button on the page does.',
    ...isPublic,
    ...takesAnyQuery,
    // Whatever comes, somebody has followed a link and is to see a page: that one judges the token.
    request: { query: z.object({ token: z.any().optional().meta(link) }) },
    responses: {
      303: saying({ description: 'To the page that the link is for.' }, 'Location'),
      ...errors(),
    },
  })

const verifyEmail = oldAddress(
  '/verify-email',
  'showVerifyEmail',
  'Show the page that confirms an e-mail address',
)
const undoEmailChange = oldAddress(
  '/undo-email-change',
  'showUndoEmailChange',
  'Show the page that undoes a change of address',
)
const notMe = oldAddress('/not-me', 'showDisownChanges', 'Show the page behind “it was not me”')
const cancelRecovery = oldAddress(
  '/cancel-recovery',
  'showCancelRecovery',
  'Show the page that cancels a recovery',
)

/** The page takes the token out of the address. */
function leadOn(c: AppContext, page: 'verifyEmail' | 'undoEmailChange' | 'notMe' | 'cancelRecovery') {
  const token = c.req.query('token')
  const query = token === undefined ? '' : `?${new URLSearchParams({ token })}`
  return c.redirect(`${ownPagesPath}/${mailedPages[page].ours}${query}`, 303)
}

export const oldMailedLinkRoutes = () =>
  new OpenAPIHono<AppEnv>()
    .openapi(verifyEmail, (c) => leadOn(c, 'verifyEmail'))
    .openapi(undoEmailChange, (c) => leadOn(c, 'undoEmailChange'))
    .openapi(notMe, (c) => leadOn(c, 'notMe'))
    .openapi(cancelRecovery, (c) => leadOn(c, 'cancelRecovery'))
