import type { AuditLog } from './audit.ts'
import type { AuditAnchors } from './audit-anchors.ts'
import type { BlobStore } from './blobs.ts'
import type { BreachedPasswords } from './breached-passwords.ts'
import type { Cache } from './cache.ts'
import type { DocumentStore } from './documents.ts'
import type { EdgeCache } from './edge-cache.ts'
import type { FileScanner } from './file-scanner.ts'
import type { Hasher } from './hasher.ts'
import type { IdentityProviders } from './identity-providers.ts'
import type { Images } from './images.ts'
import type { MailQueue } from './mail-queue.ts'
import type { Mailer } from './mailer.ts'
import type { MediaRooms } from './media-rooms.ts'
import type { MessageSearch } from './message-search.ts'
import type { PictureConverter } from './picture-converter.ts'
import type { Pusher } from './pusher.ts'
import type { Realtime } from './realtime.ts'
import type { Secrets } from './secrets.ts'
import type { Submissions } from './submissions.ts'

/** Ports whose calls are steps of a trace: those that leave the process, wait for the disk, or compute for long. */
export interface ObservedPorts {
  readonly audit: AuditLog
  readonly auditAnchors: AuditAnchors
  readonly blobs: BlobStore
  readonly breachedPasswords: BreachedPasswords
  readonly cache: Cache
  readonly documents: DocumentStore
  readonly edgeCache: EdgeCache
  readonly fileScanner: FileScanner
  readonly hasher: Hasher
  readonly identityProviders: IdentityProviders
  readonly images: Images
  readonly mailer: Mailer
  readonly mailQueue: MailQueue
  readonly mediaRooms: MediaRooms
  readonly messageSearch: MessageSearch
  readonly pictureConverter: PictureConverter
  readonly pusher: Pusher
  readonly realtime: Realtime
  readonly secrets: Secrets
  readonly submissions: Submissions
}

export type ObservedPort = keyof ObservedPorts

type Waits<Method> = Method extends (...given: never[]) => Promise<unknown> ? true : false
/** The methods of a port that answer later. Those that answer at once are no steps. */
type MethodsOf<P extends ObservedPort> = {
  [M in keyof ObservedPorts[P] & string]: Waits<ObservedPorts[P][M]> extends true ? M : never
}[keyof ObservedPorts[P] & string]

type Methods = { readonly [P in ObservedPort]: { readonly [M in MethodsOf<P>]: true } }

/** A method that is added to one of these ports does not compile until it stands here. */
export const observedMethods: Methods = {
  audit: { append: true, list: true, listByActor: true, listByResource: true, heads: true, verify: true },
  auditAnchors: { keep: true },
  blobs: {
    signUpload: true,
    sent: true,
    finishUpload: true,
    discardUpload: true,
    signDownload: true,
    head: true,
    read: true,
    write: true,
    delete: true,
    list: true,
    answer: true,
  },
  breachedPasswords: { isBreached: true },
  cache: { get: true, set: true, delete: true, increment: true, compareAndSwap: true },
  documents: {
    read: true,
    insert: true,
    replace: true,
    remove: true,
    query: true,
    transact: true,
    scan: true,
  },
  edgeCache: { purge: true },
  fileScanner: { scan: true },
  hasher: { hash: true, verify: true, verifyNothing: true },
  identityProviders: { addressOf: true, redeem: true },
  images: { portrait: true },
  mailer: { send: true },
  mailQueue: {
    enqueue: true,
    claim: true,
    settle: true,
    counts: true,
    probe: true,
    listDead: true,
    countDead: true,
    revive: true,
    reviveAll: true,
    forgetRecipients: true,
    forget: true,
  },
  mediaRooms: { open: true, access: true, allow: true, expel: true, close: true, heard: true },
  messageSearch: { find: true, forgetDeleted: true },
  pictureConverter: { toJpeg: true },
  pusher: { publicKeys: true, examine: true, push: true },
  realtime: {
    clientAccess: true,
    publish: true,
    addToGroup: true,
    removeFromGroup: true,
    setGroups: true,
    disconnect: true,
    disconnectGroup: true,
    isConnected: true,
    isGenuine: true,
  },
  secrets: { versions: true },
  submissions: {
    store: true,
    read: true,
    readByTrackingNumber: true,
    change: true,
    list: true,
    countWaiting: true,
    report: true,
  },
}

/** `documents.read`, `cache.get` … */
export type PortStep = { [P in ObservedPort]: `${P}.${MethodsOf<P>}` }[ObservedPort]
