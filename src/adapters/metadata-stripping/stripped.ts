/** What is kept of a picture, in order, and how large it is when it is decoded. */
export interface Stripped {
  readonly parts: readonly Uint8Array<ArrayBuffer>[]
  readonly width: number
  readonly height: number
}
