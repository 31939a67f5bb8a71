import { expect, test } from 'vitest'
import {
  type Code,
  type Greeting,
  greetingOf,
  type Link,
  linkTo,
  type Reference,
  referenceOf,
} from './mail.model.ts'
import type { Mailing } from './mail.ts'

declare const form: { readonly name: string; readonly message: string; readonly email: string }

/** Never called: that it compiles, and that each marked line does not, is the test. `npm run typecheck` runs it. */
export async function whatCompiles(mail: Mailing): Promise<void> {
  const greeting = greetingOf(form.name)
  const reference = referenceOf('REF-2026-000125')
  const link = linkTo('https://portal.example.org/referral-status')
  const language = 'es'
  const whom = { to: form.email, language } as const
  await mail.enqueue({ template: 'referral_received', ...whom, greeting, reference, link }, 'key')

  // @ts-expect-error: what was written is not a greeting
  await mail.enqueue({ template: 'form_received', ...whom, greeting: form.message, reference }, 'key')
  // @ts-expect-error: nor a reference
  await mail.enqueue({ template: 'form_received', ...whom, greeting, reference: form.message }, 'key')
  // @ts-expect-error: nor a link
  await mail.enqueue({ template: 'form_arrived', ...whom, reference, link: form.message }, 'key')
  // @ts-expect-error: nor a code
  await mail.enqueue({ template: 'confirm_identity', ...whom, greeting, code: form.message }, 'key')
  const extra = { template: 'form_received', ...whom, greeting, reference } as const
  // @ts-expect-error: a template takes nothing else
  await mail.enqueue({ ...extra, message: form.message }, 'key')
  // @ts-expect-error: the set is closed
  await mail.enqueue({ template: 'anything', ...whom, greeting, subject: form.message }, 'key')
  // @ts-expect-error: one kind does not pass for another
  const confused: Reference = greeting
  // @ts-expect-error
  const alsoConfused: Link | Code | Greeting = reference
  expect([confused, alsoConfused]).toBeDefined()
}

test('text from a form does not compile into a mail', () => {
  expect(whatCompiles).toBeTypeOf('function')
})
