/** Looks for harmful content. A scanner that cannot answer throws `PortUnavailable('scanner')`. */
export interface FileScanner {
  /** False for one that accepts everything unread: nothing has to wait for it. */
  readonly readsContent: boolean
  scan(content: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<'clean' | 'harmful'>
}
