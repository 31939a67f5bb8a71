type Bytes = Uint8Array<ArrayBuffer>

export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

export async function* atMost(maxBytes: number, source: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.byteLength
    if (length > maxBytes) throw new TooLarge()
    yield chunk
  }
}

/** A whole chunk, or what another store hands over piece by piece. */
export async function* chunksOf(source: Bytes | AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  if (source instanceof Uint8Array) yield source
  else yield* source
}

/** The source as it is, and afterwards what it threw. */
export function passedOn(source: AsyncIterable<Bytes>) {
  let failure: { readonly error: unknown } | undefined
  async function* watched(): AsyncGenerator<Bytes> {
    try {
      yield* source
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  return { source: watched(), failure: () => failure }
}

/** Whether both say the same, read side by side. */
export async function isContentOf(
  stored: ReadableStream<Bytes>,
  source: AsyncIterable<Bytes>,
): Promise<boolean> {
  const reader = stored.getReader()
  let rest: Bytes = new Uint8Array()
  try {
    for await (const chunk of source)
      for (let at = 0; at < chunk.byteLength; ) {
        while (rest.byteLength === 0) {
          const { value, done } = await reader.read()
          if (done) return false
          rest = value
        }
        const length = Math.min(rest.byteLength, chunk.byteLength - at)
        for (let i = 0; i < length; i++) if (rest[i] !== chunk[at + i]) return false
        rest = rest.subarray(length)
        at += length
      }
    return rest.byteLength === 0 && (await reader.read()).done
  } finally {
    await reader.cancel()
  }
}
