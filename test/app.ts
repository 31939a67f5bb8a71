import { withSamplePictures } from '../entry/sample-pictures.ts'
import { createClientZipArchiver } from '../src/adapters/client-zip/archiver.ts'
import { createCoursePackages } from '../src/adapters/course-packages/course-packages.ts'
import { createFileTypeFileTypes } from '../src/adapters/file-type/file-types.ts'
import { createJoseAccessTokens, createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { createMemoryAssets } from '../src/adapters/memory/assets.ts'
import { createMemoryAudit } from '../src/adapters/memory/audit.ts'
import { createMemoryAuditAnchors } from '../src/adapters/memory/audit-anchors.ts'
import { createMemoryBlobBytes } from '../src/adapters/memory/blob-bytes.ts'
import { createMemoryBreachedPasswords } from '../src/adapters/memory/breached-passwords.ts'
import { createMemoryCache } from '../src/adapters/memory/cache.ts'
import { createManualClock } from '../src/adapters/memory/clock.ts'
import { createInProcessDefer } from '../src/adapters/memory/defer.ts'
import { createMemoryDocuments } from '../src/adapters/memory/documents.ts'
import { acceptEveryFile } from '../src/adapters/memory/file-scanner.ts'
import { createMemoryHasher } from '../src/adapters/memory/hasher.ts'
import { createSequentialIds } from '../src/adapters/memory/ids.ts'
import { createMemoryLog } from '../src/adapters/memory/log.ts'
import { createMemoryMailQueue } from '../src/adapters/memory/mail-queue.ts'
import { createMemoryMailer } from '../src/adapters/memory/mailer.ts'
import { createMemoryMediaRooms } from '../src/adapters/memory/media-rooms.ts'
import { createMemoryPasswordBlocklist } from '../src/adapters/memory/password-blocklist.ts'
import { createMemoryPusher } from '../src/adapters/memory/pusher.ts'
import { createMemoryRealtime } from '../src/adapters/memory/realtime.ts'
import { createMemorySecrets } from '../src/adapters/memory/secrets.ts'
import { createMemorySubmissions } from '../src/adapters/memory/submissions.ts'
import { createMetadataStrippingImages } from '../src/adapters/metadata-stripping/images.ts'
import { createMetadataStripping } from '../src/adapters/metadata-stripping/metadata.ts'
import { createNodeCompressor } from '../src/adapters/node/compressor.ts'
import { createOidcIdentityProviders } from '../src/adapters/oidc/identity-providers.ts'
import { createOtpauthOneTimePasswords } from '../src/adapters/otpauth/one-time-passwords.ts'
import { createScanningMessageSearch } from '../src/adapters/scanning/message-search.ts'
import { createSelfSignedBlobs } from '../src/adapters/self-signed/blobs.ts'
import { createSimpleWebAuthnPasskeys } from '../src/adapters/simplewebauthn/passkeys.ts'
import { silentTelemetry } from '../src/adapters/tracing/silent.ts'
import { createWebCiphers } from '../src/adapters/web-crypto/ciphers.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { messages } from '../src/core/messaging/chat/entries.model.ts'
import type { AuditRecord } from '../src/ports/audit.ts'
import { encodeBase64url } from '../src/ports/base64url.ts'
import type { Ports } from '../src/ports/ports.ts'
import { ownSchema } from '../src/ports/record-schema.ts'
import { testAuditKeys } from './audit-keys.ts'

export const origin = 'http://localhost:7071'

const longAgo = '2000-01-01T00:00:00.000Z'

/** The whole app on memory adapters, with a clock that stands still. Limits are off unless the environment sets them. */
export async function createTestApp({
  environment = {},
  startAt,
  ports: overrides = () => ({}),
}: {
  environment?: Record<string, string>
  startAt?: number
  ports?: (ports: Ports) => Partial<Ports>
} = {}) {
  const { config } = readConfig({ NODE_ENV: 'test', RATE_LIMIT_SCALE: '10000', ...environment })
  const clock = createManualClock(startAt)
  const log = createMemoryLog()
  const defer = createInProcessDefer({ log })
  const mailer = createMemoryMailer({ clock })
  const realtime = createMemoryRealtime({ clock })
  const pusher = createMemoryPusher()
  const auditRecords: AuditRecord[] = []
  const auditKeys = testAuditKeys()
  const audit = createMemoryAudit({ keys: auditKeys, records: auditRecords })
  const mailQueue = createMemoryMailQueue()
  const secrets = createMemorySecrets({
    'signing-keys': [await createSigningKey(longAgo)],
    'master-key': [{ id: 'k1', value: encodeBase64url(new Uint8Array(32).fill(7)), activeFrom: longAgo }],
  })
  const documents = createMemoryDocuments({ clock })
  const memoryPorts: Ports = {
    accessTokens: createJoseAccessTokens({ secrets, ciphers: createWebCiphers(), clock, ...config.tokens }),
    archiver: createClientZipArchiver(),
    coursePackages: createCoursePackages(),
    assets: withSamplePictures(createMemoryAssets()),
    audit,
    auditAnchors: createMemoryAuditAnchors(),
    auditKeys,
    blobs: createSelfSignedBlobs({
      bytes: createMemoryBlobBytes({ clock }),
      secrets,
      clock,
      publicOrigin: config.app.http.publicOrigin,
      allowedOrigins: config.app.http.allowedOrigins.listed,
    }),
    breachedPasswords: createMemoryBreachedPasswords(),
    cache: createMemoryCache({ clock }),
    ciphers: createWebCiphers(),
    clock,
    compressor: createNodeCompressor(),
    defer,
    documents,
    edgeCache: null,
    fileScanner: acceptEveryFile,
    fileTypes: createFileTypeFileTypes(),
    hasher: createMemoryHasher(),
    identityProviders: createOidcIdentityProviders({ providers: {} }),
    ids: createSequentialIds(),
    images: createMetadataStrippingImages(),
    localCache: createMemoryCache({ clock }),
    log,
    mailbox: mailer,
    mailer,
    mailQueue,
    mediaMetadata: createMetadataStripping(),
    mediaRooms: createMemoryMediaRooms({ clock }),
    messageSearch: createScanningMessageSearch({ documents, messages }),
    observations: {
      metrics: () => [],
      prometheus: () => ({ text: '\n', type: 'text/plain; charset=utf-8' }),
      traces: () => [],
    },
    oneTimePasswords: createOtpauthOneTimePasswords({ clock }),
    passkeys: createSimpleWebAuthnPasskeys(config.passkeys),
    passwordBlocklist: createMemoryPasswordBlocklist(),
    pictureConverter: null,
    pusher,
    realtime,
    recordSchema: ownSchema,
    secrets,
    submissions: createMemorySubmissions({ audit, mailQueue }),
    telemetry: silentTelemetry,
  }
  const ports = { ...memoryPorts, ...overrides(memoryPorts) }
  const api = createApp(ports, config.app)
  // As a server tells it: somebody has connected.
  const request = api.app.request.bind(api.app)
  api.app.request = (input, init, bindings, context) =>
    request(input, init, bindings ?? { remoteAddress: '127.0.0.1' }, context)
  const runJob = async (name: string) => {
    const job = api.jobs.find((candidate) => candidate.name === name)
    if (!job) throw new Error(`there is no job ${name}`)
    await job.run()
  }
  return {
    ...api,
    config: config.app,
    runJob,
    ports,
    clock,
    log,
    devices: realtime,
    pusher,
    auditRecords,
    settled: defer.settled,
  }
}

/** What production asks for, so that `createTestApp` accepts it. */
export const productionEnvironment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://api.example.org',
  MAIL_FROM: 'no-reply@example.org',
  SMTP_HOST: 'smtp.example.org',
  AUTH_MASTER_KEY: 'A'.repeat(43),
  AUTH_SIGNING_KEYS: JSON.stringify([
    { id: 'k', activeFrom: '2000-01-01T00:00:00.000Z', value: '{"crv":"P-256","d":"x"}' },
  ]),
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: any
}

export type Send = (path: string, init?: RequestInit) => Promise<Response>

/** Whatever was too much: the same number of seconds stands in the header, in the body, and in what people read. */
export function saysWhen(
  headers: Headers,
  body: { readonly error?: { message: string; retryAfter?: number } },
) {
  const { message = '', retryAfter = 0 } = body.error ?? {}
  const isSaid = retryAfter >= 1 && new RegExp(`\\b${retryAfter}\\b`).test(message)
  if (!isSaid || headers.get('retry-after') !== String(retryAfter))
    throw new Error(`429 that says not when: ${headers.get('retry-after')} ${JSON.stringify(body)}`)
}

/** A browser, as far as cookies and Origin go. */
export function createBrowser(send: Send) {
  const cookies = new Map<string, string>()
  const call = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await send(path, {
      method,
      // As the app itself answers: whoever looks at an answer looks at that one.
      redirect: 'manual',
      headers: {
        ...(method === 'GET' ? {} : { origin }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie ? { cookie } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    const answered = isJson && text !== '' ? JSON.parse(text) : text
    if (response.status === 429) saysWhen(response.headers, answered)
    return { status: response.status, headers: response.headers, body: answered }
  }
  return { call, cookies }
}

export type Browser = ReturnType<typeof createBrowser>

export const browserOf = ({ app }: TestApp): Browser =>
  createBrowser(async (path, init) => app.request(`${origin}${path}`, init))

export const person = { email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' }

/** What signs an account in that was opened with more. */
export const logInOf = ({ email, password }: { readonly email: string; readonly password: string }) => ({
  email,
  password,
})

/** A browser with an account, signed in. */
export async function signedInBrowser(testApp: TestApp, account = person) {
  const browser = browserOf(testApp)
  const answer = await browser.call('POST', '/api/v1/auth/signup', { body: account })
  return { ...browser, accessToken: answer.body.accessToken as string, userId: answer.body.user.id as string }
}
