import { expect, test } from 'vitest'
import { type Browser, createBrowser, origin, person } from '../app.ts'
import { html, pdf, pngOf } from '../core/files/sample-files.ts'
import { useTarget } from './target.ts'

const { send, can, letCopiesRunOut } = useTarget()

/** Shows where it is sent instead of going there. */
const openBrowser = () => createBrowser((path, init) => send(path, { ...init, redirect: 'manual' }))

/** A store that this program serves signs for the address people use; the test reaches it at another. */
/** Files of ours are led to by the name that one came by. */
const here = (url: string) => url.replace(/^https?:\/\/[^/]+(?=\/api\/)/, '')

async function upload(browser: Browser, bytes: Uint8Array<ArrayBuffer>, announced: object) {
  const asked = await browser.call('POST', '/api/v1/files/upload-url', {
    body: { fileSize: bytes.byteLength, ...announced },
  })
  expect(asked.status).toBe(200)
  const { uploadUrl, method, headers, fileId, claimToken } = asked.body
  const sent = await send(here(uploadUrl), { method, headers: { ...headers, origin }, body: bytes })
  expect(sent.status).toBe(201)
  expect((await send(here(uploadUrl), { method, headers, body: bytes })).status).toBe(409)
  const body = { fileId, ...(claimToken && { claimToken }) }
  return browser.call('POST', '/api/v1/files/complete', { body })
}

async function signUp(email: string): Promise<Browser> {
  const browser = openBrowser()
  await browser.call('POST', '/api/v1/auth/signup', { body: { ...person, email } })
  return browser
}

test('a document is uploaded, read by its owner alone, in pieces too, and deleted', async () => {
  const ann = await signUp('files-ann@example.com')
  const document = { fileName: 'résumé.pdf', fileType: 'application/pdf', category: 'document' }
  const done = await upload(ann, pdf, document)
  expect(done).toMatchObject({ status: 200, body: { fileName: 'résumé.pdf', state: 'available' } })
  const path = `/api/v1/files/${done.body.id}`
  const redirect = await ann.call('GET', `${path}/download`)
  expect(redirect.status).toBe(302)
  const url = here(redirect.headers.get('location') ?? '')
  const whole = await send(url)
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(pdf)
  expect(whole.headers.get('content-disposition')).toContain("filename*=UTF-8''r%C3%A9sum%C3%A9.pdf")
  const piece = await send(url, { headers: { range: 'bytes=0-4' } })
  expect([piece.status, await piece.text()]).toEqual([206, '%PDF-'])

  const bob = await signUp('files-bob@example.com')
  expect((await bob.call('GET', path)).status).toBe(404)
  expect((await bob.call('GET', `${path}/download`)).status).toBe(404)
  expect((await bob.call('DELETE', path)).status).toBe(403)
  expect((await ann.call('DELETE', path)).status).toBe(204)
  expect((await ann.call('GET', path)).status).toBe(404)
  expect((await send(url)).status).toBe(404)
})

test('what lies is refused', async () => {
  const eve = await signUp('files-eve@example.com')
  const picture = { fileName: 'holiday.jpg', fileType: 'image/jpeg', category: 'attachment' }
  expect((await upload(eve, html, picture)).status).toBe(400)
  const announce = (change: object) =>
    eve.call('POST', '/api/v1/files/upload-url', { body: { ...picture, fileSize: 100, ...change } })
  expect((await announce({ fileName: 'holiday.html' })).status).toBe(400)
  expect((await announce({ category: 'avatar', fileSize: 3_000_000 })).status).toBe(400)
  expect(
    (await announce({ category: 'course-video', fileType: 'video/mp4', fileName: 'a.mp4' })).status,
  ).toBe(403)
})

test('a picture of a person loses its metadata and is shown to anybody', async () => {
  const ann = await signUp('files-picture@example.com')
  const avatar = { fileName: 'me.png', fileType: 'image/png', category: 'avatar' }
  const setAvatar = async (bytes: Uint8Array<ArrayBuffer>) => {
    const { body } = await upload(ann, bytes, avatar)
    return ann.call('POST', '/api/v1/users/me/avatar', { body: { fileId: body.id } })
  }
  const first = await setAvatar(pngOf(600, 600, 'marker of a place'))
  expect(first.status).toBe(200)
  const shown = await fetchPicture(first.body.avatar)
  expect(shown.status).toBe(200)
  expect(shown.text).not.toContain('marker of a place')
  expect((await upload(ann, pngOf(20_000, 20_000), avatar)).status).toBe(400)
  const second = await setAvatar(pngOf(8, 8))
  expect(second.body.avatar).not.toBe(first.body.avatar)
  letCopiesRunOut()
  expect((await fetchPicture(first.body.avatar)).status).toBe(404)
})

test.runIf(can('image-reencoding'))('a picture of a person is encoded afresh', async () => {
  const ann = await signUp('files-encoded@example.com')
  const avatar = { fileName: 'me.png', fileType: 'image/png', category: 'avatar' }
  const { body } = await upload(ann, pngOf(600, 600), avatar)
  const set = await ann.call('POST', '/api/v1/users/me/avatar', { body: { fileId: body.id } })
  const { type, text } = await fetchPicture(set.body.avatar)
  expect(type).toBe('image/webp')
  expect(text.slice(0, 4)).toBe('RIFF')
})

test('without an account an attachment of a form can be uploaded', async () => {
  const form = { fileName: 'letter.pdf', fileType: 'application/pdf', category: 'form-attachment' }
  expect((await upload(openBrowser(), pdf, form)).status).toBe(200)
})

async function fetchPicture(url: string) {
  const response = await send(here(url))
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
  return { status: response.status, type: response.headers.get('content-type'), text }
}

test('a document is sent in blocks, cut off, continued with what is missing, and not changed any more', async () => {
  const ann = await signUp('files-blocks@example.com')
  const document = { fileName: 'in-blocks.pdf', fileType: 'application/pdf', category: 'document' }
  const asked = await ann.call('POST', '/api/v1/files/upload-url', {
    body: { ...document, fileSize: pdf.byteLength },
  })
  const { fileId } = asked.body
  const [first, second] = [pdf.slice(0, 30), pdf.slice(30)]
  const ids = [btoa('00000000'), btoa('00000001')]
  const block = async (url: string, i: number, body: Uint8Array<ArrayBuffer>) =>
    (
      await send(`${here(url)}&comp=block&blockid=${encodeURIComponent(ids[i] ?? '')}`, {
        method: 'PUT',
        body,
      })
    ).status
  expect(await block(asked.body.uploadUrl, 0, first)).toBe(201)

  const { body } = await ann.call('POST', `/api/v1/files/${fileId}/upload-url`)
  expect(body).toMatchObject({ isSent: false, sentBlocks: [{ id: ids[0], size: 30 }] })
  expect(await block(body.uploadUrl, 1, second)).toBe(201)
  const list = `<BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`
  const commit = (url: string) => send(`${here(url)}&comp=blocklist`, { method: 'PUT', body: list })
  expect((await commit(body.uploadUrl)).status).toBe(201)
  const done = await ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
  expect(done).toMatchObject({ status: 200, body: { size: pdf.byteLength, state: 'available' } })
  expect(await block(body.uploadUrl, 1, first)).toBe(409)
  const again = await ann.call('POST', `/api/v1/files/${fileId}/upload-url`)
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'already_uploaded' } } })
  const redirect = await ann.call('GET', `/api/v1/files/${fileId}/download`)
  const url = here(redirect.headers.get('location') ?? '')
  expect(new Uint8Array(await (await send(url)).arrayBuffer())).toEqual(pdf)
  const piece = await send(url, { headers: { 'x-ms-range': 'bytes=5-7', range: 'bytes=0-0' } })
  expect([piece.status, await piece.text()]).toEqual([206, '1.7'])
})
