export interface Ids {
  /** A new UUIDv7: unique everywhere, and in one process never smaller than the one before. */
  next(): string
}
