import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headersOf, type Mailer, type MailMessage, MailRefused } from '../../src/ports/mailer.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { deliverable, undeliverable } from './addresses.ts'

/** What reached the other side. */
export interface Received {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** By their names in small letters; of what was kept instead of sent, those that would have been. */
  readonly headers: ReadonlyMap<string, string>
}

export const headerMap = (headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

export interface OpenedMailer {
  readonly mailer: Mailer
  readonly received: () => Promise<readonly Received[]>
  /** Null where there is no other side that could refuse or be away. */
  readonly other: {
    /** It refuses any message to this address for good. */
    readonly refuse: (address: string) => void
    readonly goAway: () => Promise<void>
    readonly comeBack: () => Promise<void>
  } | null
  readonly close?: () => unknown
}

let messages = 0
export const message = (extra: Partial<Omit<MailMessage, 'id'>> = {}): MailMessage => {
  const id = `00000000-0000-7000-8000-${String(++messages).padStart(12, '0')}`
  return {
    id,
    to: 'ann@example.com',
    subject: `Subject ${messages}`,
    text: `Hello,\n\nline two\n`,
    html: '<!doctype html><html><body><p>Hello,</p></body></html>',
    unsubscribe: null,
    ...extra,
  } as MailMessage
}

export function mailerContract(name: string, open: () => Promise<OpenedMailer>) {
  describe(`mailer: ${name}`, () => {
    let opened: OpenedMailer
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(async () => {
      await opened?.close?.()
    })
    const receivedAs = async (subject: string) =>
      (await opened.received()).filter((received) => received.subject === subject)

    test('a message arrives whole, once, for its address alone', async () => {
      const sent = message({
        to: 'zoë@example.com',
        subject: 'Grüße, 你好 🙂',
        text: 'A first line.\n\n.\n\nA dot alone, and ünïcode 🙂 on a line that is longer than what old mail programs liked to see in one line of a message body.\n',
        html: '<!doctype html><html><body><p>ünïcode 🙂 &amp; more</p></body></html>',
      })
      await opened.mailer.send(sent)
      const [received, ...more] = await receivedAs(sent.subject)
      expect(more).toEqual([])
      expect(received).toMatchObject({ to: ['zoë@example.com'], subject: sent.subject })
      expect(received?.text.trim().replaceAll('\r\n', '\n')).toBe(sent.text.trim())
      expect(received?.html.trim()).toBe(sent.html.trim())
    })

    test.each([null, `https://api.example.org/api/v1/auth/pages/unsubscribe?token=${'aZ9-_.'.repeat(33)}`])(
      'machines are told what it is: no answer is wanted, and how such mails end: %s',
      async (unsubscribe) => {
        const sent = message({ unsubscribe })
        await opened.mailer.send(sent)
        const [received] = await receivedAs(sent.subject)
        const given = headerMap(headersOf(sent))
        expect(given.size).toBe(unsubscribe === null ? 2 : 5)
        for (const [name, value] of given) expect(received?.headers.get(name), name).toBe(value)
        for (const name of ['list-unsubscribe', 'list-unsubscribe-post', 'precedence'])
          expect(received?.headers.has(name), name).toBe(unsubscribe !== null)
      },
    )

    test('every address that the doors let in gets its mail, and nobody else does', async () => {
      for (const [, to] of deliverable) {
        const sent = message({ to })
        await opened.mailer.send(sent)
        expect(await receivedAs(sent.subject), to).toMatchObject([{ to: [to] }])
      }
    })

    test.each([...undeliverable, 'Upper@example.com', ' ann@example.com', ''])(
      'what is not one address is refused for good: %j',
      async (to) => {
        const refused = message({ to })
        await expect(opened.mailer.send(refused)).rejects.toBeInstanceOf(MailRefused)
        expect(await receivedAs(refused.subject)).toEqual([])
      },
    )

    test('many at once all arrive', async () => {
      const many = Array.from({ length: 20 }, () => message())
      await Promise.all(many.map((each) => opened.mailer.send(each)))
      for (const { subject } of many) expect(await receivedAs(subject)).toHaveLength(1)
    })

    test('what is refused for good is told from what may go later', async ({ skip }) => {
      if (!opened.other) return skip('there is nobody to refuse')
      opened.other.refuse('nobody@example.com')
      const refusal = await opened.mailer.send(message({ to: 'nobody@example.com' })).catch((error) => error)
      expect(refusal).toBeInstanceOf(MailRefused)
      expect(refusal.message).not.toContain('nobody')
      await opened.other.goAway()
      const late = message()
      await expect(opened.mailer.send(late)).rejects.toBeInstanceOf(PortUnavailable)
      await opened.other.comeBack()
      await opened.mailer.send(late)
      expect(await receivedAs(late.subject)).toHaveLength(1)
    })
  })
}
