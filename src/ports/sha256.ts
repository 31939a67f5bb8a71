/** Where there is one it spares a trip to another thread, which costs more than so short a text. */
const node = (
  globalThis as {
    process?: {
      getBuiltinModule?(
        name: 'node:crypto',
      ): { hash?(algorithm: 'sha256', text: string, encoding: 'buffer'): Uint8Array<ArrayBuffer> } | undefined
    }
  }
).process?.getBuiltinModule?.('node:crypto')

/** SHA-256 of a short text in UTF-8, 32 bytes. */
export async function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  if (node?.hash) return node.hash('sha256', text, 'buffer')
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
