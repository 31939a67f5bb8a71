/** Knows formats by their first bytes. */
export interface FileTypes {
  /** The media type without parameters; null for what has no mark of its own, such as text. Never throws. */
  sniff(head: Uint8Array<ArrayBuffer>): Promise<string | null>
}
