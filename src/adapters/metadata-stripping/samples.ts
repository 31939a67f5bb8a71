import { type Box, boxesIn } from './boxes.ts'
import type { FileWindow } from './file-window.ts'

const maxEntries = 2_000_000

/** Where the samples of a track lie, as its tables say; null where they do not say it. */
export async function samplesOf(
  window: FileWindow,
  table: Box,
): Promise<readonly { readonly at: number; readonly length: number }[] | null> {
  const { boxes } = await boxesIn(window, table.from, table.end)
  const contentOf = async (name: string) => {
    const box = boxes.find((each) => each.name === name)
    return box ? window.view(box.from, box.end - box.from) : null
  }
  const sizes = await contentOf('stsz')
  const runs = await contentOf('stsc')
  const short = await contentOf('stco')
  const offsets = short ?? (await contentOf('co64'))
  if (!sizes || !runs || !offsets) return null
  const [same, count] = [sizes.getUint32(4), sizes.getUint32(8)]
  const [chunks, entries] = [offsets.getUint32(4), runs.getUint32(4)]
  const width = short ? 4 : 8
  if (count > maxEntries || chunks > maxEntries || 8 + chunks * width > offsets.byteLength) return null
  if ((same === 0 && 12 + count * 4 > sizes.byteLength) || 8 + entries * 12 > runs.byteLength) return null
  const found: { at: number; length: number }[] = []
  let sample = 0
  for (let chunk = 0, run = 0; chunk < chunks && sample < count; chunk++) {
    while (run + 1 < entries && runs.getUint32(8 + (run + 1) * 12) <= chunk + 1) run++
    const inChunk = entries === 0 ? 0 : runs.getUint32(8 + run * 12 + 4)
    const at = short ? offsets.getUint32(8 + chunk * 4) : Number(offsets.getBigUint64(8 + chunk * 8))
    let length = 0
    for (let i = 0; i < inChunk && sample < count; i++, sample++)
      length += same === 0 ? sizes.getUint32(12 + sample * 4) : same
    found.push({ at, length })
  }
  return found
}
