import type { Hook } from '@hono/zod-openapi'
import { type ErrorDetail, validationError } from '../core/kernel/errors.ts'

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly code?: string
  readonly message: string
  readonly expected?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly origin?: string
  readonly format?: string
}

/** Keys of a caller's own choosing are input too. */
const fieldName = /^[\w-]{1,40}$/

/** What a bound counts; a number is its own measure. */
const counted: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' }

function bounded(direction: 'least' | 'most', bound: number | bigint | undefined, origin = ''): string {
  const what = counted[origin]
  if (what === undefined) return `Must be at ${direction} ${bound}.`
  return direction === 'least' && bound === 1
    ? 'Must not be empty.'
    : `Must have at ${direction} ${bound} ${what}.`
}

/** What formats are called here, and not by the library. Where a rule brings its own words, those are said. */
const formats: Readonly<Record<string, string>> = {
  uuid: 'Must be an id (a UUID).',
  datetime: 'Must be a time in UTC, such as 2026-03-02T18:00:00.000Z.',
  date: 'Must be a day, such as 2026-03-02.',
  url: 'Must be an absolute address, with its scheme.',
  email: 'Must be an e-mail address.',
  regex: 'Is not written as documented.',
}
const wordsOfTheLibrary = /^Invalid /
const sayFormat = ({ message, format = '' }: Issue): string =>
  wordsOfTheLibrary.test(message) ? (formats[format] ?? 'Is not written as documented.') : message

/** Words of our own for the common rules: the library's may quote the input. */
function describe(issue: Issue): ErrorDetail {
  const path = issue.path
    .map(String)
    .filter((key) => fieldName.test(key))
    .join('.')
  switch (issue.code) {
    case 'invalid_type':
      return { path, code: 'invalid_type', message: `Must be of type ${issue.expected}.` }
    case 'too_small':
      return { path, code: 'too_small', message: bounded('least', issue.minimum, issue.origin) }
    case 'too_big':
      return { path, code: 'too_big', message: bounded('most', issue.maximum, issue.origin) }
    case 'invalid_value':
      return { path, code: 'invalid_value', message: 'Must be one of the documented values.' }
    case 'unrecognized_keys':
      return { path, code: 'unrecognized_keys', message: 'Contains an unknown field.' }
    case 'custom':
      return { path, code: issue.code, message: issue.message }
    case 'invalid_format':
      return { path, code: issue.code, message: sayFormat(issue) }
    default:
      return { path, code: issue.code ?? 'invalid', message: 'Is not valid.' }
  }
}

/** Validation names the field and the rule, and never says what was sent. */
export const onInvalid: Hook<any, any, any, any> = (result) => {
  if (!result.success) throw validationError(result.error.issues.map((issue) => describe(issue as Issue)))
}
