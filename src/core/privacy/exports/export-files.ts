import { BlobExists, type BlobName } from '../../../ports/blobs.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Files } from '../../files/files.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Export } from './exports.model.ts'

const container = 'exports'
export const livesMs = 24 * 60 * 60_000
/** From when it is begun, with all the time it may take. */
const keptAtMostMs = 2 * livesMs

type Bytes = Uint8Array<ArrayBuffer>
type Named = Pick<Export, 'id' | 'exportId'>

export const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)

/** Where an export lies: store by store while it is being made, and as one ZIP then. */
export function createExportFiles(
  { blobs, clock }: Needs<'blobs' | 'clock'>,
  { exports }: Pick<Files, 'exports'>,
) {
  const partName = ({ id, exportId }: Named, part: number): BlobName => ({
    container,
    path: `${id}/${exportId}/${part}.json`,
  })
  async function writeOnce(write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (error) {
      // This step was done, and not noted.
      if (!(error instanceof BlobExists)) throw error
    }
  }
  async function removeParts({ id, exportId }: Named): Promise<void> {
    const { items } = await blobs.list(container, { prefix: `${id}/${exportId}/`, limit: 1_000 })
    for (const { path } of items) await blobs.delete({ container, path })
  }

  return {
    writePart: (work: Named, part: number, records: readonly object[]): Promise<void> =>
      writeOnce(() => blobs.write(partName(work, part), bytesOf(JSON.stringify(records, null, 2)))),
    async readPart(work: Named, part: number): Promise<Bytes> {
      const name = partName(work, part)
      const facts = await blobs.head(name)
      const bytes = facts && (await blobs.read(name, { offset: 0, length: facts.size }))
      if (!bytes) throw notFound()
      return bytes
    },
    removeParts,
    store: ({ id, exportId }: Named, source: AsyncIterable<Bytes>): Promise<void> =>
      writeOnce(() => exports.store(id, exportId, source)),
    /** The parts too, those of an export that was cut off among them. */
    async remove(work: Named): Promise<void> {
      await exports.remove(work.id, work.exportId)
      await removeParts(work)
    },
    /** What somebody left who died while making one that was void. */
    async removeLeft(): Promise<void> {
      let after: string | undefined
      do {
        const page = await blobs.list(container, {
          prefix: '',
          limit: 1_000,
          ...(after === undefined ? {} : { after }),
        })
        for (const { path, createdAt } of page.items)
          if (Date.parse(createdAt) + keptAtMostMs <= clock.now()) await blobs.delete({ container, path })
        after = page.next
      } while (after !== undefined)
    },
  }
}

export type ExportFiles = ReturnType<typeof createExportFiles>
