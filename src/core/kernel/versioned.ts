/** A resource with the version its ETag names. */
export interface Versioned<T> {
  readonly value: T
  readonly version: string
}
