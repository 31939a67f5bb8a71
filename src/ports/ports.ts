import type { AccessTokens } from './access-tokens.ts'
import type { Archiver } from './archiver.ts'
import type { Assets } from './assets.ts'
import type { AuditLog } from './audit.ts'
import type { AuditAnchors } from './audit-anchors.ts'
import type { AuditKeys } from './audit-keys.ts'
import type { BlobStore } from './blobs.ts'
import type { BreachedPasswords } from './breached-passwords.ts'
import type { Cache } from './cache.ts'
import type { Ciphers } from './ciphers.ts'
import type { Clock } from './clock.ts'
import type { Compressor } from './compressor.ts'
import type { CoursePackages } from './course-packages.ts'
import type { Defer } from './defer.ts'
import type { DocumentStore } from './documents.ts'
import type { EdgeCache } from './edge-cache.ts'
import type { FileScanner } from './file-scanner.ts'
import type { FileTypes } from './file-types.ts'
import type { Hasher } from './hasher.ts'
import type { IdentityProviders } from './identity-providers.ts'
import type { Ids } from './ids.ts'
import type { Images } from './images.ts'
import type { Log } from './log.ts'
import type { MailQueue } from './mail-queue.ts'
import type { Mailbox, Mailer } from './mailer.ts'
import type { MediaMetadata } from './media-metadata.ts'
import type { MediaRooms } from './media-rooms.ts'
import type { MessageSearch } from './message-search.ts'
import type { Observations } from './observations.ts'
import type { OneTimePasswords } from './one-time-passwords.ts'
import type { Passkeys } from './passkeys.ts'
import type { PasswordBlocklist } from './password-blocklist.ts'
import type { PictureConverter } from './picture-converter.ts'
import type { Pusher } from './pusher.ts'
import type { Realtime } from './realtime.ts'
import type { RecordSchema } from './record-schema.ts'
import type { Secrets } from './secrets.ts'
import type { Submissions } from './submissions.ts'
import type { Telemetry } from './telemetry.ts'

export interface Ports {
  readonly accessTokens: AccessTokens
  readonly archiver: Archiver
  readonly assets: Assets
  readonly audit: AuditLog
  /** Null where heads of the audit log are kept nowhere but in it and in the log of the program. */
  readonly auditAnchors: AuditAnchors | null
  readonly auditKeys: AuditKeys
  readonly blobs: BlobStore
  readonly breachedPasswords: BreachedPasswords
  readonly cache: Cache
  readonly ciphers: Ciphers
  readonly clock: Clock
  readonly compressor: Compressor
  readonly coursePackages: CoursePackages
  readonly defer: Defer
  readonly documents: DocumentStore
  /** Null where nothing in front keeps copies, or nobody may tell it to forget them. */
  readonly edgeCache: EdgeCache | null
  readonly fileScanner: FileScanner
  readonly fileTypes: FileTypes
  readonly hasher: Hasher
  readonly identityProviders: IdentityProviders
  readonly ids: Ids
  readonly images: Images
  /** This process's own cache: what limits and lockouts count in while the shared one is down. */
  readonly localCache: Cache
  readonly log: Log
  /** Null where mail is really sent. */
  readonly mailbox: Mailbox | null
  readonly mailer: Mailer
  readonly mailQueue: MailQueue
  readonly mediaMetadata: MediaMetadata
  readonly mediaRooms: MediaRooms
  readonly messageSearch: MessageSearch
  readonly observations: Observations
  readonly oneTimePasswords: OneTimePasswords
  readonly passkeys: Passkeys
  readonly passwordBlocklist: PasswordBlocklist
  /** Null where the runtime cannot. */
  readonly pictureConverter: PictureConverter | null
  readonly pusher: Pusher
  readonly realtime: Realtime
  readonly recordSchema: RecordSchema
  readonly secrets: Secrets
  readonly submissions: Submissions
  readonly telemetry: Telemetry
}

/** What a use case asks for: `Needs<'documents' | 'clock'>`. */
export type Needs<K extends keyof Ports> = Pick<Ports, K>
