import { makeZip } from 'client-zip'
import type { Archiver } from '../../ports/archiver.ts'

/** Stores without compressing: what takes space is pictures, papers and films, which are compressed already. */
export const createClientZipArchiver = (): Archiver => ({
  async *archive(entries) {
    async function* inputs() {
      for await (const { name, lastModified, content } of entries)
        yield { name, lastModified: new Date(lastModified), input: content() }
    }
    const reader = makeZip(inputs()).getReader()
    let isDone = false
    try {
      for (;;) {
        const { done, value } = await reader.read()
        isDone = done
        if (done) return
        yield new Uint8Array(value)
      }
    } finally {
      if (!isDone) await reader.cancel()
    }
  },
})
