import { expect, test } from 'vitest'
import { configOf, namesOf, type Variables } from '../../test/config/reading.ts'
import { deliverable, undeliverable } from '../../test/contracts/addresses.ts'

const smtp = { SMTP_HOST: 'smtp.example.org' }

test('an address in a setting is judged as anybody’s is, and written as mail is sent to it', () => {
  for (const [typed, address] of deliverable) {
    const environment: Variables = { FORMS_NOTIFY: `${typed}, second@example.org`, FORMS_ESCALATE: typed }
    expect(configOf(environment).app.forms, typed).toMatchObject({
      notify: [address, 'second@example.org'],
      escalate: [address],
    })
    const { mail } = configOf({ ...smtp, MAIL_FROM: typed })
    expect('from' in mail && mail.from.toLowerCase(), typed).toBe(address)
  }
  for (const text of undeliverable) {
    // Two addresses side by side are a list of two.
    const isList = text.includes(',')
    if (!isList)
      for (const name of ['FORMS_NOTIFY', 'FORMS_ESCALATE'])
        expect(namesOf({ [name]: text }), `${name}=${text}`).toEqual([name])
    expect(namesOf({ ...smtp, MAIL_FROM: text }), text).toEqual(['MAIL_FROM'])
  }
})

test('the address that mail comes from keeps its case', () => {
  const environment = { ...smtp, MAIL_FROM: 'DoNotReply@example.org' }
  expect(configOf(environment).mail).toMatchObject({ from: 'DoNotReply@example.org' })
})

test.each<[string, readonly string[]]>([
  ['https://api.pwnedpasswords.com/range', []],
  ['http://localhost:8080/range', []],
  ['http://mirror.example.org/range', ['BREACHED_PASSWORDS_URL']],
  ['mirror.example.org', ['BREACHED_PASSWORDS_URL']],
])('stolen passwords are asked for at %s, or that stops the start', (url, names) => {
  expect(namesOf({ BREACHED_PASSWORDS_URL: url })).toEqual(names)
})

test('nobody is asked for stolen passwords unless that is set', () => {
  expect(configOf({}).breachedPasswords.url).toBeUndefined()
})
