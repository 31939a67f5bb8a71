import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import { type ErrorDetail, validationError } from '../core/kernel/errors.ts'
import { fieldsOf } from './declared-input.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

/** What a route declares of its query: the names it knows, and which of them may be left out. */
export interface DeclaredQuery {
  readonly names: ReadonlySet<string>
  readonly optional: ReadonlySet<string>
}

export function declareQuery(schema: z.core.$ZodType | undefined): DeclaredQuery {
  const fields = schema ? [...fieldsOf(schema)] : []
  const optional = fields.filter(([, choices]) => choices.some(({ mayBeLeftOut }) => mayBeLeftOut))
  return {
    names: new Set(fields.map(([name]) => name)),
    optional: new Set(optional.map(([name]) => name)),
  }
}

/** What can stand in an answer without repeating what somebody sent for the sake of having it repeated. */
const plainName = /^[A-Za-z][A-Za-z0-9_.-]{0,39}$/

const unknownParameter = (name: string): ErrorDetail => ({
  path: plainName.test(name) ? name : '',
  code: 'unknown_parameter',
  message: 'Is not a parameter of this operation.',
})

/** `?status=` asks for no state: what validates the query finds it left out. In a query an empty text says nothing at all. */
function leaveOutEmpty(c: AppContext, given: URLSearchParams, optional: ReadonlySet<string>): void {
  const isLeftOut = (name: string) =>
    optional.has(name) && given.getAll(name).every((value) => value.trim() === '')
  const names = [...new Set(given.keys())]
  if (!names.some(isLeftOut)) return
  const kept = names.filter((name) => !isLeftOut(name)).map((name) => [name, given.getAll(name)])
  c.req.queries = (() => Object.fromEntries(kept)) as typeof c.req.queries
}

/**
 * A parameter is honored or refused: one that a route does not know, such as a filter that does not exist, would look like
 * a filter that matched everything. Routes that anybody's link may lead to are not asked, see `takesAnyQuery`.
 */
export const declaredQuery = (
  queryOf: (route: MatchedRoute) => DeclaredQuery | undefined,
  addressOf: (route: MatchedRoute) => z.ZodType | undefined,
) =>
  createMiddleware<AppEnv>(async (c, next) => {
    c.set('addressOf', addressOf)
    const { url } = c.req
    const begin = url.indexOf('?')
    if (begin === -1) return next()
    const route = matchedRoute(c)
    const declared = route && queryOf(route)
    if (!declared) return next()
    const given = new URLSearchParams(url.slice(begin).replace(/#.*$/s, ''))
    const unknown = [...new Set(given.keys())].filter((name) => !declared.names.has(name))
    if (unknown.length > 0) throw validationError(unknown.slice(0, 20).map(unknownParameter))
    leaveOutEmpty(c, given, declared.optional)
    return next()
  })
