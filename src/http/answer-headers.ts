interface Header {
  readonly description: string
  readonly schema: Readonly<Record<string, unknown>>
}

const text = (description: string, example: string): Header => ({
  description,
  schema: { type: 'string', example },
})
const count = (description: string, example: number): Header => ({
  description,
  schema: { type: 'integer', example },
})

/** What every answer may say. */
export const ofEveryAnswer = {
  'X-Request-Id': text(
    'Names the request: the one that came along, or a new one.',
    '019b76da-a800-7cc2-97d5-2a0c4f6e8b13',
  ),
  'X-Content-Type-Options': text('The type is meant as it is said.', 'nosniff'),
  'Referrer-Policy': text('Which page led elsewhere is nobody’s business.', 'no-referrer'),
  'Content-Security-Policy': text(
    'What a browser may load into this answer.',
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ),
  'Strict-Transport-Security': text('In production: over TLS only.', 'max-age=31536000; includeSubDomains'),
  'Cache-Control': text('Who may keep this answer, and for how long.', 'no-store'),
  Vary: text('The headers of a request on which this answer depends.', 'Origin'),
  'Content-Language': text('The language of what is said to a person, where something is.', 'en'),
  'Access-Control-Allow-Origin': text(
    'For a page of another origin that this deployment lists.',
    'https://www.example.org',
  ),
  'Access-Control-Allow-Credentials': text('For such a page: cookies may come along.', 'true'),
  'Access-Control-Expose-Headers': text(
    'For such a page: the headers that it may read.',
    'ETag, Location, Retry-After',
  ),
  'X-RateLimit-Limit': count(
    'How many requests are allowed in the window of the tightest limit that counts this one.',
    100,
  ),
  'X-RateLimit-Remaining': count('How many of them are left.', 99),
  'X-RateLimit-Reset': count('When the window ends: seconds since 1970.', 1_772_474_460),
  RateLimit: text('The same as the draft of the IETF has it.', '"general";r=99;t=60'),
  'RateLimit-Policy': text(
    'The limit itself: its name, quota and window in seconds.',
    '"general";q=100;w=60',
  ),
} as const

/** What only some answers say. */
const ofSome = {
  'WWW-Authenticate': text('How to say who is calling.', 'Bearer'),
  'Accept-Encoding': text('How a body may be encoded: not at all.', 'identity'),
  'Retry-After': count('In seconds: when trying again may help.', 60),
  ETag: text('The version of what was read or written, for `If-Match` and `If-None-Match`.', '"7"'),
  Location: text(
    'Where the thing, or what became of the request, is to be found.',
    '/api/v1/conversations/019b76da-a80a-7e1b-9c3d-5f7a9b1c3d5e',
  ),
  Link: text(
    'The next page, as `rel="next"`.',
    '<https://api.example.org/api/v1/forms?cursor=WzQyLCIiXQ>; rel="next"',
  ),
  'Idempotent-Replayed': text(
    '`true`: this is the first answer to this `Idempotency-Key` once more.',
    'true',
  ),
  'Set-Cookie': text(
    'The cookies of the session, each on a line of its own; cleared where it ends.',
    'accessToken=eyJhbGciOiJFUzI1NiJ9.e30.c2ln; Max-Age=900; Path=/; HttpOnly; SameSite=Strict',
  ),
  'X-Session-Idle-Expires': text(
    'When the session ends if nothing is done in it.',
    '2026-03-02T18:30:00.000Z',
  ),
  'X-Session-Expires': text('When it ends in any case.', '2026-03-09T18:00:00.000Z'),
  'X-Cookies-Dropped': text(
    'Outside production, where the browser is going to drop the cookies: why.',
    'This page is on another site than the API.',
  ),
  'Clear-Site-Data': text(
    'On a computer that others use too: nothing stays.',
    '"cache", "cookies", "storage"',
  ),
  'Content-Disposition': text('The name under which it is saved.', 'attachment; filename="forms.csv"'),
  'X-Robots-Tag': text('For search engines: not to be listed.', 'noindex, nofollow'),
  'Cross-Origin-Resource-Policy': text('Pages of other origins may show it.', 'cross-origin'),
  'WebHook-Allowed-Origin': text('The host that may send events.', 'example.webpubsub.azure.com'),
  'ce-connectionState': text('What the service keeps beside the connection.', 'eyJzIjoxfQ'),
} as const

/** By name, as components of the description. */
export const referTo = (names: readonly string[]): Record<string, { $ref: string }> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

export type AnswerHeader = keyof typeof ofSome

/** What answers say beside their bodies: each header that there is, described once. */
export const answerHeaders = { ...ofEveryAnswer, ...ofSome }

/** An answer that also says this. What every answer says, and what goes with a status, needs no mention. */
export const saying = <const A extends object>(answer: A, ...names: readonly AnswerHeader[]) => ({
  ...answer,
  headers: referTo(names),
})
