import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv, HttpSettings } from '../http/request-context.ts'

const description = `Accounts and sessions of the T.O.O.L.S Inc platform and MackChat.

Sign in with \`POST /api/v1/auth/login\`: a browser is then signed in by httpOnly cookies, anything else sends the
access token as \`Authorization: Bearer\` or \`X-Authorization: Bearer\`. Errors always have the shape of \`Error\`.`

/** Describes the app as an OpenAPI document, once its routes are mounted. */
export function createDescribe(app: OpenAPIHono<AppEnv>, { publicOrigin, cookies }: HttpSettings) {
  for (const [name, scheme] of Object.entries({
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    xAuthorization: { type: 'apiKey', in: 'header', name: 'X-Authorization' },
    cookie: { type: 'apiKey', in: 'cookie', name: `${cookies.prefix}accessToken` },
  } as const))
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  return () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'T.O.O.L.S Inc API', version: '1', description },
      servers: [{ url: publicOrigin }],
    })
}
