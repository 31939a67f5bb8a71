export interface Portrait {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp'
}

/** Prepares pictures of people that others sent. */
export interface Images {
  /**
   * A picture that is shown upright, and without anything else: no place, no time, no camera, no comment. At most `edge` pixels wide and high
   * where this runtime can re-encode, else in its own size. Null for what is no JPEG, PNG or WebP, is damaged, or has
   * more than `maxPixels`: that is found out before memory is taken for them.
   */
  portrait(
    bytes: Uint8Array<ArrayBuffer>,
    limits: { readonly maxPixels: number; readonly edge: number },
  ): Promise<Portrait | null>
}
