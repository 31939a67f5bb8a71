import { createClientZipArchiver } from '../src/adapters/client-zip/archiver.ts'
import { createCoursePackages } from '../src/adapters/course-packages/course-packages.ts'
import { createFileTypeFileTypes } from '../src/adapters/file-type/file-types.ts'
import { createJoseAccessTokens } from '../src/adapters/jose/access-tokens.ts'
import { createMemoryBreachedPasswords } from '../src/adapters/memory/breached-passwords.ts'
import { createMemoryCache } from '../src/adapters/memory/cache.ts'
import { createInProcessDefer, type InProcessDefer } from '../src/adapters/memory/defer.ts'
import { acceptEveryFile } from '../src/adapters/memory/file-scanner.ts'
import { createMetadataStripping } from '../src/adapters/metadata-stripping/metadata.ts'
import { createNodeAuditKeys } from '../src/adapters/node-crypto/audit-keys.ts'
import { createOidcIdentityProviders } from '../src/adapters/oidc/identity-providers.ts'
import { createOtpauthOneTimePasswords } from '../src/adapters/otpauth/one-time-passwords.ts'
import { createPwnedPasswords } from '../src/adapters/pwned-passwords/breached-passwords.ts'
import { createSimpleWebAuthnPasskeys } from '../src/adapters/simplewebauthn/passkeys.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { systemIds } from '../src/adapters/system/ids.ts'
import { watchedSecrets } from '../src/adapters/system/watched-secrets.ts'
import { createZxcvbnPasswordBlocklist } from '../src/adapters/zxcvbn/password-blocklist.ts'
import type { Config, GivenSecrets } from '../src/config/config.ts'
import type { Job } from '../src/core/kernel/domain.ts'
import type { Ports } from '../src/ports/ports.ts'
import { withSamplePictures } from './sample-pictures.ts'
import { openAuditAnchors } from './wiring/audit-anchors.ts'
import { openBlobs } from './wiring/blobs.ts'
import { openCache } from './wiring/cache.ts'
import { openDocuments } from './wiring/documents.ts'
import { openEdgeCache } from './wiring/edge.ts'
import { openMail } from './wiring/mail.ts'
import { openMediaRooms } from './wiring/media-rooms.ts'
import type { Embedded, Native } from './wiring/native.ts'
import { observedPorts } from './wiring/observed-ports.ts'
import { openPush } from './wiring/push.ts'
import { openRealtime } from './wiring/realtime.ts'
import { openRecords } from './wiring/records.ts'
import { openSecrets } from './wiring/secrets.ts'
import { systemsOf } from './wiring/systems.ts'
import { openTelemetry } from './wiring/telemetry.ts'

export interface Wired {
  readonly ports: Ports
  readonly defer: InProcessDefer
  /** What the adapters themselves need done now and then. */
  readonly jobs: readonly Job[]
  /** The server for devices in this process, when there is one. */
  readonly embedded: Embedded | null
  readonly close: () => Promise<void>
}

/**
 * The only switch over kinds of adapters, with a file in `wiring/` for each port that has several. The SDK of a cloud service is imported in its own case (`await import`), so
 * that one that is not chosen costs no start-up time.
 */
export async function wire(config: Config, given: GivenSecrets, native: Native): Promise<Wired> {
  const { log, assets, holdOpen } = native
  const clock = systemClock
  const { telemetry, observations, close: closeTelemetry } = await openTelemetry(config, given, native, clock)
  const defer = createInProcessDefer({ log, holdOpen })
  const secrets = watchedSecrets({ secrets: await openSecrets(config, given, native, clock), clock, log })
  const auditKeys = createNodeAuditKeys({ secrets, clock })
  let sqlite: ReturnType<Native['openSqlite']> | undefined
  const openSqlite = () => {
    sqlite ??= native.openSqlite(clock, auditKeys)
    return sqlite
  }
  const [
    { documents, messageSearch, close: closeDocuments },
    { audit, mailQueue, submissions, recordSchema, close: closeRecords },
    { cache, close: closeCache },
    { realtime, embedded },
    { mailer, mailbox, close: closeMailer },
  ] = await Promise.all([
    openDocuments(config, given, native, clock, openSqlite, telemetry),
    openRecords(config, given, native, auditKeys, openSqlite),
    openCache(config, given, native, clock),
    openRealtime(config, given, native, clock),
    openMail(config, given, native, clock),
  ])
  const { blobs, tidy: tidyBlobs } = await openBlobs(config, given, native, clock, secrets)
  const ports: Ports = {
    accessTokens: createJoseAccessTokens({ secrets, ciphers: native.ciphers, clock, ...config.tokens }),
    archiver: createClientZipArchiver(),
    coursePackages: createCoursePackages(),
    assets: withSamplePictures(assets),
    audit,
    auditAnchors: await openAuditAnchors(config, given, native),
    auditKeys,
    blobs,
    breachedPasswords:
      config.breachedPasswords.url === undefined
        ? createMemoryBreachedPasswords()
        : createPwnedPasswords({ url: config.breachedPasswords.url }),
    cache,
    ciphers: native.ciphers,
    clock,
    compressor: native.compressor,
    defer,
    documents,
    edgeCache: await openEdgeCache(config, native),
    fileScanner: config.scanner.kind === 'clamav' ? native.createScanner(config.scanner) : acceptEveryFile,
    fileTypes: createFileTypeFileTypes(),
    hasher: native.createHasher(config.hasher, (seconds) => telemetry.measure('hasher.wait', seconds)),
    identityProviders: createOidcIdentityProviders({
      providers: given.identityProviders,
      ...config.identityProviders,
    }),
    ids: systemIds,
    images: native.images,
    localCache: createMemoryCache({ clock, maxEntries: 20_000 }),
    log,
    mailbox,
    mailer,
    mailQueue,
    mediaMetadata: createMetadataStripping(),
    mediaRooms: await openMediaRooms(config, given, native, clock),
    messageSearch,
    observations,
    oneTimePasswords: createOtpauthOneTimePasswords({ clock }),
    passkeys: createSimpleWebAuthnPasskeys(config.passkeys),
    passwordBlocklist: createZxcvbnPasswordBlocklist(),
    pictureConverter: native.pictureConverter,
    pusher: await openPush(config, { secrets, ciphers: native.ciphers, clock }),
    realtime,
    recordSchema,
    secrets,
    submissions,
    telemetry,
  }
  const everyMs = 60 * 60_000
  const jobs: readonly Job[] = [
    ...(sqlite
      ? [
          { name: 'remove-expired-documents', everyMs, run: sqlite.tidy },
          { name: 'empty-database-log', everyMs: 60_000, run: sqlite.emptyLog },
          { name: 'index-messages', everyMs: 5_000, run: sqlite.indexMessages },
        ]
      : []),
    ...(tidyBlobs ? [{ name: 'remove-cut-off-uploads', everyMs, run: tidyBlobs }] : []),
  ]
  const close = async () => {
    closeMailer()
    closeCache()
    closeDocuments()
    sqlite?.close()
    await closeRecords()
    await closeTelemetry()
  }
  telemetry.gauge('event_loop.delay', native.eventLoopDelay)
  if (embedded) telemetry.gauge('realtime.connections', embedded.countConnections)
  return {
    ports: observedPorts(ports, telemetry, systemsOf(config)),
    defer,
    jobs,
    embedded,
    close,
  }
}
