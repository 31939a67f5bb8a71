/** What is kept of a picture, in order, and how large it is when it is decoded. */
export interface Stripped {
  readonly parts: readonly Uint8Array<ArrayBuffer>[]
  readonly width: number
  readonly height: number
}

/** How a picture is taken apart. */
export interface Manner {
  /** A moving picture goes on moving; else it is refused, or stands still. */
  readonly keepsMotion: boolean
  /** What is cut off or has something between its parts is taken as far as it goes; else it is refused. */
  readonly forgives: boolean
}

/** A portrait stands still, and is whole. */
export const asPortrait: Manner = { keepsMotion: false, forgives: false }
