import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TokenCredential } from '@azure/identity'
import type { TraceScope } from '../../src/adapters/tracing/scope.ts'
import type { Config } from '../../src/config/config.ts'
import type { Assets } from '../../src/ports/assets.ts'
import type { AuditLog } from '../../src/ports/audit.ts'
import type { AuditAnchors } from '../../src/ports/audit-anchors.ts'
import type { AuditKeys } from '../../src/ports/audit-keys.ts'
import type { BlobBytes } from '../../src/ports/blob-bytes.ts'
import type { Cache } from '../../src/ports/cache.ts'
import type { Ciphers } from '../../src/ports/ciphers.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Compressor } from '../../src/ports/compressor.ts'
import type { DocumentStore } from '../../src/ports/documents.ts'
import type { FileScanner } from '../../src/ports/file-scanner.ts'
import type { Hasher } from '../../src/ports/hasher.ts'
import type { Images } from '../../src/ports/images.ts'
import type { Log } from '../../src/ports/log.ts'
import type { MailQueue } from '../../src/ports/mail-queue.ts'
import type { Mailbox, Mailer } from '../../src/ports/mailer.ts'
import type { MessageSearch } from '../../src/ports/message-search.ts'
import type { PictureConverter } from '../../src/ports/picture-converter.ts'
import type { Realtime } from '../../src/ports/realtime.ts'
import type { RecordSchema } from '../../src/ports/record-schema.ts'
import type { Secrets } from '../../src/ports/secrets.ts'
import type { Submissions } from '../../src/ports/submissions.ts'

type Fetch<Bindings> = (request: Request, bindings: Bindings) => Response | Promise<Response>

/** A server for devices in this process. */
export interface Embedded {
  readonly realtime: Realtime
  /** Stands before the app, which from now on hears of connections at `eventsPath`. */
  readonly standBefore: <Bindings>(app: Fetch<Bindings | undefined>, eventsPath: string) => Fetch<Bindings>
  /** Takes the requests for a WebSocket of an HTTP server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly countConnections: () => number
  readonly close: () => Promise<void>
}

export type AzureSqlSettings = Extract<Config['records'], { kind: 'mssql' }>
type SmtpSettings = Extract<Config['mail'], { kind: 'smtp' }>

/** What only the runtime at hand can make. A runtime without one of these says so by throwing. */
export interface Native {
  readonly log: Log
  /** What is under way, which the log asks as well. */
  readonly traceScope: TraceScope
  /** Whether something can be done at a time of its own, with no request under way. */
  readonly runsTimers: boolean
  readonly assets: Assets
  /** Keeps the runtime from stopping while this work runs, where it would otherwise stop with the answer. */
  readonly holdOpen: (work: Promise<void>) => void
  readonly images: Images
  readonly pictureConverter: PictureConverter | null
  readonly createScanner: (clamd: { readonly host: string; readonly port: number }) => FileScanner
  readonly ciphers: Ciphers
  readonly compressor: Compressor
  /** `onWaited` is told how long each hash waited for its turn. */
  readonly createHasher: (hasher: Config['hasher'], onWaited: (seconds: number) => void) => Hasher
  /** How late the event loop was, in seconds, for one turn in a hundred since this was last asked; null where nobody can tell. */
  readonly eventLoopDelay: () => number | null
  /** Documents and records in one file, so that writes to both share a commit. */
  readonly openSqlite: (
    clock: Clock,
    auditKeys: AuditKeys,
  ) => {
    readonly documents: DocumentStore
    readonly audit: AuditLog
    readonly mailQueue: MailQueue
    readonly messageSearch: MessageSearch
    /** Makes messages findable that an older program wrote. */
    readonly indexMessages: () => Promise<void>
    readonly submissions: Submissions
    /** Frees space held by what has expired. */
    readonly tidy: () => Promise<void>
    /** Lets go, in every file, of what was deleted. */
    readonly emptyLog: () => Promise<void>
    readonly close: () => void
  }
  /** Keeps anchors of the audit log in a folder. */
  readonly openAuditAnchors: (directory: string) => AuditAnchors
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
    auditKeys: AuditKeys,
  ) => Promise<{
    readonly audit: AuditLog
    readonly mailQueue: MailQueue
    readonly recordSchema: RecordSchema
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
