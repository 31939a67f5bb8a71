import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAzureBlobs } from '../../../src/adapters/azure-blob/blobs.ts'
import { createStorageClient } from '../../../src/adapters/azure-blob/client.ts'
import { setUpBlobs } from '../../../src/adapters/azure-blob/setup.ts'
import { createFilesystemBlobBytes } from '../../../src/adapters/filesystem/blob-bytes.ts'
import { createSelfSignedBlobs } from '../../../src/adapters/self-signed/blobs.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { browserOf, createTestApp, origin, person, signedInBrowser, type TestApp } from '../../app.ts'
import { startAzurite } from '../../stand-ins/azurite.ts'
import { staffMember } from '../learning/course-people.ts'
import { pdf } from './sample-files.ts'

/*
 * Where the bytes of a file are, as JSON: for pages of other origins, which a browser does not tell what it was led to.
 */

const portal = 'https://portal.example.org'
const directory = mkdtempSync(join(tmpdir(), 'file-links-'))
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  rmSync(directory, { recursive: true })
  for (const close of closing) await close()
})

type Blobs = (ports: Ports) => Partial<Ports>
const stores: Readonly<Record<string, () => Promise<Blobs>>> = {
  memory: async () => () => ({}),
  filesystem:
    async () =>
    ({ clock, secrets }) => ({
      blobs: createSelfSignedBlobs({
        bytes: createFilesystemBlobBytes({ directory, clock }),
        secrets,
        clock,
        publicOrigin: origin,
        allowedOrigins: new Set([portal]),
      }),
    }),
  async 'Azure Blob Storage, on Azurite'() {
    const { connectionString, stop } = await startAzurite()
    closing.push(stop)
    const { service } = createStorageClient({ connectionString })
    await setUpBlobs({ service, containers: blobContainers, origins: [portal] })
    return ({ clock }) => ({ blobs: createAzureBlobs({ account: { connectionString }, clock }) })
  },
}

const fileName = 'Zeugnis für Ann.pdf'
const asJson = { accept: 'application/json' }
let testApp: TestApp

const fetchBytes = (url: string, init?: RequestInit) =>
  url.startsWith(origin) ? Promise.resolve(testApp.app.request(url, init)) : fetch(url, init)

async function upload({ call }: ReturnType<typeof browserOf>, category = 'document') {
  const body = { fileName, fileType: 'application/pdf', fileSize: pdf.byteLength, category }
  const asked = (await call('POST', '/api/v1/files/upload-url', { body })).body
  await fetchBytes(asked.uploadUrl, { method: 'PUT', headers: asked.headers, body: pdf })
  const { fileId, claimToken } = asked
  const done = await call('POST', '/api/v1/files/complete', { body: { fileId, claimToken } })
  expect(done.status).toBe(200)
  return { fileId: fileId as string, claimToken: claimToken as string }
}

for (const [name, open] of Object.entries(stores))
  describe(name, () => {
    let blobs: Blobs
    beforeEach(async () => {
      blobs ??= await open()
      // A store that is another program has its own clock.
      testApp = await createTestApp({
        ports: blobs,
        startAt: Date.now(),
        environment: { CORS_ORIGINS: portal },
      })
    })
    afterEach(() => testApp.settled())

    test('a page of another origin learns the name, and fetches the bytes there', async () => {
      const ann = await signedInBrowser(testApp)
      const { fileId } = await upload(ann)
      const headers = { ...asJson, origin: portal }
      const answer = await ann.call('GET', `/api/v1/files/${fileId}/download`, { headers })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({
        url: expect.stringMatching(/^http/),
        expiresAt: new Date(testApp.clock.now() + 5 * 60_000).toISOString(),
        fileName,
        mimeType: 'application/pdf',
        size: pdf.byteLength,
      })
      expect(answer.headers.get('access-control-allow-origin')).toBe(portal)
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
      const got = await fetchBytes(answer.body.url, { headers: { origin: portal } })
      expect(got.headers.get('access-control-allow-origin')).toBe(portal)
      expect(new Uint8Array(await got.arrayBuffer())).toEqual(pdf)
    })

    test('it leads to the same bytes under the same name as the redirect', async () => {
      const ann = await signedInBrowser(testApp)
      const { fileId } = await upload(ann)
      const path = `/api/v1/files/${fileId}/download`
      const [led, told] = [await ann.call('GET', path), await ann.call('GET', path, { headers: asJson })]
      const answers = [await fetchBytes(led.headers.get('location') ?? ''), await fetchBytes(told.body.url)]
      const [one, other] = answers.map(({ headers, status }) => [
        status,
        headers.get('content-disposition'),
        headers.get('content-type'),
        headers.get('cache-control'),
      ])
      expect(one).toEqual(other)
    })

    test('only who may read it is told, and what came with a form is written down as ever', async () => {
      const nobody = browserOf(testApp)
      const { fileId, claimToken } = await upload(nobody, 'form-attachment')
      const path = `/api/v1/files/${fileId}/download`
      const form = {
        relationship: 'self',
        participant: { name: 'Lena', contact: 'lena@example.com' },
        services: ['housing'],
        urgency: 'normal',
        attachments: [{ fileId, claimToken }],
      }
      expect((await nobody.call('POST', '/api/v1/forms/referral', { body: form })).status).toBe(201)
      const ann = await signedInBrowser(testApp, { ...person, email: 'other@example.com' })
      const statusOf = async (browser: typeof nobody) =>
        (await browser.call('GET', path, { headers: asJson })).status
      const records = () =>
        testApp.auditRecords.filter(({ eventType }) => eventType === 'file.download').length
      expect([await statusOf(nobody), await statusOf(ann), records()]).toEqual([401, 404, 0])
      const admin = await staffMember(testApp, 'Adalbert', 'admin')
      expect([await statusOf(admin), records()]).toEqual([200, 1])
      await admin.call('GET', path)
      expect(records()).toBe(2)
    })
  })

test.each([
  ['application/json', 200],
  ['application/json, */*;q=0.5', 200],
  ['Application/JSON;q=0.9', 200],
  ['', 302],
  ['*/*', 302],
  // Programs that name JSON without having thought of it, and take anything.
  ['application/json, text/plain, */*', 302],
  ['image/avif,image/webp,*/*;q=0.8', 302],
  ['application/json;q=0', 302],
  ['text/html', 302],
])('who sends Accept: %s is answered %d, and every answer says that it was asked', async (accept, status) => {
  testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const { fileId } = await upload(ann)
  const answer = await ann.call('GET', `/api/v1/files/${fileId}/download`, { headers: { accept } })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('vary')).toMatch(/\bAccept\b/)
})
