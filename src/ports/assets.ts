export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  /** Media type with charset. */
  readonly type: string
  /** Changes when the bytes change; without quotes. */
  readonly etag: string
}

/** The static files that the interactive API reference and the pages for development are made of. */
export interface Assets {
  /** Null for any name that is not one of the declared files. */
  read(name: string): Promise<Asset | null>
}
