import { expect, test } from 'vitest'
import { browserOf, createTestApp, person, signedInBrowser } from '../../app.ts'

const referral = {
  referrer: { name: 'Olga', email: 'olga@agency.example', phone: '619 555 0100', organization: 'Agency' },
  participant: { name: 'Pat', contact: 'pat@example.com' },
  services: ['housing'],
  urgency: 'normal',
}
const mine = '/api/v1/users/me/forms'

async function open(environment: Record<string, string> = {}) {
  const testApp = await createTestApp({ environment })
  const visitor = browserOf(testApp)
  const pat = await signedInBrowser(testApp)
  const other = await signedInBrowser(testApp, { ...person, email: 'other@example.com' })
  const { body } = await visitor.call('POST', '/api/v1/forms/referral', { body: referral })
  const receipt = body as { id: string; trackingNumber: string; receiptCode: string }
  const claim = (browser = pat, given: object = {}) => {
    const { trackingNumber, receiptCode } = receipt
    return browser.call('POST', mine, { body: { trackingNumber, receiptCode, ...given } })
  }
  const asSender = () =>
    visitor.call('GET', `/api/v1/forms/status/${receipt.trackingNumber}`, {
      headers: { 'x-receipt-code': receipt.receiptCode },
    })
  return { testApp, visitor, pat, other, receipt, claim, asSender }
}

test('a person claims a referral, follows it, adds to it and withdraws it', async () => {
  const { testApp, pat, receipt, claim } = await open()
  const { id, trackingNumber } = receipt
  expect(await claim()).toMatchObject({ status: 200, body: { id, trackingNumber, status: 'pending' } })
  expect((await claim()).status).toBe(200)
  const list = await pat.call('GET', mine)
  expect(list.body).toMatchObject({ items: [{ id, informationAdded: 0 }], pagination: { hasMore: false } })
  const added = { body: { message: 'I have moved.' }, headers: { 'idempotency-key': 'once' } }
  for (let again = 0; again < 2; again++)
    expect(await pat.call('POST', `${mine}/${id}/information`, added)).toMatchObject({
      status: 200,
      body: { informationAdded: 1 },
    })
  expect((await pat.call('POST', `${mine}/${id}/withdraw`)).body.status).toBe('withdrawn')
  expect((await pat.call('POST', `${mine}/${id}/withdraw`)).status).toBe(200)
  expect((await pat.call('POST', `${mine}/${id}/information`, { body: { message: 'More.' } })).status).toBe(
    409,
  )
  expect((await pat.call('GET', `${mine}/${id}`)).body.status).toBe('withdrawn')
  const events = testApp.auditRecords.filter(
    ({ resourceId, actorId }) => resourceId === id && actorId === pat.userId,
  )
  expect(events.map(({ eventType }) => eventType)).toEqual([
    'form.claim',
    'form.add_information',
    'form.withdraw',
  ])
  for (let again = 0; again < 2; again++) expect((await pat.call('DELETE', `${mine}/${id}`)).status).toBe(204)
  expect((await pat.call('GET', mine)).body.items).toEqual([])
  expect((await pat.call('GET', `${mine}/${id}`)).status).toBe(404)
})

test('nobody else learns of it: neither who sent it, nor another account, nor the row', async () => {
  const { testApp, other, receipt, claim, asSender } = await open()
  const [before, row] = [await asSender(), await testApp.ports.submissions.read(receipt.id)]
  await claim()
  expect((await asSender()).body).toEqual(before.body)
  expect(await testApp.ports.submissions.read(receipt.id)).toEqual(row)
  expect((await other.call('GET', mine)).body.items).toEqual([])
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/withdraw'],
    ['POST', '/information'],
  ] as const)
    expect(
      (
        await other.call(
          method,
          `${mine}/${receipt.id}${path}`,
          method === 'GET' ? {} : { body: { message: 'x' } },
        )
      ).status,
    ).toBe(404)
  await claim(other)
  expect((await asSender()).body).toEqual(before.body)
})

test('a wrong code is as unknown a number, and guessing is slow', async () => {
  const { pat, claim } = await open({ RATE_LIMIT_SCALE: '1' })
  const unknown = { status: 404, body: { error: { code: 'not_found' } } }
  expect(await claim(pat, { receiptCode: 'AAAA-BBBB-CCCC-DDDD' })).toMatchObject(unknown)
  expect(await claim(pat, { trackingNumber: 'REF-2026-000099' })).toMatchObject(unknown)
  for (let guess = 0; guess < 3; guess++) await claim(pat, { receiptCode: `AAAA-BBBB-CCCC-DDD${guess}` })
  expect(await claim()).toMatchObject({ status: 429 })
})

test('what is erased is gone from the list; an export names it, and erasing the account forgets it', async () => {
  const { testApp, visitor, pat, receipt, claim } = await open()
  await claim()
  const registry = testApp.forms.personalData.find(({ store }) => store === 'FormClaims') as any
  const subject = { userId: pat.userId, account: null }
  expect(await registry.collect(subject)).toMatchObject([{ trackingNumber: receipt.trackingNumber }])
  await visitor.call('DELETE', `/api/v1/forms/status/${receipt.trackingNumber}`, {
    headers: { 'x-receipt-code': receipt.receiptCode },
  })
  expect((await pat.call('GET', mine)).body.items).toEqual([])
  expect((await pat.call('GET', `${mine}/${receipt.id}`)).status).toBe(404)
  expect((await claim()).status).toBe(404)
  await registry.erase(subject)
  expect(await registry.collect(subject)).toEqual([])
})
