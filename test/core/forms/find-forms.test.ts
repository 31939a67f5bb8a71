import { describe, expect, test } from 'vitest'
import { mostOpened } from '../../../src/core/forms/find-forms.ts'
import { browserOf, createTestApp, logInOf, person, signedInBrowser } from '../../app.ts'

const contact = {
  name: 'Ann Example',
  email: 'ann@example.com',
  subject: 'A question',
  message: 'When does the next course begin?',
}
const referral = (name: string, extra: object = {}) => ({
  referrer: {
    name: 'Olga Officer',
    email: 'olga@agency.example',
    phone: '+1 619 555 0100',
    organization: 'Agency',
  },
  participant: { name, contact: 'pat@example.com' },
  services: ['housing'],
  urgency: 'normal',
  ...extra,
})

async function open() {
  const testApp = await createTestApp()
  const visitor = browserOf(testApp)
  const account = { ...person, email: 'admin@tools.example' }
  const admin = await signedInBrowser(testApp, account)
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  await admin.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
  const send = async (kind: string, body: object) => {
    testApp.clock.advance(1)
    const answer = await visitor.call('POST', `/api/v1/forms/${kind}`, { body })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body as { id: string; trackingNumber: string; receiptCode: string }
  }
  const find = async (query: Record<string, string>) => {
    const answer = await admin.call('GET', `/api/v1/forms?${new URLSearchParams(query)}`)
    expect(answer.status, JSON.stringify(query)).toBe(200)
    return (answer.body.items as { id: string }[]).map(({ id }) => id)
  }
  const table = async (query = '') => {
    const answer = await admin.call('GET', `/api/v1/forms${query}`, { headers: { accept: 'text/csv' } })
    expect(answer.status).toBe(200)
    return answer
  }
  return { testApp, visitor, admin, send, find, table }
}

describe('by name', () => {
  test.each([
    [
      'José Núñez García',
      ['Nunez', 'núñez', 'NUÑEZ', 'garcia jose', 'nun', 'jose gar', 'arcia', 'nunezgarcia'],
      ['nuñoz', 'jo nez x'],
    ],
    ["Seán O'Brien", ['obrien', "O'Brien", 'O’Brien', 'sean obrien', 'o brien', 'brien'], ['obrian']],
    ['Fatima Al-Masri', ['al masri', 'almasri', 'Al-Masri', 'fatima masri'], ['masra']],
    ['Łukasz Bjørn Groß', ['lukasz', 'Łukasz', 'bjorn', 'gross', 'GROẞ'], ['lucas']],
    ['李明', ['李明', '李', '明'], ['王']],
    ['Мария Ёлкина', ['мария', 'МАРИЯ', 'елкина', 'ёлк'], ['иван']],
    ['محمد علي', ['محمد', 'مُحَمَّد'], ['احمد']],
    ['Ｗｉｄｅ Ｎａｍｅ', ['wide', 'Wide name'], ['width']],
    ['Nguyễn Thị Hồng Đào', ['nguyen', 'hong dao', 'thi'], ['nguyan']],
  ])('%s', async (name, found, others) => {
    const { send, find } = await open()
    await send('contact', contact)
    const { id } = await send('referral', referral(name))
    const sent = await send('interest', {
      name,
      email: 'x@example.com',
      interests: ['tech'],
      availability: 'any',
    })
    for (const asked of found) {
      expect(await find({ name: asked }), asked).toEqual([sent.id, id])
      expect(await find({ participant: asked, type: 'referral' }), asked).toEqual([id])
    }
    for (const asked of [...others, '---']) expect(await find({ name: asked }), asked).toEqual([])
  })

  test('who referred is found, too', async () => {
    const { send, find } = await open()
    const { id } = await send('referral', referral('Pat Participant'))
    expect(await find({ name: 'officer' })).toEqual([id])
    expect(await find({ name: 'pat officer' })).toEqual([])
  })

  test('with every other filter, page by page', async () => {
    const { testApp, admin, send, find } = await open()
    const ids: string[] = []
    for (let i = 0; i < 9; i++) {
      const urgency = i % 3 === 0 ? 'high' : 'low'
      const words = `Note ${i} about ${i % 2 ? 'trains' : 'housing'} and work`
      const { id } = await send(
        'referral',
        referral(i % 2 ? `Pat Nunez ${i}` : `Núñez Sam ${i}`, { urgency, notes: words }),
      )
      ids.unshift(id)
      await send('contact', {
        ...contact,
        email: `c${i}@example.com`,
        message: `Something else, number ${i}.`,
      })
    }
    const walk = async (query: string) => {
      const walked: string[] = []
      let path: string | null = `/api/v1/forms?${query}`
      while (path !== null) {
        const { body, status } = (await admin.call('GET', path)) as any
        expect(status).toBe(200)
        walked.push(...body.items.map((item: any) => item.id))
        path = body.next === null ? null : body.next.replace(/^https?:\/\/[^/]+/, '')
      }
      return walked
    }
    for (const limit of [1, 2, 4, 9, 50]) expect(await walk(`name=nunez&limit=${limit}`)).toEqual(ids)
    expect(await walk('name=nunez&urgency=high&limit=2')).toEqual([ids[2], ids[5], ids[8]])
    expect(await walk('text=trains&name=pat&limit=1')).toEqual([ids[1], ids[3], ids[5], ids[7]])
    expect(await walk('name=nunez&since=2026-01-01T00:00:00.000Z&limit=2')).toEqual(ids.toReversed())
    expect(await find({ name: 'nunez', status: 'spam' })).toEqual([])
    expect(await find({ name: 'nunez', type: 'contact' })).toEqual([])
    await admin.call('PATCH', `/api/v1/forms/${ids[0]}`, { body: { assignedTo: admin.userId } })
    testApp.clock.advance(1)
    expect(await walk(`name=nunez&assignedTo=me&limit=1`)).toEqual([ids[0]])
    expect(await walk(`assignedTo=${admin.userId}`)).toEqual([ids[0]])
    expect((await admin.call('GET', '/api/v1/forms?name=nunez&cursor=nonsense')).status).toBe(400)
  })

  test('what staff noted and what was added later is searched as text', async () => {
    const { visitor, admin, send, find } = await open()
    const { id, trackingNumber, receiptCode } = await send('referral', referral('Pat'))
    await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { notes: 'Called back about the résumé.' } })
    const added = await visitor.call('POST', `/api/v1/forms/status/${trackingNumber}/information`, {
      headers: { 'x-receipt-code': receiptCode },
      body: { message: 'Now lives in Chula Vista.' },
    })
    expect(added.status).toBe(200)
    for (const text of ['resume', 'chula vista', 'vis chu', 'agency', 'housing'])
      expect(await find({ text })).toEqual([id])
    for (const text of ['ista', 'nothing']) expect(await find({ text })).toEqual([])
  })

  test('a page opens so many and goes on where it stopped', async () => {
    expect(mostOpened).toBe(5_000)
    const { testApp, admin } = await open()
    const { submissions } = testApp.ports
    const list = submissions.list
    // Each page that the store gives is full of forms that do not fit.
    let asked = 0
    const row = (
      await testApp.forms.submitContact(
        { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const },
        contact,
        { actor: null, key: undefined, body: '' },
      )
    ).value
    const { items } = await list({}, { order: 'newest', limit: 1 })
    ;(submissions as any).list = async (_: object, { limit }: { limit: number }) => {
      asked += limit
      return { items: Array.from({ length: limit }, () => items[0]), next: 'further' }
    }
    const { body } = await admin.call('GET', '/api/v1/forms?name=nobody')
    expect(body).toMatchObject({ items: [], pagination: { hasMore: true, nextCursor: 'further' } })
    expect(asked).toBe(mostOpened)
    expect(row.id).toBe(items[0]!.id)
  })

  test('a program that may not read what was written cannot guess at it', async () => {
    const { testApp, admin, send } = await open()
    await send('referral', referral('Pat Nunez'))
    await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
    const tokenOf = async (scope: string) =>
      (
        await admin.call('POST', '/api/v1/admin/service-tokens', {
          body: { name: scope, scopes: [scope], expiresInDays: 1 },
        })
      ).body.token
    const asService = async (scope: string, query: string) => {
      const headers = { authorization: `Bearer ${await tokenOf(scope)}` }
      return browserOf(testApp).call('GET', `/api/v1/forms?${query}`, { headers })
    }
    for (const query of ['name=nunez', 'text=housing']) {
      expect((await asService('forms:read', query)).status).toBe(403)
      expect((await asService('forms:content', query)).body.items).toHaveLength(1)
    }
    expect((await asService('forms:read', 'participant=nunez')).body.items).toEqual([])
    expect((await asService('forms:read', 'urgency=normal')).body.items).toHaveLength(1)
  })
})

describe('by number', () => {
  test('in any spelling, and with other filters', async () => {
    const { send, find } = await open()
    const { id, trackingNumber } = await send('referral', referral('Pat'))
    await send('referral', referral('Sam', { participant: { name: 'Sam', contact: 'sam@example.com' } }))
    expect(trackingNumber).toBe('REF-2026-000001')
    const spellings = [
      trackingNumber,
      'ref-2026-000001',
      ' REF 2026 1 ',
      'Ref. no. 2026/1',
      '#ref2026000001',
      'REF–2026–OOOOO1',
      'ＲＥＦ-２０２６-０００００１',
      'Referral: REF-2026-000001',
      '2026-000001',
      '2026-1',
    ]
    for (const spelled of spellings) {
      expect(await find({ trackingNumber: spelled }), spelled).toEqual([id])
      if (/\p{L}/u.test(spelled) && !spelled.startsWith('2'))
        expect(await find({ participant: spelled }), spelled).toEqual([id])
    }
    for (const none of ['REF-2026-000009', 'REF-2025-000001', 'nonsense', '1'])
      expect(await find({ trackingNumber: none }), none).toEqual([])
    expect(await find({ trackingNumber, status: 'spam' })).toEqual([])
    expect(await find({ trackingNumber, name: 'pat' })).toEqual([id])
    expect(await find({ trackingNumber, name: 'sam' })).toEqual([])
    expect(await find({ trackingNumber: '' })).toHaveLength(2)
  })
})

describe('as a table', () => {
  const parse = (text: string): string[][] => {
    const rows: string[][] = [[]]
    for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
      rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
      if (end === '\r\n') rows.push([])
    }
    return rows.slice(0, -1)
  }

  test('is whole, with one head, whatever the limit', async () => {
    const { send, table, testApp } = await open()
    for (let i = 0; i < 230; i++)
      await testApp.forms.submitContact(
        { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const },
        { ...contact, email: `p${i}@example.com`, message: `Message number ${i} from here.` },
        { actor: null, key: undefined, body: '' },
      )
    const sent = await send('referral', referral('José Ñandú'))
    for (const query of ['', '?limit=2']) {
      const { body, headers } = await table(query)
      const rows = parse(String(body))
      expect(rows).toHaveLength(232)
      expect(rows.filter(([first]) => first === 'id')).toHaveLength(1)
      expect(new Set(rows.map(([id]) => id)).size).toBe(232)
      expect(rows[1]?.[0]).toBe(sent.id)
      expect(headers.get('link')).toBeNull()
    }
    expect(parse(String((await table('?type=referral&name=nandu')).body))).toHaveLength(2)
    expect(parse(String((await table('?status=withdrawn')).body))).toHaveLength(1)
  })

  test('is made page by page, as it is read, and ends when the reader goes', async () => {
    const { testApp } = await open()
    const caller = { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const }
    for (let i = 0; i < 450; i++)
      await testApp.forms.submitContact(
        caller,
        { ...contact, message: `Number ${i} from here.` },
        { actor: null, key: undefined, body: '' },
      )
    const list = testApp.ports.submissions.list
    let pages = 0
    ;(testApp.ports.submissions as any).list = (...args: Parameters<typeof list>) => {
      pages++
      return list(...args)
    }
    const pieces = await testApp.forms.export(caller, { actorId: 'a', canReadContent: true }, { limit: 50 })
    expect(pages).toBe(1)
    await pieces.next()
    await pieces.next()
    expect(pages).toBe(1)
    await pieces.next()
    expect(pages).toBe(2)
    await pieces.return(undefined)
    expect((await pieces.next()).done).toBe(true)
    expect(pages).toBe(2)
  })

  test('begins with the mark of UTF-8, and has what was added and noted', async () => {
    const { testApp, visitor, admin, send } = await open()
    const { id, trackingNumber, receiptCode } = await send('referral', referral('José Ñandú'))
    await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { notes: '=Called; +back' } })
    await visitor.call('POST', `/api/v1/forms/status/${trackingNumber}/information`, {
      headers: { 'x-receipt-code': receiptCode },
      body: { message: 'New number.\n=1+1' },
    })
    const cookie = [...admin.cookies].map((pair) => pair.join('=')).join('; ')
    const response = await testApp.app.request('http://localhost:7071/api/v1/forms', {
      headers: { accept: 'text/csv', cookie },
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect([...bytes.slice(0, 5)]).toEqual([0xef, 0xbb, 0xbf, 0x69, 0x64])
    const [head = [], row = []] = parse(new TextDecoder().decode(bytes))
    const of = (name: string) => row[head.indexOf(name)]
    expect(of('participantName')).toBe('José Ñandú')
    expect(of('information')).toMatch(/^2026-\S+ New number\.\n'=1\+1$/)
    expect(of('staffNotes')).toMatch(new RegExp(`^2026-\\S+ ${admin.userId}: =Called; '\\+back$`))
    for (const name of ['attachments', 'escalatedAt', 'retainUntil', 'spamSignals'])
      expect(head).toContain(name)
    expect(of('retainUntil')).toMatch(/^20/)
  })

  test.each([
    ['text/csv', 'csv'],
    ['text/csv, application/json', 'csv'],
    ['TEXT/CSV; q=0.9, */*;q=0.1', 'csv'],
    ['text/*', 'csv'],
    ['application/json, text/csv;q=0.1', 'json'],
    ['text/csv;q=0', 'json'],
    ['text/csv;q=0, */*', 'json'],
    ['*/*', 'json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'json'],
    ['text/csvx', 'json'],
    [',;q=,*/', 'json'],
    ['', 'json'],
  ])('to `%s` answers %s', async (accept, kind) => {
    const { admin } = await open()
    const { headers } = await admin.call('GET', '/api/v1/forms', { headers: { accept } })
    expect(headers.get('content-type')).toContain(kind)
  })

  test.each([
    ['application/problem+json', 'problem'],
    ['application/json, application/problem+json', 'problem'],
    ['application/json, application/problem+json;q=0.5', 'application/json'],
    ['application/problem+json;q=0', 'application/json'],
    ['*/*', 'application/json'],
  ])('an error to `%s` is %s', async (accept, kind) => {
    const { visitor } = await open()
    const { headers } = await visitor.call('GET', '/api/v1/forms', { headers: { accept } })
    expect(headers.get('content-type')).toContain(kind)
  })
})
