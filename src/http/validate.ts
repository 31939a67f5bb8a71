import type { Hook } from '@hono/zod-openapi'
import { type AnyIssue, closestIssues } from '../core/kernel/closest-issues.ts'
import { type ErrorDetail, notFound, validationError } from '../core/kernel/errors.ts'
import { filled, isPlain, type Said, saidBy } from '../core/kernel/messages/said.ts'
import { matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

interface Issue extends AnyIssue {
  readonly expected?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly origin?: string
  readonly format?: string
}

/** Keys of a caller's own choosing are input too. */
const fieldName = /^[\w-]{1,40}$/

/** What a bound counts; a number is its own measure. */
const counted: Readonly<Record<string, 'characters' | 'entries'>> = { string: 'characters', array: 'entries' }

function bounded(direction: 'least' | 'most', limit: number | bigint | undefined, origin = ''): Said {
  const what = counted[origin]
  const bound = { bound: { asIs: String(limit) } }
  if (what === undefined) return filled(`Must be at ${direction} {bound}.`, bound)
  return direction === 'least' && limit === 1
    ? 'Must not be empty.'
    : filled(`Must have at ${direction} {bound} ${what}.`, bound)
}

/** Of most types it is said in words. */
function typed(expected = ''): Said {
  const words = `Must be of type ${expected}.`
  return isPlain(words) ? words : filled('Must be of type {type}.', { type: { asIs: expected } })
}

/** What formats are called here, and not by the library. Where a rule brings its own words, those are said. */
const formats: Readonly<Record<string, Said>> = {
  uuid: 'Must be an id (a UUID).',
  datetime: 'Must be a time in UTC, such as 2026-03-02T18:00:00.000Z.',
  date: 'Must be a day, such as 2026-03-02.',
  url: 'Must be an absolute address, with its scheme.',
  email: 'Must be an e-mail address.',
  regex: 'Is not written as documented.',
}
const wordsOfTheLibrary = /^Invalid /
const sayFormat = (issue: Issue): Said =>
  wordsOfTheLibrary.test(issue.message)
    ? (formats[issue.format ?? ''] ?? 'Is not written as documented.')
    : saidBy(issue)

const pathOf = (keys: readonly PropertyKey[]): string =>
  keys
    .map(String)
    .filter((key) => fieldName.test(key))
    .join('.')

/** How many are named: more say nothing new, and would make an answer of any length. */
const maxNamed = 20

const unknownFields = ({ path, keys = [] }: Issue): readonly ErrorDetail[] =>
  keys.slice(0, maxNamed).map((key) => ({
    path: pathOf([...path, key]),
    code: 'unknown_field',
    message: 'Is not a field of this request.',
  }))

/** Words of our own for the common rules: the library's may quote the input. */
function describe(issue: Issue): ErrorDetail {
  const path = pathOf(issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return { path, code: 'invalid_type', message: typed(issue.expected) }
    case 'too_small':
      return { path, code: 'too_small', message: bounded('least', issue.minimum, issue.origin) }
    case 'too_big':
      return { path, code: 'too_big', message: bounded('most', issue.maximum, issue.origin) }
    case 'invalid_value':
      return { path, code: 'invalid_value', message: 'Must be one of the documented values.' }
    case 'custom':
      return { path, code: issue.code, message: saidBy(issue) }
    case 'invalid_format':
      return { path, code: issue.code, message: sayFormat(issue) }
    default:
      return { path, code: issue.code ?? 'invalid', message: 'Is not valid.' }
  }
}

/** The query is validated before the address is. */
function leadsSomewhere(c: AppContext): boolean {
  const route = matchedRoute(c)
  const address = route && c.get('addressOf')?.(route)
  return address?.safeParse(c.req.param()).success ?? true
}

/**
 * Validation names the field and the rule, and never says what was sent. An address with a part of another shape than
 * ours leads nowhere, like one that names what is not there.
 */
export const onInvalid: Hook<any, AppEnv, any, any> = (result, c) => {
  if (result.success) return
  if (result.target === 'param' || !leadsSomewhere(c)) throw notFound()
  const issues = closestIssues(result.error.issues) as readonly Issue[]
  throw validationError(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? unknownFields(issue) : [describe(issue)],
    ),
  )
}
