import { describe, expect, test } from 'vitest'
import { contact, day, hour, interest, minute, openForms, referral, submit } from './form-world.ts'

const statusesOf = async (list: (query: string) => Promise<any[]>) => {
  const counts: Record<string, number> = {}
  for (const { status } of await list('?limit=1000')) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('ordinary senders', () => {
  test('an officer sends 30 referrals in an hour with the same notes', async () => {
    const { visitor, list, pass } = await openForms()
    for (let i = 0; i < 30; i++) {
      const participant = { name: `Participant ${i}`, contact: `p${i}@example.com` }
      expect((await submit(visitor, 'referral', { ...referral, participant })).status).toBe(201)
      await pass(minute)
    }
    expect(await statusesOf(list)).toEqual({ pending: 30 })
  })

  const sentence = 'I would like to know more about the job readiness program, please.'
  test.each([
    ['each with a mailbox of their own', (i: number) => `learner${i}@example.com`],
    ['from the mailbox of their teacher', () => 'teacher@example.com'],
  ])('a class of 25 sends the same sentence from one address, %s', async (_, emailOf) => {
    for (const [kind, form] of [
      ['contact', { ...contact, message: sentence }],
      ['interest', { ...interest, notes: `${sentence} We saw it at https://library.example/board` }],
    ] as const) {
      const { visitor, list } = await openForms()
      for (let i = 0; i < 25; i++) await submit(visitor, kind, { ...form, email: emailOf(i) })
      expect(await statusesOf(list)).toEqual({ pending: 25 })
    }
  })

  test('25 people refer themselves from one shelter, with the words of its flyer', async () => {
    const { visitor, list } = await openForms()
    const { referrer: _, ...about } = referral
    for (let i = 0; i < 25; i++)
      await submit(visitor, 'referral', {
        ...about,
        relationship: 'self',
        participant: { name: `Person ${i}`, contact: 'ask at the front desk of the shelter' },
      })
    expect(await statusesOf(list)).toEqual({ pending: 25 })
  })

  test('an agency of ten officers sends 200 referrals a day with its own boilerplate', async () => {
    const { visitor, list, pass } = await openForms()
    const notes = `${referral.notes} Case file: https://cases.county.example/portal`
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 50; i++)
        await submit(visitor, 'referral', {
          ...referral,
          notes,
          referrer: { ...referral.referrer, email: `officer${i % 10}@agency.example` },
        })
      await pass(hour)
    }
    expect(await statusesOf(list)).toEqual({ pending: 200 })
  })

  test('a form that a bad line sends again and again counts once', async () => {
    const { visitor, list } = await openForms()
    for (let i = 0; i < 20; i++)
      for (let again = 0; again < 4; again++)
        await submit(
          visitor,
          'contact',
          { ...contact, message: `Question number ${i}.` },
          { 'idempotency-key': `form-${i}` },
        )
    expect(await statusesOf(list)).toEqual({ pending: 20 })
  })
})

describe('a flood', () => {
  test.each([
    ['contact', contact],
    ['interest', interest],
    ['referral', referral],
  ])('of 300 from one sender is put aside, whatever it is: %s', async (kind, form) => {
    const { visitor, list, testApp } = await openForms()
    const said = kind === 'contact' ? 'message' : 'notes'
    for (let i = 0; i < 300; i++) await submit(visitor, kind, { ...form, [said]: `This is number ${i}` })
    const counts = await statusesOf(list)
    expect(counts['spam']).toBeGreaterThanOrEqual(260)
    expect((counts['pending'] ?? 0) + (counts['spam'] ?? 0)).toBe(300)
    await testApp.settled()
  })

  test('under many tags of one mailbox, and of people who give a telephone number', async () => {
    const { referrer: _, ...about } = referral
    for (const [kind, bodyOf] of [
      ['contact', (i: number) => ({ ...contact, email: `ann+${i}@example.com` })],
      [
        'referral',
        () => ({ ...about, relationship: 'self', participant: { name: 'Pat', contact: '(619) 555-0100' } }),
      ],
    ] as const) {
      const { visitor, list } = await openForms()
      for (let i = 0; i < 40; i++) await submit(visitor, kind, bodyOf(i))
      expect(await statusesOf(list)).toEqual({ pending: 30, spam: 10 })
    }
  })

  test('of one text from one machine under many mailboxes', async () => {
    const { visitor, list } = await openForms()
    const message = 'The very same long advertisement that everybody gets in the mail.'
    for (let i = 0; i < 70; i++)
      await submit(visitor, 'contact', { ...contact, email: `a${i}@example.com`, message })
    expect(await statusesOf(list)).toEqual({ pending: 60, spam: 10 })
    expect((await list())[0].spamSignals).toEqual(['repeated_text'])
  })

  test('of one advertisement from many machines', async () => {
    const { visitor, list } = await openForms({ TRUSTED_PROXY_HOPS: '1' })
    const message = 'Have a look at https://shop.example for what everybody gets in the mail.'
    for (let i = 0; i < 50; i++)
      await submit(
        visitor,
        'contact',
        { ...contact, email: `a${i}@example.com`, message },
        { 'x-forwarded-for': `198.51.100.${i}` },
      )
    expect(await statusesOf(list)).toEqual({ pending: 40, spam: 10 })
  })

  test('hides nobody else: neither who is written in the name of, nor who says the same', async () => {
    const { visitor, list } = await openForms({ TRUSTED_PROXY_HOPS: '1' })
    const message = 'I would like to know more about the job readiness program, please.'
    for (let i = 0; i < 100; i++)
      await submit(visitor, 'contact', { ...contact, message }, { 'x-forwarded-for': '198.51.100.7' })
    const honest = { 'x-forwarded-for': '203.0.113.7' }
    await submit(visitor, 'contact', { ...contact, message }, honest)
    await submit(visitor, 'contact', { ...contact, email: 'bea@example.com', message }, honest)
    const [second, first] = await list('?limit=2')
    expect([first.status, second.status]).toEqual(['pending', 'pending'])
  })

  test('ends: an hour later the sender is like any other', async () => {
    const { visitor, list, pass } = await openForms()
    for (let i = 0; i < 31; i++)
      await submit(visitor, 'contact', { ...contact, message: `Question ${i}, please.` })
    await pass(hour)
    await submit(visitor, 'contact', contact)
    expect((await list('?limit=2')).map(({ status }: any) => status)).toEqual(['pending', 'spam'])
    await pass(day)
  })
})

describe('each signal, with what sets it off and what an honest person writes', () => {
  const signalsOf = async (kind: string, body: unknown): Promise<string[]> => {
    const { visitor, list } = await openForms()
    expect((await submit(visitor, kind, body)).status).toBe(201)
    return (await list())[0].spamSignals
  }
  const links = (n: number) => Array.from({ length: n }, (_, i) => `https://host${i}.example/x`).join(' ')

  test.each([
    ['honeypot', { website: 'https://spam.example' }],
    ['too_fast', { elapsedMs: 800 }],
    ['links', { message: 'http://a.example http://b.example www.c.example' }],
    ['links', { message: `Buy pills ${links(4)}` }],
    ['links', { message: `All of these shops have what you have been looking for. ${links(6)}` }],
    ['markup', { message: 'cheap [url=http://a.example]pills[/url]' }],
    ['markup', { message: 'cheap [link]http://a.example[/link] pills' }],
    [
      'markup',
      { message: '<a href="http://a.example">pills</a> and <a href=http://b.example>loans</a> for you' },
    ],
  ])('%s: %j', async (signal, extra) => {
    expect(await signalsOf('contact', { ...contact, ...extra })).toEqual([signal])
  })

  test.each([
    ['an empty trap', 'contact', { website: '  ', elapsedMs: 3_000 }],
    ['a page that was open for days', 'contact', { elapsedMs: 5 * day }],
    ['one link', 'contact', { message: 'See https://me.example please' }],
    [
      'two links with www, which are two and not four',
      'contact',
      {
        message: 'My work is at https://www.me.example and my profile at https://www.linkedin.example/in/me.',
      },
    ],
    [
      'a resume, a portfolio and a profile',
      'contact',
      {
        message:
          'Resume: https://docs.example/d/1 Portfolio: https://me.example Profile: https://linkedin.example/in/me',
      },
    ],
    [
      'many links to our own pages',
      'contact',
      {
        message: Array.from({ length: 9 }, (_, i) => `http://localhost:7071/courses/${i} is locked.`).join(
          ' ',
        ),
      },
    ],
    [
      'one link pasted again and again',
      'contact',
      { message: `It says "error". ${'https://portal.example/x '.repeat(8)}` },
    ],
    [
      'a question about HTML',
      'contact',
      { message: 'In lesson 3, why does <a href="https://example.com">home</a> not become a link?' },
    ],
    [
      'mail pasted with its markup',
      'contact',
      {
        message:
          'I got <a href="mailto:olga@agency.example">this</a> and <a href="tel:6195550100">that</a> by mail.',
      },
    ],
    [
      'a letter with places to fill in',
      'contact',
      { message: 'Dear [name], please register at [link] or [url].' },
    ],
    ['capitals', 'contact', { message: 'PLEASE CALL ME BACK, I AM OUT ON FRIDAY AND HAVE NO PLACE TO GO' }],
    [
      'Chinese',
      'contact',
      { message: '你好，我下周出狱，需要住房和工作的帮助，请给我打电话。https://a.example' },
    ],
    ['Arabic', 'contact', { message: 'مرحبا، أحتاج إلى مساعدة في السكن والعمل، من فضلكم اتصلوا بي.' }],
    ['work to show', 'interest', { notes: `I made these sites in prison and after: ${links(8)}` }],
    ['the papers of a case', 'referral', { notes: `Court papers, all public: ${links(12)}` }],
    ['no notes', 'referral', { notes: undefined }],
  ])('honest: %s (%s)', async (_, kind, extra) => {
    const form = { contact, interest, referral }[kind]
    expect(await signalsOf(kind, { ...form, ...extra })).toEqual([])
  })
})
