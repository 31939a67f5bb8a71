/** A key of the audit log. Both work at once: a row's place in the chain is known only inside the transaction that adds it. */
export interface AuditKey {
  /** Stands in each row made with this key; says nothing about it. */
  readonly id: string
  /** HMAC-SHA-256 of the text in UTF-8, in hex. */
  readonly mac: (text: string) => string
}

/**
 * The keys under which rows of the audit log are hashed. A new one may become active at any time; each is remembered for
 * as long as there are rows made with it.
 */
export interface AuditKeys {
  active(): Promise<AuditKey>
  /** Null for a key that nobody here knows (any more). */
  byId(id: string): Promise<AuditKey | null>
  /** SHA-256 of the text in UTF-8, in hex: of rows from before there were keys. */
  digest(text: string): string
}
