/** Phrases of RFC 9110, as names of what operations have in common. */
export const phrases: Readonly<Record<string, string>> = {
  '400': 'BadRequest',
  '401': 'Unauthorized',
  '403': 'Forbidden',
  '404': 'NotFound',
  '405': 'MethodNotAllowed',
  '406': 'NotAcceptable',
  '408': 'RequestTimeout',
  '409': 'Conflict',
  '410': 'Gone',
  '412': 'PreconditionFailed',
  '413': 'ContentTooLarge',
  '415': 'UnsupportedMediaType',
  '422': 'UnprocessableContent',
  '429': 'TooManyRequests',
  '431': 'RequestHeaderFieldsTooLarge',
  '500': 'InternalServerError',
  '503': 'ServiceUnavailable',
}

/** What is said with a code, or nearly: where there are several sentences, one of them. */
const messages: Readonly<Record<string, string>> = {
  validation_error: 'Some of the input is not valid.',
  missing_token: 'Sign in first.',
  invalid_token: 'This token is not valid.',
  token_revoked: 'This session has ended. Sign in again.',
  invalid_credentials: 'The e-mail address or the password is not right.',
  forbidden: 'You may not do this.',
  account_suspended: 'This account is suspended.',
  csrf_failed: 'This request does not come from a page of ours.',
  step_up_required: 'Confirm who you are first.',
  email_unverified: 'Confirm your e-mail address first.',
  not_enrolled: 'Enroll in this course first.',
  lesson_locked: 'Complete the lessons before this one first.',
  forbidden_origin: 'This server is not called directly. Use its public address.',
  account_mismatch: 'Somebody else is signed in by now.',
  not_found: 'There is nothing here.',
  user_exists: 'There is an account with this address already.',
  already_enrolled: 'You are enrolled in this course already.',
  conditions_missing: 'Something has to be done before this.',
  last_administrator: 'There has to be one administrator at least.',
  conflict: 'This has changed in the meantime. Read it again.',
  file_rejected: 'This file was removed, because something in it is harmful.',
  precondition_failed: 'This has changed since it was read.',
  payload_too_large: 'The request body is too large.',
  unsupported_media_type: 'Send JSON with Content-Type: application/json.',
  idempotency_key_reused: 'This key came with another request.',
  rate_limit_exceeded: 'Too many requests. Try again in 30 seconds.',
  server_error: 'Something went wrong on our side.',
  unavailable: 'This is not available right now. Try again shortly.',
}
const waits = new Set(['rate_limit_exceeded', 'unavailable'])
const requestId = '019b76da-a800-7cc2-97d5-2a0c4f6e8b13'

/** A whole body for each code that a description names: of an error, and of the same as a problem. */
export function exampleOfError(status: string, code: string, titled: string) {
  const facts = {
    requestId,
    ...(code === 'validation_error'
      ? { details: [{ path: 'name', code: 'too_small', message: 'Must not be empty.' }] }
      : {}),
    ...(waits.has(code) ? { retryAfter: 30 } : {}),
  }
  const message = messages[code] ?? titled
  return {
    error: { error: { code, message, ...facts } },
    problem: { type: 'about:blank', title: titled, status: Number(status), detail: message, code, ...facts },
  }
}
