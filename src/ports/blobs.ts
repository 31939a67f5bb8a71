/** Where a blob lies. */
export interface BlobName {
  /** A declared container: lower case letters, digits and hyphens. */
  readonly container: string
  /** Segments of letters, digits, `.`, `_` and `-`, joined by `/`; none begins with a dot. Made of ids, never of what a person typed. */
  readonly path: string
}

export interface BlobFacts {
  readonly size: number
  /** ISO time in UTC: when the last byte was there. */
  readonly createdAt: string
}

export interface ListedBlob extends BlobFacts {
  readonly path: string
}

export interface BlobPage {
  readonly items: readonly ListedBlob[]
  /** Present when there may be more. */
  readonly next?: string
}

/** A part of a blob that was sent by itself. */
export interface SentBlock {
  /** In base64. */
  readonly id: string
  readonly size: number
}

/** What came by an upload URL so far. */
export interface Sent {
  /** There is a whole blob: it can be finished. */
  readonly isWhole: boolean
  /** Sent, and not put together yet. */
  readonly blocks: readonly SentBlock[]
}

/** What a client needs to send its bytes straight to the store. */
export interface SignedUpload {
  readonly url: string
  readonly method: 'PUT'
  /** To be sent as they are. */
  readonly headers: Readonly<Record<string, string>>
}

export interface SignedDownload {
  readonly expiresAt: string
  /** What the answer says in `Content-Type` and `Content-Disposition`, whatever was uploaded. */
  readonly contentType: string
  readonly contentDisposition: string
  /** What the answer says in `Cache-Control`. Without it, a browser may keep the bytes for some minutes. */
  readonly cacheControl?: string
  /**
   * A path of this program that asks again who may read, and leads to a new URL. A store whose URLs lead back to this program
   * sends whoever reads on there once the URL has run out: a film that was paused, a download that is resumed. Others cannot.
   */
  readonly renewal?: string
}

/** There is a blob of this name already. The message does not say which: a name may be personal. */
export class BlobExists extends Error {
  override readonly name = 'BlobExists'
  constructor(container: string) {
    super(`a blob of this name exists in ${container}`)
  }
}

const containerPattern = /^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}$/
const pathPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,7}$/

export const isBlobName = ({ container, path }: BlobName): boolean =>
  containerPattern.test(container) && pathPattern.test(path)

export function checkContainer(container: string): void {
  if (!containerPattern.test(container)) throw new RangeError('not the name of a container')
}

/** Every store checks a name with this before anything else: another name is a programming error. */
export function checkBlobName(name: BlobName): void {
  if (!isBlobName(name)) throw new RangeError('not the name of a blob')
}

/**
 * Where files live. Bytes go between a client and the store directly, by signed URLs; what passes through this program
 * is little: first bytes, pictures of people, exports.
 *
 * A blob is written once and never changed. Of several writers of one name, by `finishUpload` or by `write`, exactly one
 * succeeds. A blob is there completely or not at all, and what was acknowledged survives a crash of the store.
 *
 * A store that cannot answer throws `PortUnavailable('blobs')`; a write or delete that failed so may or may not have
 * happened.
 */
export interface BlobStore {
  /**
   * A URL by which the bytes of this one blob can be sent until `expiresAt`: in one PUT, or in blocks that are then put
   * together (`comp=block`, `comp=blocklist`, as Azure Blob Storage has them). It is there once `finishUpload` took it;
   * what comes later changes nothing. Sent as it is, a PUT answers 201, 409 `BlobAlreadyExists` when it was sent before,
   * 403 when the URL has run out or was altered. The sender is trusted for neither size nor type: a store may refuse
   * more than `maxBytes` and need not.
   *
   * The URL does not read, unless `saysWhatItHas`: then it answers HEAD and the list of blocks, for clients that resume
   * by themselves; a store that cannot tell these from reading hands out what was sent until it is finished.
   */
  signUpload(
    name: BlobName,
    options: {
      readonly expiresAt: string
      readonly maxBytes: number
      readonly contentType: string
      readonly saysWhatItHas?: boolean
    },
  ): Promise<SignedUpload>
  /** What came so far, also when it was finished. */
  sent(name: BlobName): Promise<Sent>
  /**
   * Makes what was sent to an upload URL the blob, once and for all. Null when nothing whole was sent. What has more than
   * `maxBytes` is not made the blob; its facts say so. Safe to repeat, and at once with itself.
   */
  finishUpload(name: BlobName, options: { readonly maxBytes: number }): Promise<BlobFacts | null>
  /** Takes away what an upload URL left beside the blob, or without one: blocks, and what was never finished. */
  discardUpload(name: BlobName): Promise<void>
  /** A URL that reads this one blob until `expiresAt`, whole or by `Range`. It is not checked that the blob exists. */
  signDownload(name: BlobName, options: SignedDownload): Promise<string>
  /** Null when there is no such blob. */
  head(name: BlobName): Promise<BlobFacts | null>
  /** Up to `length` bytes from `offset`: fewer at the end, none beyond it. Null when there is no such blob. */
  read(
    name: BlobName,
    range: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array<ArrayBuffer> | null>
  /** Throws `BlobExists` when there is a blob of this name. A source that fails leaves nothing, and its error is thrown. */
  write(
    name: BlobName,
    source: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): Promise<void>
  /** True when there was one. */
  delete(name: BlobName): Promise<boolean>
  /**
   * One page of the blobs whose path begins with `prefix`, ordered by path. A blob that exists throughout the walk is
   * visited once. `limit` 1 to 1,000.
   */
  list(
    container: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<BlobPage>
  /**
   * The answer to a request for one of this store's signed URLs, for a store whose URLs lead back to this program; null
   * when they lead elsewhere.
   */
  answer(request: Request): Promise<Response | null>
}
