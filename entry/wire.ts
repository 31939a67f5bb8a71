import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TokenCredential } from '@azure/identity'
import { createClientZipArchiver } from '../src/adapters/client-zip/archiver.ts'
import { createFileTypeFileTypes } from '../src/adapters/file-type/file-types.ts'
import { createJoseAccessTokens } from '../src/adapters/jose/access-tokens.ts'
import { createMemoryAudit } from '../src/adapters/memory/audit.ts'
import { createMemoryBlobBytes } from '../src/adapters/memory/blob-bytes.ts'
import { createMemoryCache } from '../src/adapters/memory/cache.ts'
import { createInProcessDefer, type InProcessDefer } from '../src/adapters/memory/defer.ts'
import { createMemoryDocuments } from '../src/adapters/memory/documents.ts'
import { acceptEveryFile } from '../src/adapters/memory/file-scanner.ts'
import { createMemoryMailQueue } from '../src/adapters/memory/mail-queue.ts'
import { createMemoryMailer } from '../src/adapters/memory/mailer.ts'
import { createMemoryRealtime } from '../src/adapters/memory/realtime.ts'
import { createMemorySecrets } from '../src/adapters/memory/secrets.ts'
import { createMemorySubmissions } from '../src/adapters/memory/submissions.ts'
import { createOidcIdentityProviders } from '../src/adapters/oidc/identity-providers.ts'
import { createOtpauthOneTimePasswords } from '../src/adapters/otpauth/one-time-passwords.ts'
import { createScanningMessageSearch } from '../src/adapters/scanning/message-search.ts'
import { createSelfSignedBlobs } from '../src/adapters/self-signed/blobs.ts'
import { createSimpleWebAuthnPasskeys } from '../src/adapters/simplewebauthn/passkeys.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { systemIds } from '../src/adapters/system/ids.ts'
import { createZxcvbnPasswordBlocklist } from '../src/adapters/zxcvbn/password-blocklist.ts'
import type { Config, GivenSecrets } from '../src/config/config.ts'
import type { Job } from '../src/core/kernel/domain.ts'
import { messages } from '../src/core/messaging/chat/entries.model.ts'
import type { Assets } from '../src/ports/assets.ts'
import type { AuditLog } from '../src/ports/audit.ts'
import type { BlobBytes } from '../src/ports/blob-bytes.ts'
import type { BlobStore } from '../src/ports/blobs.ts'
import type { Cache } from '../src/ports/cache.ts'
import type { Ciphers } from '../src/ports/ciphers.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { DocumentStore } from '../src/ports/documents.ts'
import type { FileScanner } from '../src/ports/file-scanner.ts'
import type { Hasher } from '../src/ports/hasher.ts'
import type { Images } from '../src/ports/images.ts'
import type { Log } from '../src/ports/log.ts'
import type { MailQueue } from '../src/ports/mail-queue.ts'
import type { Mailbox, Mailer } from '../src/ports/mailer.ts'
import type { MessageSearch } from '../src/ports/message-search.ts'
import type { Ports } from '../src/ports/ports.ts'
import type { Realtime } from '../src/ports/realtime.ts'
import type { Secrets } from '../src/ports/secrets.ts'
import type { Submissions } from '../src/ports/submissions.ts'

type Fetch<Bindings> = (request: Request, bindings: Bindings) => Response | Promise<Response>

/** A server for devices in this process. */
export interface Embedded {
  readonly realtime: Realtime
  /** Stands before the app, which from now on hears of connections at `eventsPath`. */
  readonly standBefore: <Bindings>(app: Fetch<Bindings | undefined>, eventsPath: string) => Fetch<Bindings>
  /** Takes the requests for a WebSocket of an HTTP server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly close: () => Promise<void>
}

/** What only the runtime at hand can make. A runtime without one of these says so by throwing. */
export interface Native {
  readonly log: Log
  readonly assets: Assets
  /** Keeps the runtime from stopping while this work runs, where it would otherwise stop with the answer. */
  readonly holdOpen: (work: Promise<void>) => void
  readonly images: Images
  readonly createScanner: (clamd: { readonly host: string; readonly port: number }) => FileScanner
  readonly ciphers: Ciphers
  readonly createHasher: (hasher: Config['hasher']) => Hasher
  /** Documents and records in one file, so that writes to both share a commit. */
  readonly openSqlite: (clock: Clock) => {
    readonly documents: DocumentStore
    readonly audit: AuditLog
    readonly mailQueue: MailQueue
    readonly messageSearch: MessageSearch
    readonly submissions: Submissions
    /** Frees space held by what has expired. */
    readonly tidy: () => Promise<void>
    readonly close: () => void
  }
  /** Keeps files where a restart finds them again. */
  readonly openBlobBytes: (clock: Clock) => {
    readonly bytes: BlobBytes
    /** Frees space held by uploads that were cut off. */
    readonly tidy: () => Promise<void>
  }
  /** Keeps mail where a restart finds it again. */
  readonly createOutbox: (clock: Clock) => Mailer & Mailbox
  /** Without a user and password it signs in as the managed identity. */
  readonly openAzureSql: (
    connection: AzureSqlSettings & { readonly password: string | undefined },
  ) => Promise<{
    readonly audit: AuditLog
    readonly mailQueue: MailQueue
    readonly submissions: Submissions
    readonly close: () => Promise<void>
  }>
  readonly openSmtpMailer: (
    connection: SmtpSettings & { readonly password: string },
  ) => Promise<{ readonly mailer: Mailer; readonly close: () => void }>
  readonly openRedis: (connection: {
    readonly url: string
    /** `entra`: as the managed identity. */
    readonly auth: 'url' | 'entra'
    readonly clock: Clock
  }) => Promise<{ readonly cache: Cache; readonly close: () => void }>
  /** The managed identity, for SDKs of Azure. */
  readonly createAzureCredential: () => Promise<TokenCredential>
  /** A server for devices, on the port of this process. `key`: for the service SDK; undefined: nobody else uses it. */
  readonly embedWebPubSub: (options: {
    readonly key: string | undefined
    readonly hub: string
    readonly clock: Clock
  }) => Embedded
  readonly createKeyVaultSecrets: (vaultUrl: string, clock: Clock) => Promise<Secrets>
  /** Secrets of this deployment's own making, for development. */
  readonly createGeneratedSecrets: (clock: Clock, rotateAfterDays: number) => Secrets
}

export interface Wired {
  readonly ports: Ports
  readonly defer: InProcessDefer
  /** What the adapters themselves need done now and then. */
  readonly jobs: readonly Job[]
  /** The server for devices in this process, when there is one. */
  readonly embedded: Embedded | null
  readonly close: () => Promise<void>
}

function createMemoryRecords() {
  const audit = createMemoryAudit()
  const mailQueue = createMemoryMailQueue()
  return { audit, mailQueue, submissions: createMemorySubmissions({ audit, mailQueue }) }
}

export type AzureSqlSettings = Extract<Config['records'], { kind: 'mssql' }>

/** Records in `sqlite` when they are kept there, which is open already. */
async function openRecords(
  { records }: Config,
  { mssqlPassword: password }: GivenSecrets,
  native: Native,
  clock: Clock,
  sqlite: ReturnType<Native['openSqlite']> | undefined,
) {
  const close = () => {}
  switch (records.kind) {
    case 'memory':
      return { ...createMemoryRecords(), close }
    case 'sqlite': {
      const { audit, mailQueue, submissions } = sqlite ?? native.openSqlite(clock)
      return { audit, mailQueue, submissions, close }
    }
    case 'mssql':
      return native.openAzureSql({ ...records, password })
  }
}

/** Documents in `sqlite` when they are kept there, which is open already. */
async function openDocuments(
  { documents }: Config,
  { cosmosKey: key }: GivenSecrets,
  native: Native,
  clock: Clock,
  sqlite: ReturnType<Native['openSqlite']> | undefined,
): Promise<{ readonly documents: DocumentStore; readonly close: () => void }> {
  const close = () => {}
  switch (documents.kind) {
    case 'memory':
      return { documents: createMemoryDocuments({ clock }), close }
    case 'sqlite':
      return { documents: (sqlite ?? native.openSqlite(clock)).documents, close }
    case 'cosmos': {
      const { openCosmosDocuments } = await import('../src/adapters/cosmos/documents.ts')
      const { endpoint, databaseName } = documents
      const account = key ? { endpoint, key } : { endpoint, credential: await native.createAzureCredential() }
      return openCosmosDocuments(account, { databaseName, clock, log: native.log })
    }
  }
}

async function openCache(
  { cache }: Config,
  { upstashToken, redisUrl }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly cache: Cache; readonly close: () => void }> {
  const close = () => {}
  switch (cache.kind) {
    case 'memory':
      return { cache: createMemoryCache({ clock }), close }
    case 'upstash': {
      const { createUpstashCache } = await import('../src/adapters/upstash/cache.ts')
      return { cache: createUpstashCache({ url: cache.url, token: upstashToken, clock }), close }
    }
    case 'redis':
      return native.openRedis({ url: redisUrl, auth: cache.auth, clock })
  }
}

async function openRealtime(
  { realtime: { kind, hub, endpoint } }: Config,
  { realtimeKey, webPubSubConnectionString, webPubSubEventKeys }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly realtime: Realtime; readonly embedded: Embedded | null }> {
  switch (kind) {
    case 'memory':
      return { realtime: createMemoryRealtime({ clock }), embedded: null }
    case 'local': {
      const embedded = native.embedWebPubSub({ key: realtimeKey, hub, clock })
      return { realtime: embedded.realtime, embedded }
    }
    case 'web-pubsub': {
      const { createWebPubSubRealtime } = await import('../src/adapters/web-pubsub/realtime.ts')
      const access =
        webPubSubConnectionString === undefined
          ? { endpoint: endpoint ?? '', credential: await native.createAzureCredential() }
          : { connectionString: webPubSubConnectionString }
      const realtime = createWebPubSubRealtime({ access, hub, eventKeys: webPubSubEventKeys, clock })
      return { realtime, embedded: null }
    }
  }
}

function openSecrets({ secrets }: Config, given: GivenSecrets, native: Native, clock: Clock) {
  switch (secrets.kind) {
    case 'generated':
      return native.createGeneratedSecrets(clock, secrets.rotateAfterDays)
    case 'environment':
      return createMemorySecrets(given)
    case 'key-vault':
      return native.createKeyVaultSecrets(secrets.vaultUrl, clock)
  }
}

type SmtpSettings = Extract<Config['mail'], { kind: 'smtp' }>

async function openMail(
  { mail }: Config,
  { smtpPassword, communicationServicesAccessKey: key }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly mailer: Mailer; readonly mailbox: Mailbox | null; readonly close: () => void }> {
  const close = () => {}
  switch (mail.kind) {
    case 'memory': {
      const mailer = createMemoryMailer({ clock })
      return { mailer, mailbox: mailer, close }
    }
    case 'outbox': {
      const mailer = native.createOutbox(clock)
      return { mailer, mailbox: mailer, close }
    }
    case 'smtp':
      return { ...(await native.openSmtpMailer({ ...mail, password: smtpPassword })), mailbox: null }
    case 'acs': {
      const { createAcsMailer } = await import('../src/adapters/acs/mailer.ts')
      const credential = key === undefined ? await native.createAzureCredential() : { key }
      return { mailer: createAcsMailer({ ...mail, credential }), mailbox: null, close }
    }
  }
}

async function openBlobs(
  { blobs, app }: Config,
  { storageConnectionString: connectionString }: GivenSecrets,
  native: Native,
  clock: Clock,
  secrets: Secrets,
): Promise<{ readonly blobs: BlobStore; readonly tidy?: () => Promise<void> }> {
  if (blobs.kind === 'azure') {
    const { createAzureBlobs } = await import('../src/adapters/azure-blob/blobs.ts')
    const account = connectionString
      ? { connectionString }
      : { url: blobs.url ?? '', credential: await native.createAzureCredential() }
    return { blobs: createAzureBlobs({ account, clock }) }
  }
  const files = blobs.kind === 'filesystem' ? native.openBlobBytes(clock) : undefined
  const { publicOrigin, allowedOrigins } = app.http
  const bytes = files?.bytes ?? createMemoryBlobBytes({ clock })
  return {
    blobs: createSelfSignedBlobs({ bytes, secrets, clock, publicOrigin, allowedOrigins }),
    ...(files && { tidy: files.tidy }),
  }
}

/**
 * The only switch over kinds of adapters. The SDK of a cloud service is imported in its own case (`await import`), so
 * that one that is not chosen costs no start-up time.
 */
export async function wire(config: Config, given: GivenSecrets, native: Native): Promise<Wired> {
  const { log, assets, holdOpen } = native
  const clock = systemClock
  const defer = createInProcessDefer({ log, holdOpen })
  const usesSqlite = config.documents.kind === 'sqlite' || config.records.kind === 'sqlite'
  const sqlite = usesSqlite ? native.openSqlite(clock) : undefined
  const [
    secrets,
    { documents, close: closeDocuments },
    { audit, mailQueue, submissions, close: closeRecords },
    { cache, close: closeCache },
    { realtime, embedded },
    { mailer, mailbox, close: closeMailer },
  ] = await Promise.all([
    openSecrets(config, given, native, clock),
    openDocuments(config, given, native, clock, sqlite),
    openRecords(config, given, native, clock, sqlite),
    openCache(config, given, native, clock),
    openRealtime(config, given, native, clock),
    openMail(config, given, native, clock),
  ])
  const { blobs, tidy: tidyBlobs } = await openBlobs(config, given, native, clock, secrets)
  const ports: Ports = {
    accessTokens: createJoseAccessTokens({ secrets, ciphers: native.ciphers, clock, ...config.tokens }),
    archiver: createClientZipArchiver(),
    assets,
    audit,
    blobs,
    cache,
    ciphers: native.ciphers,
    clock,
    defer,
    documents,
    fileScanner: config.scanner.kind === 'clamav' ? native.createScanner(config.scanner) : acceptEveryFile,
    fileTypes: createFileTypeFileTypes(),
    hasher: native.createHasher(config.hasher),
    identityProviders: createOidcIdentityProviders({ providers: given.identityProviders }),
    ids: systemIds,
    images: native.images,
    localCache: createMemoryCache({ clock, maxEntries: 20_000 }),
    log,
    mailbox,
    mailer,
    mailQueue,
    messageSearch:
      config.documents.kind === 'sqlite' && sqlite
        ? sqlite.messageSearch
        : createScanningMessageSearch({ documents, messages }),
    oneTimePasswords: createOtpauthOneTimePasswords({ clock }),
    passkeys: createSimpleWebAuthnPasskeys(config.passkeys),
    passwordBlocklist: createZxcvbnPasswordBlocklist(),
    realtime,
    secrets,
    submissions,
  }
  const everyMs = 60 * 60_000
  const jobs: readonly Job[] = [
    ...(sqlite ? [{ name: 'remove-expired-documents', everyMs, run: sqlite.tidy }] : []),
    ...(tidyBlobs ? [{ name: 'remove-cut-off-uploads', everyMs, run: tidyBlobs }] : []),
  ]
  const close = async () => {
    closeMailer()
    closeCache()
    closeDocuments()
    sqlite?.close()
    await closeRecords()
  }
  return { ports, defer, jobs, embedded, close }
}
