import { expect, test } from 'vitest'
import { type Browser, createTestApp, origin, signedInBrowser } from '../app.ts'
import { production } from '../config/reading.ts'

/*
 * What every answer says to a browser, whoever asks for what: also a refusal, a file, a page, and what is no route.
 */

const publicOrigin = 'https://api.example.org'

async function everyAnswer(): Promise<readonly (readonly [string, Response])[]> {
  // As in production, but for what is kept for itself: the addresses and the cookies are those of a real host.
  const testApp = await createTestApp({
    environment: { ...production, PUBLIC_URL: publicOrigin, CORS_ORIGINS: origin },
  })
  const ann = await signedInBrowser(testApp)
  const send = async (path: string, init: RequestInit = {}) =>
    testApp.app.request(`${publicOrigin}${path}`, init)
  const headers = { cookie: [...ann.cookies].map((pair) => pair.join('=')).join('; '), origin }
  const answers: [string, Response][] = []
  const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) {
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      if (path.endsWith('/logout') || path.endsWith('/quick-exit')) continue
      answers.push([`${method} ${path}`, await send(concrete, { method: method.toUpperCase(), headers })])
    }
  for (const path of [
    '/',
    '/api/docs',
    '/api/openapi.json',
    '/api/asyncapi.json',
    '/nothing',
    '/api/v1/nothing',
  ])
    answers.push([path, await send(path)])
  const preflight = { origin, 'access-control-request-method': 'POST' }
  answers.push(['a preflight', await send('/api/v1/auth/login', { method: 'OPTIONS', headers: preflight })])
  answers.push(['a file', await fileOf(ann, send)])
  answers.push(['a file that is not there', await send('/api/blobs/files/nothing')])
  answers.push(['leaving', await send('/api/v1/auth/logout', { method: 'POST', headers })])
  return answers
}

async function fileOf(
  { call }: Pick<Browser, 'call'>,
  send: (path: string, init?: RequestInit) => Promise<Response>,
): Promise<Response> {
  const body = { fileName: 'a.txt', fileType: 'text/plain', fileSize: 5, category: 'document' }
  const asked = (await call('POST', '/api/v1/files/upload-url', { body })).body
  const inPlace = (url: string) => url.slice(publicOrigin.length)
  const sent = await send(inPlace(asked.uploadUrl), { method: 'PUT', headers: asked.headers, body: 'hello' })
  expect(sent.status).toBe(201)
  await call('POST', '/api/v1/files/complete', { body: { fileId: asked.fileId, fileName: 'a.txt' } })
  const { headers } = await call('GET', `/api/v1/files/${asked.fileId}/download`)
  const file = await send(inPlace(headers.get('location') ?? ''))
  expect(file.status).toBe(200)
  return file
}

const answers = await everyAnswer()

test('every answer keeps browsers to TLS for a year, and away from guessing types', () => {
  expect(answers.length).toBeGreaterThan(100)
  for (const [what, { headers }] of answers) {
    expect(headers.get('strict-transport-security'), what).toBe('max-age=31536000; includeSubDomains')
    expect(headers.get('x-content-type-options'), what).toBe('nosniff')
    expect(headers.get('referrer-policy'), what).toBe('no-referrer')
  }
})

test('every answer loads nothing by default, has no base and is framed by nobody', () => {
  for (const [what, { headers }] of answers) {
    const policy = headers.get('content-security-policy') ?? ''
    for (const directive of [
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; '), what).toContain(directive)
  }
})

test('every answer with a body says what it is, and text says its encoding', async () => {
  for (const [what, answer] of answers) {
    const text = await answer.clone().text()
    if (text === '') continue
    const type = answer.headers.get('content-type') ?? ''
    expect(type, what).not.toBe('')
    if (/^text\//.test(type) && what !== 'a file') expect(type.toLowerCase(), what).toContain('charset=utf-8')
  }
})
