import { z } from 'zod'
import { withoutUnseen } from '../../kernel/display-name.ts'

const Timestamp = z.iso.datetime()

export const DeadLetter = z
  .object({
    id: z.string(),
    template: z.string(),
    reference: z.string().nullable(),
    attempts: z.number().int(),
    reason: z
      .string()
      .meta({ description: '`refused` permanently, `gave_up` after days of retrying, or `unreadable`.' }),
    code: z.string().nullable().meta({
      description:
        'What the other side said last, by its number: the SMTP reply code, and the code of RFC 3463.',
      example: '550 5.1.1',
    }),
    createdAt: Timestamp,
    diedAt: Timestamp,
  })
  .meta({ id: 'DeadLetter', description: 'A mail that could not be sent. Whom it was for stays encrypted.' })

export const RetryDeadLetters = z
  .strictObject({
    reason: z.enum(['refused', 'gave_up', 'unreadable']),
    code: z.string().max(100).meta({ description: 'As the list shows it.' }),
    template: z.string().max(100),
  })
  .partial()
  .meta({
    id: 'RetryDeadLetters',
    description: 'Those of which all that is given is true. Nothing: all of them.',
  })
export type RetryDeadLetters = z.infer<typeof RetryDeadLetters>

/*
 * All that a mail may carry besides the words of its template. Each is a type of its own that only the function beside
 * it makes, and that function looks at what it is given: text from a form neither compiles nor passes.
 */

declare const kind: unique symbol
type Checked<K extends string> = string & { readonly [kind]: K }

/** What a mail is about, as people quote it: `REF-2026-000125`, or an id. */
export type Reference = Checked<'reference'>
/** Whom to greet. Empty when the name is better not repeated. */
export type Greeting = Checked<'greeting'>
export type Link = Checked<'link'>
/** How many, in words for people. */
export type Count = Checked<'count'>
/** A code to type in. */
export type Code = Checked<'code'>

function check<K extends string>(text: string, pattern: RegExp, what: string): Checked<K> {
  if (!pattern.test(text)) throw new RangeError(`this cannot stand in a mail as a ${what}`)
  return text as Checked<K>
}

export const referenceOf = (text: string): Reference => check(text, /^[A-Za-z0-9-]{6,40}$/, 'reference')

/** The reference of the submission that the mail is stored with, which may get its number only then. */
export const referenceWhenStored = '' as Reference

export const countOf = (count: number): Count => check(String(count), /^\d{1,9}$/, 'count')

export const codeOf = (text: string): Code => check(text, /^[A-Z0-9-]{4,24}$/, 'code')

/** To a page, at an address without a query. `token` becomes the query `?token=`. */
export function linkTo(page: string, token?: string): Link {
  check(page, /^https?:\/\/[^/?#@\s]+(?:\/[\w.-]{1,64}){1,8}$/, 'link')
  if (token !== undefined) check(token, /^[\w.~-]{1,1024}$/, 'token')
  return `${page}${token === undefined ? '' : `?token=${token}`}` as Link
}

/** Mails that somebody can end, by what they are of. Every other mail is sent whatever they want. */
export const MailList = z.enum(['weekly'])
export type MailList = z.infer<typeof MailList>

/** How somebody gets no more mails of a list: a page that asks, and where one request ends them (RFC 8058). */
export interface Unsubscribe {
  readonly page: Link
  readonly oneClick: Link
}

const longestGreeting = 60
/** Marks of any script, and what stands in names between them. */
const nameLike = /^[\p{L}\p{M}\p{Nd}\p{Join_Control}' ’.,·-]+$/u
/** Names like these are advertisements: mail programs make links of them. */
const linkLike = /www\.|\.\p{L}{2,}(?=[\s,]|$)|\d{6,}/iu

/**
 * A name as a greeting carries it. One that could be anything but a name (long, with a link or with controls of
 * direction in it) is not repeated: whoever signs up or fills a form chooses it and the address it goes to.
 */
export function greetingOf(name: string): Greeting {
  const plain = withoutUnseen(name)
  const isName = plain.length <= longestGreeting && nameLike.test(plain) && !linkLike.test(plain)
  return (isName ? plain : '') as Greeting
}
