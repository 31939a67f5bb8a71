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
 * A blob is written once and never changed. Of several writers of one name, by URL or by `write`, exactly one
 * succeeds. A blob is there completely or not at all, and what was acknowledged survives a crash of the store.
 *
 * A store that cannot answer throws `PortUnavailable('blobs')`; a write or delete that failed so may or may not have
 * happened.
 */
export interface BlobStore {
  /**
   * A URL that can create this one blob until `expiresAt`, and do nothing else: neither overwrite nor read. A PUT
   * answers 201, or 409 when the blob exists, 403 when the URL has run out or was altered. The sender is trusted for
   * neither size nor type: a store may refuse more than `maxBytes` and need not.
   */
  signUpload(
    name: BlobName,
    options: { readonly expiresAt: string; readonly maxBytes: number; readonly contentType: string },
  ): Promise<SignedUpload>
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
